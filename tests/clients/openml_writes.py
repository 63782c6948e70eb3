"""What openml-python writes: each entity is published, read back, tagged, changed and taken away again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import openml
import pandas
from openml.exceptions import OpenMLNotAuthorizedError
from openml.tasks import TaskType
from scipy import sparse
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from tests.clients.openml_reads import FRAME, refused
from tests.clients.steps import raising, step
from tests.clients.tables import ADMIN, KEYS, PLANTS, READER, RUN, SUITE, TABLES, TASKS, WRITER

MADE: dict[str, Any] = {}
"""What earlier steps made."""


def _new_dataset(data: Any, name: str, target: str, attributes: Any = "auto") -> Any:
    return openml.datasets.create_dataset(
        name=name,
        description="Made by a client: <b>bold</b> & bold.",
        creator="Boris Vellum",
        contributor=None,
        collection_date="2024",
        language="English",
        licence="Public",
        attributes=attributes,
        data=data,
        default_target_attribute=target,
        ignore_attribute=None,
        citation="None yet",
    )


@contextlib.contextmanager
def key(other: str) -> Iterator[None]:
    """Use another key."""
    own, openml.config.apikey = openml.config.apikey, other
    try:
        yield
    finally:
        openml.config.apikey = own


@contextlib.contextmanager
def kept() -> Iterator[None]:
    """The server must refuse to delete; the client makes an error of its own of PHP's code."""
    with raising(OpenMLNotAuthorizedError):
        yield


@step
def publish_dataset() -> None:
    """A data set from a frame: numbers, categories, texts and truth."""
    frame = pandas.DataFrame(
        {
            "size": [1.5, 2.0, None, 4.25] * 5,
            "count": [1, 2, 3, 4] * 5,
            "note": ["plain", "two words", "it's", '50% "so"'] * 5,
            "ok": [True, False, True, True] * 5,
            "kind": pandas.Categorical(["a", "b", "a", "c d"] * 5),
        }
    )
    dataset = _new_dataset(frame, "client-made", "kind").publish()
    MADE["did"] = did = dataset.dataset_id
    found = openml.datasets.get_dataset(
        did, download_data=True, download_features_meta_data=False, download_qualities=False
    )
    assert (found.name, found.version) == ("client-made", 1)
    assert found.description == "Made by a client: <b>bold</b> & bold."
    sent = dataset._dataset
    stored = openml._api_calls._download_text_file(found.url)
    assert sent is not None
    assert stored is not None
    assert stored.strip() == sent.strip()


@step
def publish_dataset_sparse() -> None:
    """A sparse data set."""
    matrix = sparse.coo_matrix(([1.0, 2.0, 3.0, 1.0], ([0, 1, 2, 3], [0, 1, 0, 2])), shape=(4, 3))
    names = [("a", "REAL"), ("b", "REAL"), ("y", "REAL")]
    dataset = _new_dataset(matrix, "client-made-sparse", "y", names).publish()
    description = openml.datasets.get_dataset(
        dataset.dataset_id, download_data=True, download_features_meta_data=False, download_qualities=False
    )
    assert description.format == "sparse_arff"


@step
def publish_dataset_again() -> None:
    """The same name again is the next version."""
    dataset = _new_dataset(pandas.DataFrame({"a": [1.0], "y": [2.0]}), "client-made", "y").publish()
    found = openml.datasets.get_dataset(
        dataset.dataset_id, download_data=False, download_features_meta_data=False, download_qualities=False
    )
    assert found.version == 2
    MADE["second did"] = dataset.dataset_id


@step
def tag_dataset() -> None:
    """Tag and untag a data set."""
    dataset = openml.datasets.get_dataset(PLANTS, download_data=False)
    dataset.push_tag("by-client")
    assert list(openml.datasets.list_datasets(tag="by-client", **FRAME)["did"]) == [PLANTS]
    with refused(473):
        dataset.push_tag("by-client")
    dataset.remove_tag("by-client")
    with refused(475):
        dataset.remove_tag("by-client")


@step
def edit_dataset() -> None:
    """Edit what anybody may, then what the owner may."""
    did = MADE["did"]
    assert (
        openml.datasets.edit_dataset(did, description="Said anew.", creator="Cleo", citation="C (2024)")
        == did
    )
    assert openml.datasets.edit_dataset(did, default_target_attribute="ok", row_id_attribute="count") == did
    found = openml.datasets.get_dataset(
        did,
        download_data=False,
        download_features_meta_data=False,
        download_qualities=False,
        force_refresh_cache=True,
    )
    assert (found.description, found.default_target_attribute) == ("Said anew.", "ok")
    with refused(1063):
        openml.datasets.edit_dataset(999, description="x")
    with refused(1064):
        openml.datasets.edit_dataset(did)


@step
def fork_dataset() -> None:
    """Fork a data set."""
    forked = openml.datasets.fork_dataset(PLANTS)
    assert forked > MADE["did"]
    found = openml.datasets.get_dataset(
        forked, download_data=False, download_features_meta_data=False, download_qualities=False
    )
    assert (found.name, found.version) == ("meadow-plants", 3)
    with refused(1071):
        openml.datasets.fork_dataset(999)
    MADE["forked"] = forked


@step
def status_update() -> None:
    """Activate and deactivate: the latter everyone their own, the former administrators only."""
    openml.datasets.status_update(MADE["forked"], "deactivated")
    with refused(696):
        openml.datasets.status_update(MADE["did"], "active")
    with key(KEYS[ADMIN]):
        openml.datasets.status_update(MADE["did"], "active")
    active = openml.datasets.check_datasets_active([MADE["did"], MADE["forked"]])
    assert active == {MADE["did"]: True, MADE["forked"]: False}


@step
def topics_and_ontologies() -> None:
    """Topics and ontologies, added and removed."""
    with key(KEYS[ADMIN]):
        assert openml.datasets.functions._topic_add_dataset(PLANTS, "Botany") == PLANTS
        assert openml.datasets.functions._topic_delete_dataset(PLANTS, "Botany") == PLANTS
    where = "https://terms.clients.test/height"
    assert openml.datasets.functions.data_feature_add_ontology(PLANTS, 1, where)
    features = openml.datasets.functions._get_features_xml(PLANTS)
    assert f"<oml:ontology>{where}</oml:ontology>" in features
    assert openml.datasets.functions.data_feature_remove_ontology(PLANTS, 1, where)


@step
def publish_task() -> None:
    """A task on a data set that has features; the same again is refused."""
    task = openml.tasks.create_task(
        task_type=TaskType.SUPERVISED_CLASSIFICATION,
        dataset_id=PLANTS,
        target_name="soil",
        estimation_procedure_id=1,
        evaluation_measure="predictive_accuracy",
    )
    MADE["task"] = task.publish().task_id
    found = openml.tasks.get_task(MADE["task"])
    assert (found.dataset_id, found.target_name, found.class_labels) == (PLANTS, "soil", ["dry", "wet"])
    with refused(614):
        task.publish()


@step
def tag_task() -> None:
    """Tag and untag a task."""
    task = openml.tasks.get_task(1)
    task.push_tag("by-client")
    assert list(openml.tasks.list_tasks(tag="by-client", **FRAME)["tid"]) == [1]
    task.remove_tag("by-client")


def _model(**arguments: Any) -> Any:
    return make_pipeline(
        make_column_transformer(
            (OneHotEncoder(handle_unknown="ignore"), ["soil"]),
            (SimpleImputer(), ["height", "leaves"]),
        ),
        DecisionTreeClassifier(random_state=1, **arguments),
    )


@step
def publish_flow() -> None:
    """A flow with components, made from a scikit-learn pipeline."""
    flow = openml.extensions.sklearn.SklearnExtension().model_to_flow(_model())
    MADE["flow"] = flow.publish().flow_id
    found = openml.flows.get_flow(MADE["flow"], reinstantiate=True)
    assert found.components.keys() == flow.components.keys()
    assert str(found.model) == str(_model())
    assert openml.flows.flow_exists(flow.name, flow.external_version) == MADE["flow"]


@step
def tag_flow() -> None:
    """Tag and untag a flow."""
    flow = openml.flows.get_flow(MADE["flow"])
    flow.push_tag("by-client")
    assert list(openml.flows.list_flows(tag="by-client", **FRAME)["id"]) == [MADE["flow"]]
    flow.remove_tag("by-client")


@step
def publish_run() -> None:
    """A run of scikit-learn with predictions; its setup becomes the model again."""
    task = openml.tasks.get_task(1)
    run = openml.runs.run_model_on_task(_model(max_depth=3), task, avoid_duplicate_runs=False)
    MADE["run"] = run.publish().run_id
    found = openml.runs.get_run(MADE["run"])
    assert (found.task_id, found.dataset_id) == (1, PLANTS)
    assert found.output_files.keys() == {"description", "predictions"}
    text = openml._api_calls._download_text_file(found.predictions_url)
    assert text is not None
    assert text.count("\n") > TABLES[PLANTS].size
    assert found.evaluations is None  # an engine's work; what the client sent along is only checked
    model = openml.runs.initialize_model_from_run(MADE["run"])
    assert model.steps[-1][1].max_depth == 3
    assert str(openml.setups.initialize_model(found.setup_id)) == str(model)


@step
def avoid_a_duplicate_run() -> None:
    """The client asks whether a setup has run before."""
    flow = openml.extensions.sklearn.SklearnExtension().model_to_flow(_model(max_depth=3))
    flow.flow_id = openml.flows.flow_exists(flow.name, flow.external_version)
    server_flow = openml.flows.get_flow(flow.flow_id)
    server_flow.model = flow.model
    setup = openml.setups.setup_exists(server_flow)
    assert setup
    assert openml.runs.functions.run_exists(1, setup) == {MADE["run"]}
    assert openml.setups.get_setup(setup).flow_id == flow.flow_id


@step
def publish_run_with_trace() -> None:
    """A run that searches parameters, with its trace."""
    search = RandomizedSearchCV(
        _model(), {"decisiontreeclassifier__max_depth": [1, 2, 3]}, n_iter=2, cv=2, random_state=1
    )
    task = openml.tasks.get_task(4)
    run = openml.runs.run_model_on_task(search, task, avoid_duplicate_runs=False)
    MADE["traced"] = run.publish().run_id
    found = openml.runs.get_run(MADE["traced"])
    assert found.output_files.keys() == {"description", "predictions", "trace"}
    MADE["search flow"] = found.flow_id
    with refused(572):
        openml.runs.get_run_trace(MADE["traced"])  # the evaluation engine puts it into the database


@step
def tag_run() -> None:
    """Tag and untag a run."""
    run = openml.runs.get_run(MADE["run"])
    run.push_tag("by-client")
    assert list(openml.runs.list_runs(tag="by-client", **FRAME)["run_id"]) == [MADE["run"]]
    run.remove_tag("by-client")


@step
def publish_study() -> None:
    """A study of runs: made, attached to, detached from, made inactive, deleted."""
    study = openml.study.create_study(name="Client's", description="Of & runs", run_ids=[RUN])
    made = study.publish().id
    found = openml.study.get_study(made)
    assert (found.runs, found.name, found.description) == ([RUN], "Client's", "Of & runs")
    assert openml.study.attach_to_study(made, [MADE["run"], MADE["traced"]]) == 3
    assert openml.study.detach_from_study(made, [MADE["traced"]]) == 2
    assert openml.study.get_study(made).runs == [RUN, MADE["run"]]
    openml.study.update_study_status(made, "deactivated")
    assert openml.study.get_study(made).status == "deactivated"
    assert openml.study.delete_study(made)


@step
def publish_suite() -> None:
    """A suite of tasks: made, attached to, detached from, deleted; one in use is kept."""
    suite = openml.study.create_benchmark_suite(
        "Client's suite", "Of tasks", task_ids=[1, 2], alias="client-suite"
    )
    made = suite.publish().id
    assert openml.study.get_suite("client-suite").tasks == [1, 2]
    assert openml.study.attach_to_suite(made, [3]) == 3
    assert openml.study.detach_from_suite(made, [1, 2]) == 1
    assert openml.study.get_suite(made).tasks == [3]
    with kept():
        openml.study.delete_suite(SUITE)
    assert openml.study.delete_suite(made)


@step
def keys_decide() -> None:
    """With an unknown key, and with one that may only read."""
    dataset = openml.datasets.get_dataset(PLANTS, download_data=False)
    for other, code in (("f" * 32, 103), (KEYS[READER], 104)):
        with key(other), refused(code):
            dataset.push_tag("not-mine")


@step
def delete() -> None:
    """What was made is deleted; what others use is not."""
    with kept():
        openml.datasets.delete_dataset(PLANTS)
    for run in (MADE["run"], MADE["traced"]):
        assert openml.runs.delete_run(run)
    assert openml.tasks.delete_task(MADE["task"])
    with kept():
        openml.flows.delete_flow(MADE["flow"])  # a part of the other
    for flow in (MADE["search flow"], MADE["flow"]):
        assert openml.flows.delete_flow(flow)
    for name in ("did", "second did", "forked"):
        assert openml.datasets.delete_dataset(MADE[name])
    assert sorted(openml.tasks.list_tasks(**FRAME)["tid"]) == list(TASKS)
    assert list(openml.runs.list_runs(uploader=[WRITER], **FRAME)["run_id"]) == [RUN]

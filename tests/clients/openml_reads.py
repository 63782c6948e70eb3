"""What openml-python reads: lists and gets of every entity, checked against what the small OpenML holds."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy
import openml
from openml.exceptions import OpenMLServerException, OpenMLServerNoResult
from openml.tasks import TaskType

from tests.clients.steps import raising, step
from tests.clients.tables import (
    FLOW,
    PLANTS,
    PLANTS_OLD,
    RIVERS,
    RUN,
    SETUP,
    STUDY,
    SUITE,
    TABLES,
    TASKS,
    WORDS,
    folds,
)

FRAME = {"output_format": "dataframe"}


@contextlib.contextmanager
def refused(code: int) -> Iterator[None]:
    """The server must refuse with one of PHP's codes."""
    with raising(OpenMLServerException) as caught:
        yield
    assert caught[0].code == code, f"{caught[0].code}: {caught[0]}"


def _plain(value: Any) -> object:
    missing = value is None or value != value
    return None if missing else value if isinstance(value, str) else float(value)


def _same(found: Any, expected: Any) -> None:
    assert [_plain(value) for value in found] == [_plain(value) for value in expected]


@step
def list_datasets() -> None:
    """All active data sets, with their qualities."""
    listed = openml.datasets.list_datasets(**FRAME)
    assert sorted(listed["did"]) == [PLANTS, WORDS, RIVERS]
    for did in (PLANTS, WORDS, RIVERS):
        row = listed[listed["did"] == did].iloc[0]
        assert row["name"] == TABLES[did].name
        assert row["NumberOfInstances"] == TABLES[did].size
        assert row["NumberOfFeatures"] == len(TABLES[did].columns)


@step
def list_datasets_filtered() -> None:
    """Data sets by status, tag, name, size and page."""
    names = openml.datasets.list_datasets
    assert list(names(status="deactivated", **FRAME)["did"]) == [PLANTS_OLD]
    assert len(names(status="all", tag="meadow", **FRAME)) == 4
    assert list(names(data_name="river-levels", **FRAME)["did"]) == [RIVERS]
    assert list(names(number_instances="45..55", **FRAME)["did"]) == [RIVERS]
    assert list(names(size=1, offset=1, **FRAME)["did"]) == [WORDS]
    with contextlib.suppress(OpenMLServerNoResult):
        assert len(names(tag="no-such-tag", **FRAME)) == 0


@step
def list_qualities() -> None:
    """The names of all qualities."""
    assert "NumberOfInstances" in openml.datasets.list_qualities()


@step
def check_datasets_active() -> None:
    """Which data sets are active."""
    assert openml.datasets.check_datasets_active([PLANTS_OLD, PLANTS]) == {PLANTS_OLD: False, PLANTS: True}


@step
def get_dataset() -> None:
    """A data set with data, features and qualities."""
    dataset = openml.datasets.get_dataset(
        PLANTS, download_data=True, download_qualities=True, download_features_meta_data=True
    )
    table = TABLES[PLANTS]
    assert (dataset.name, dataset.version, dataset.default_target_attribute) == (table.name, 2, "kind")
    assert dataset.creator == ["Vellum, Boris", "Quill, Ada"]
    assert dataset.qualities["NumberOfInstances"] == table.size
    assert [feature.name for feature in dataset.features.values()] == [c.name for c in table.columns]
    assert dataset.features[5].nominal_values == sorted(table.target.nominal or ())
    data, target, nominal, names = dataset.get_data(target=dataset.default_target_attribute)
    kept = [column for column in table.columns if not column.role]
    assert names == [column.name for column in kept]
    assert nominal == [column.nominal is not None for column in kept]
    for column in kept:
        _same(data[column.name], column.values)
    _same(target, table.target.values)
    assert dataset.retrieve_class_labels("kind") == sorted(table.target.nominal or ())


@step
def get_dataset_by_name() -> None:
    """A data set by name and version, its data later."""
    dataset = openml.datasets.get_dataset("meadow-plants", version=2, download_data=False)
    assert dataset.dataset_id == PLANTS
    assert dataset.get_data()[0].shape == (TABLES[PLANTS].size, 4)


@step
def get_dataset_sparse() -> None:
    """A sparse data set."""
    dataset = openml.datasets.get_dataset(WORDS, download_data=True, download_features_meta_data=True)
    table = TABLES[WORDS]
    data, target, _, _ = dataset.get_data(target="mood")
    assert data.shape == (table.size, len(table.columns) - 1)
    for column in table.columns[:-1]:
        _same(data[column.name], column.values)
    assert len(target) == table.size


@step
def get_datasets() -> None:
    """Several at once; an unknown one has PHP's code."""
    found = openml.datasets.get_datasets([PLANTS, RIVERS], download_data=False)
    assert [dataset.dataset_id for dataset in found] == [PLANTS, RIVERS]
    with refused(111):
        openml.datasets.get_dataset(999, download_data=False)


@step
def list_tasks() -> None:
    """Tasks: all, by type, by tag, by data set."""
    tasks = openml.tasks.list_tasks(**FRAME)
    assert sorted(tasks["tid"]) == list(TASKS)
    assert set(tasks[tasks["did"] == PLANTS]["name"]) == {"meadow-plants"}
    regressions = openml.tasks.list_tasks(task_type=TaskType.SUPERVISED_REGRESSION, **FRAME)
    assert list(regressions["tid"]) == [2]
    assert len(openml.tasks.list_tasks(tag="meadow", **FRAME)) == len(TASKS)
    assert list(openml.tasks.list_tasks(data_id=WORDS, **FRAME)["tid"]) == [3]


@step
def get_task() -> None:
    """Tasks with their data and splits."""
    for task_id, (kind, did, _) in TASKS.items():
        task = openml.tasks.get_task(task_id, download_splits=True, download_data=True)
        assert (task.task_type_id.value, task.dataset_id) == (kind, did)
        assert task.target_name == TABLES[did].target.name
        tested = folds(task_id)
        assert task.get_split_dimensions() == (1, len(tested), 1)
        for fold, rows in enumerate(tested):
            train, test = task.get_train_test_split_indices(fold=fold)
            assert set(test) == rows
            assert set(train) == set(range(TABLES[did].size)) - rows
    assert task.class_labels == sorted(TABLES[PLANTS].target.nominal or ())
    with refused(151):
        openml.tasks.get_task(999)


@step
def get_x_and_y() -> None:
    """The data of a task."""
    values, target = openml.tasks.get_task(2).get_X_and_y()
    assert len(values) == TABLES[RIVERS].size
    assert numpy.allclose(target, numpy.array(TABLES[RIVERS].target.values, dtype=float))


@step
def list_flows() -> None:
    """Flows: all, by tag."""
    assert list(openml.flows.list_flows(**FRAME)["name"]) == ["hand.Majority"]
    assert len(openml.flows.list_flows(tag="meadow", **FRAME)) == 1


@step
def get_flow() -> None:
    """A flow by id, and whether one exists."""
    flow = openml.flows.get_flow(FLOW)
    assert (flow.name, flow.version, flow.external_version) == ("hand.Majority", "1", "hand==1.0")
    assert dict(flow.parameters) == {"among": "100"}
    assert openml.flows.flow_exists("hand.Majority", "hand==1.0") == FLOW
    assert openml.flows.flow_exists("hand.Majority", "hand==2.0") is False
    assert openml.flows.get_flow_id(name="hand.Majority", exact_version=False) == [FLOW]
    with refused(181):
        openml.flows.get_flow(999)


@step
def setups() -> None:
    """Setups: list and get."""
    assert list(openml.setups.list_setups(flow=FLOW, **FRAME)["setup_id"]) == [SETUP]
    assert list(openml.setups.list_setups(tag="meadow", **FRAME)["setup_id"]) == [SETUP]
    setup = openml.setups.get_setup(SETUP)
    assert (setup.setup_id, setup.flow_id) == (SETUP, FLOW)
    assert [(one.parameter_name, one.value) for one in setup.parameters.values()] == [("among", "100")]


@step
def list_runs() -> None:
    """Runs by id, task, flow, setup, uploader and tag."""
    filters: list[dict[str, Any]] = [{"id": [RUN]}, {"task": [1]}, {"flow": [FLOW]}, {"setup": [SETUP]}]
    for one in [*filters, {"uploader": [2]}, {"tag": "meadow"}]:
        assert list(openml.runs.list_runs(**one, **FRAME)["run_id"]) == [RUN], one


@step
def get_run() -> None:
    """A run, its evaluations and predictions."""
    run = openml.runs.get_run(RUN)
    assert (run.task_id, run.flow_id, run.setup_id, run.dataset_id) == (1, FLOW, SETUP, PLANTS)
    assert run.evaluations["predictive_accuracy"] == 1 / 3
    assert run.fold_evaluations["predictive_accuracy"][0].keys() == set(range(10))
    assert run.output_files.keys() == {"description", "predictions"}
    text = openml._api_calls._download_text_file(run.predictions_url)
    assert text is not None
    assert text.partition("@DATA\n")[2].count("\n") == TABLES[PLANTS].size
    with refused(236):
        openml.runs.get_run(999)


@step
def evaluations() -> None:
    """Evaluations: by measure, of each fold, with setups."""
    listed = openml.evaluations.list_evaluations("predictive_accuracy", tasks=[1], **FRAME)
    assert [*listed["run_id"], *listed["value"]] == [RUN, 1 / 3]
    by_fold = openml.evaluations.list_evaluations("predictive_accuracy", tasks=[1], per_fold=True, **FRAME)
    assert len(by_fold["values"].iloc[0]) == 10
    setups = openml.evaluations.list_evaluations_setups("predictive_accuracy", tasks=[1])
    assert dict(setups["parameters"].iloc[0]) == {"hand.Majority(1)_among": "100"}


@step
def measures_and_procedures() -> None:
    """Evaluation measures, estimation procedures."""
    assert "predictive_accuracy" in openml.evaluations.list_evaluation_measures()
    assert "10-fold Crossvalidation" in openml.evaluations.functions.list_estimation_procedures()
    procedures = openml.tasks.functions._get_estimation_procedure_list()
    assert any(one["id"] == 6 and one["name"] == "33% Holdout set" for one in procedures)


@step
def task_types() -> None:
    """Task types, by the client's own way of asking."""
    text = openml._api_calls._perform_api_call("tasktype/list", "get")
    assert "<oml:name>Supervised Classification</oml:name>" in text
    assert "Supervised Regression" in openml._api_calls._perform_api_call("tasktype/2", "get")


@step
def studies() -> None:
    """Studies and suites: list, get by id and by alias."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert list(openml.study.list_suites(**FRAME)["id"]) == [SUITE]
        assert list(openml.study.list_studies(**FRAME)["id"]) == [STUDY]
        assert list(openml.study.list_studies(benchmark_suite=SUITE, **FRAME)["id"]) == [STUDY]
    suite = openml.study.get_suite(SUITE)
    assert (suite.alias, suite.tasks) == ("meadow-tasks", list(TASKS))
    assert openml.study.get_suite("meadow-tasks").id == SUITE
    study = openml.study.get_study(STUDY)
    assert (study.runs, study.flows, study.setups, study.data) == ([RUN], [FLOW], [SETUP], [PLANTS])
    with refused(601):
        openml.study.get_study(999)

"""What a cluster is filed as can be loaded, holds its own examples, and explains the sample."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.rollout import Dialect
from diffing.contradictions import lint_conflicts
from diffing.deviations import load_registry
from diffing.lint import lint_examples
from diffing.model import Asked, Observation
from proxy.log.clusters import Shown
from proxy.rollout.live_config import load_live_config
from proxy.triage.entry_toml import PLACEHOLDER
from proxy.triage.file_cluster import Filed, TriageError, TriageVerdict, file_cluster
from tests.proxy.triage_cases import (
    CONTRACT,
    TASK_TYPE,
    answer,
    asked_for,
    cluster,
    compared,
    damaged,
    error,
    problem,
)

GET = asked_for("tasktype.get", {"task_type_id": "1"})
DIED = Observation(500, (("Content-Type", "text/html"),), b"")
WRONG = [{"type": "digits", "loc": ["path", "task_type_id"], "msg": "No.", "input": "1"}]
Case = tuple[Asked, Observation, Observation]


def changed(key: str, value: object) -> Case:
    """A value is another one."""
    return damaged(lambda document: document["task_type"].update({key: value}))


def renamed(document: Any) -> None:
    """A key has another name."""
    document["task_type"]["helpers"] = document["task_type"].pop("contributor")


def typed(document: Any) -> None:
    """Two values at once, in two ways."""
    document["task_type"]["id"] = 1
    document["task_type"]["name"] = document["task_type"]["name"].lower()


def lost(document: Any) -> None:
    """A key is gone."""
    del document["task_type"]["contributor"]


def without(where: Callable[[Any], list[object]]) -> Case:
    """A list lost its last element."""
    return damaged(lambda document: where(document).pop())


DOCUMENTED = {
    "integer": changed("id", 1),
    "lower": changed("name", "supervised classification"),
    "replace": changed("creator", [f'{name} "\\" it\'s' for name in TASK_TYPE["task_type"]["creator"]]),
    "rename": damaged(renamed),
    "drop": damaged(lost),
    "list": changed("description", [TASK_TYPE["task_type"]["description"]]),
    'kind = "status"': (GET, error("999"), problem(404, "task-type-not-found", "999")),
    'kind = "refusal"': (GET, answer(TASK_TYPE), problem(403, "dataset-no-access", "112")),
    "errors = ": (GET, error("999"), problem(422, "validation-error", "100", errors=WRONG)),
    'code = ""': (GET, error("999"), problem(422, "validation-error", None)),
}


def registered(filed: Filed, config: Path) -> None:
    """Append what was filed to a copy of the registry, and write the why."""
    assert filed.file is not None
    shutil.copytree("config", config, dirs_exist_ok=True, ignore=shutil.ignore_patterns("sample"))
    with (config / Path(filed.file).relative_to("config")).open("a", encoding="utf-8") as file:
        file.write(f"\n{filed.text}")
    with pytest.raises(ConfigError, match="why: is not written yet"):
        load_registry(config)
    path = config / Path(filed.file).relative_to("config")
    path.write_text(path.read_text(encoding="utf-8").replace(PLACEHOLDER, "Because."), encoding="utf-8")


def verdict_after(filed: Filed, case: Case, config: Path) -> str:
    """What the sample is with the entry in the registry, which stays without a finding."""
    registered(filed, config)
    registry = load_registry(config)
    assert list(lint_examples(registry)) == []
    return compared(*case, in_force=replace(CONTRACT, registry=registry)).verdict


@pytest.mark.parametrize("name", DOCUMENTED)
def test_a_documented_difference_is_explained_afterwards(tmp_path: Path, name: str) -> None:
    """Once somebody has written why."""
    case = DOCUMENTED[name]
    filed = file_cluster(cluster(*case), TriageVerdict.DOCUMENTED, CONTRACT)
    assert name in filed.text
    assert filed.remark.endswith("with it the sample is explained")
    assert verdict_after(filed, case, tmp_path) == "explained"


def test_what_is_filed_conflicts_with_nothing(tmp_path: Path) -> None:
    """An entry of one route and one code stands alone."""
    registered(
        file_cluster(cluster(*DOCUMENTED['kind = "status"']), TriageVerdict.DOCUMENTED, CONTRACT), tmp_path
    )
    assert list(lint_conflicts(load_registry(tmp_path), CONTRACT.routes.routes)) == []


def test_what_differs_in_two_ways_is_two_entries(tmp_path: Path) -> None:
    """Each with its own transform."""
    case = damaged(typed)
    filed = file_cluster(cluster(*case), TriageVerdict.DOCUMENTED, CONTRACT)
    assert filed.text.count("[[deviation]]") == 2
    assert verdict_after(filed, case, tmp_path) == "explained"


def test_what_legacy_refuses_and_new_answers_must_fit_the_schema(tmp_path: Path) -> None:
    """Nothing else tells what the answer must be."""
    case = GET, error("999"), damaged(lambda _: None)[2]
    filed = file_cluster(cluster(*case), TriageVerdict.DOCUMENTED, CONTRACT)
    assert verdict_after(filed, case, tmp_path) == "explained"


@pytest.mark.parametrize("new", [damaged(lambda _: None)[2], problem(404, "task-type-not-found", "241")])
def test_a_defect_of_the_legacy_side_is_a_legacy_error_afterwards(tmp_path: Path, new: Observation) -> None:
    """The new answer is held to what it was."""
    case = GET, DIED, new
    filed = file_cluster(cluster(*case), TriageVerdict.LEGACY_DEFECT, CONTRACT)
    assert verdict_after(filed, case, tmp_path) == "legacy_error"


@pytest.mark.parametrize(
    ("case", "verdict", "told"),
    [
        (
            without(lambda d: d["task_type"]["creator"]),
            TriageVerdict.DOCUMENTED,
            "no kind of entry adds or takes",
        ),
        (changed("further", 7), TriageVerdict.DOCUMENTED, "in the one example that there is"),
        (
            changed("contributor", "Bo Gao"),
            TriageVerdict.DOCUMENTED,
            "an entry would undo it: file it --as new-wrong",
        ),
        (changed("id", 5.5), TriageVerdict.DOCUMENTED, "no transform turns"),
        (changed("name", "Another"), TriageVerdict.DOCUMENTED, "no transform turns"),
        (changed("id", 1), TriageVerdict.LEGACY_DEFECT, "--as documented"),
        ((GET, DIED, answer(TASK_TYPE)), TriageVerdict.DOCUMENTED, "--as legacy-defect"),
        ((GET, answer(TASK_TYPE), DIED), TriageVerdict.DOCUMENTED, "--as new-wrong"),
        ((GET, DIED, DIED), TriageVerdict.LEGACY_DEFECT, "--as new-wrong"),
        (
            (GET, error("241"), problem(404, "task-type-not-found", "242")),
            TriageVerdict.DOCUMENTED,
            "says already",
        ),
        ((GET, error("999"), answer({}, 404)), TriageVerdict.DOCUMENTED, "no problem document"),
    ],
)
def test_what_it_cannot_be_is_told(case: Case, verdict: TriageVerdict, told: str) -> None:
    """With what would be right."""
    with pytest.raises(TriageError, match=told):
        file_cluster(cluster(*case), verdict, CONTRACT)


def test_what_has_been_documented_meanwhile_is_told(tmp_path: Path) -> None:
    """Nothing is documented twice."""
    case = changed("id", 1)
    found = cluster(*case)
    registered(file_cluster(found, TriageVerdict.DOCUMENTED, CONTRACT), tmp_path)
    with pytest.raises(TriageError, match=r"settles \w+: explained"):
        file_cluster(found, TriageVerdict.DOCUMENTED, replace(CONTRACT, registry=load_registry(tmp_path)))


@pytest.mark.parametrize("lacks", ["whole", "sample"])
def test_without_a_whole_sample_nothing_is_made(lacks: str) -> None:
    """Half a document would be documented."""
    found = cluster(*changed("id", 1))
    assert found.sample is not None
    sample = None
    if lacks == "whole":
        sample = {**found.sample, "new": {**found.sample["new"], "truncated": True}}
    with pytest.raises(TriageError):
        file_cluster(Shown(found.cluster, found.example, sample), TriageVerdict.DOCUMENTED, CONTRACT)


def test_of_the_legacy_face_nothing_is_documented() -> None:
    """It answers as PHP does; what differs is a fault."""
    found = cluster(*changed("id", 1))
    faced = replace(found, cluster=replace(found.cluster, asked=Dialect.LEGACY))
    with pytest.raises(TriageError, match="answers as PHP does"):
        file_cluster(faced, TriageVerdict.DOCUMENTED, CONTRACT)
    assert file_cluster(faced, TriageVerdict.NEW_WRONG, CONTRACT).file is None


def test_an_issue_says_everything() -> None:
    """Both requests, what differs, why nothing explains it, and a test; no entry is proposed."""
    filed = file_cluster(cluster(*changed("contributor", "Bo Gao")), TriageVerdict.NEW_WRONG, CONTRACT)
    expected = ("$LEGACY", "$NEW", "$.task_type.contributor", "tasktype-lists", "def test_tasktype_get_")
    assert [text for text in expected if text not in filed.text] == []
    assert filed.file is None


def test_a_remark_tells_what_is_still_different(tmp_path: Path) -> None:
    """One row in upper case is no rule for all rows."""
    case = damaged(lambda document: document["task_type"]["creator"].__setitem__(0, "joaquin vanschoren"))
    filed = file_cluster(cluster(*case), TriageVerdict.DOCUMENTED, CONTRACT)
    assert filed.remark.endswith("with it the sample is mismatch; $.task_type.creator[1] value")


def test_the_contract_of_the_tests_is_the_packaged_one() -> None:
    """Whatever is filed here could be filed."""
    assert CONTRACT.digest == load_live_config(Path("config")).digest

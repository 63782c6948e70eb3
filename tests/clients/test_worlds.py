"""The small OpenML agrees with itself: files, rows, features, qualities, splits and scores."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.clients.tables import PLANTS, RUN, TABLES, TASKS, folds
from tests.clients.worlds import ACCURACY, write

Rows = Sequence[Mapping[str, object]]


class World:
    """The folder that was written."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def rows(self, table: str, **where: object) -> Rows:
        """The rows of a table that have certain values."""
        lines = (self.root / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()
        rows = map(json.loads, lines)
        return [row for row in rows if all(row[name] == value for name, value in where.items())]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Written once, read only."""
    root = tmp_path_factory.mktemp("world")
    write(root)
    return World(root)


def test_files_are_as_their_rows_say(world: World) -> None:
    """Size and checksum."""
    files = world.rows("openml/file")
    assert len(files) == len(TABLES) + 2
    for row in files:
        data = (world.root / "files" / str(row["filepath"])).read_bytes()
        assert (len(data), hashlib.md5(data).hexdigest()) == (row["filesize"], row["md5_hash"])


@pytest.mark.parametrize("did", TABLES)
def test_a_data_set_is_as_its_file(world: World, did: int) -> None:
    """Rows, columns, missing values, classes."""
    table = TABLES[did]
    head, _, body = table.arff().partition("@DATA\n")
    features = world.rows("openml_expdb/data_feature", did=did)
    qualities = {row["quality"]: row["value"] for row in world.rows("openml_expdb/data_quality", data=did)}
    assert head.count("@ATTRIBUTE") == len(features) == float(str(qualities["NumberOfFeatures"]))
    assert body.count("\n") == table.size == float(str(qualities["NumberOfInstances"]))
    missing = sum(int(str(row["NumberOfMissingValues"])) for row in features)
    assert body.count("?") == missing == float(str(qualities["NumberOfMissingValues"]))
    assert [row["name"] for row in features if row["is_target"] == "true"] == [table.target.name]
    values = Counter(row["index"] for row in world.rows("openml_expdb/data_feature_value", did=did))
    assert values == {
        row["index"]: int(str(row["NumberOfNominalValues"])) for row in features if row["index"] in values
    }


@pytest.mark.parametrize("task", TASKS)
def test_splits_part_the_rows(world: World, task: int) -> None:
    """Each row is in each fold once; ten folds test every row once."""
    _, did, procedure = TASKS[task]
    lines = (world.root / "files" / "splits" / f"{task}.arff").read_text().partition("@DATA\n")[2].split()
    parts = [line.split(",") for line in lines]
    assert Counter((fold, row) for _, row, _, fold in parts) == Counter(
        (str(fold), str(row)) for fold in range(len(folds(task))) for row in range(TABLES[did].size)
    )
    tested = Counter(int(row) for kind, row, _, _ in parts if kind == "TEST")
    assert max(tested.values()) == 1
    assert len(tested) == (TABLES[did].size if procedure != 6 else TABLES[did].size // 3)


def test_scores_are_those_of_the_predictions(world: World) -> None:
    """Over all rows."""
    text = (world.root / "files" / "run" / "0" / str(RUN) / "predictions.arff").read_text()
    rows = [line.rsplit(",", 2)[1:] for line in text.partition("@DATA\n")[2].splitlines()]
    right = sum(said == truth for said, truth in rows) / TABLES[PLANTS].size
    (score,) = world.rows("openml_expdb/evaluation", source=RUN, function_id=ACCURACY)
    assert score["value"] == right

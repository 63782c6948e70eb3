"""Where PHP breaks, the new answer is right: held to the rows of the sample, not to the backend's own word.

Every recorded exchange whose verdict is `legacy_error` is looked at. Those that the registry expects to be refused were
checked by the comparison; the others must tell what the sample database holds.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from config.php.text import TRIMMED
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.decode import decode
from diffing.deviations import load_registry
from diffing.model import Outcome
from proxy.checking.check import InProcess, open_side
from proxy.checking.replay import Replay, ReplayedExchange
from proxy.recordings.recording import read_recordings

CONFIG = Path("config")
Row = Mapping[str, Any]


@cache
def rows(table: str) -> tuple[Row, ...]:
    """The rows of a table of the sample."""
    folder = "openml" if table in ("users", "file") else "openml_expdb"
    lines = (CONFIG / "sample" / folder / f"{table}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


def row(table: str, key: str, value: object) -> Row:
    """The one row of that key."""
    (found,) = (one for one in rows(table) if one[key] == value)
    return found


def trimmed(text: str) -> str:
    """Text as PHP's conversion shows it (new-API contract, decision 5)."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip(TRIMMED)


def full_name(user: Row) -> str:
    """First and last name, as far as there are."""
    return f"{user['first_name'] or ''} {user['last_name'] or ''}".strip()


def dataset(document: Any) -> None:
    found = row("dataset", "did", document["id"])
    texts = [text for text in rows("dataset_description") if text["did"] == document["id"]]
    newest = max(texts, key=lambda text: int(text["version"]))
    assert (document["name"], document["description"]) == (found["name"], trimmed(newest["description"]))


def descriptions(document: Any) -> None:
    texts = [(text["version"], trimmed(text["description"])) for text in rows("dataset_description")]
    assert all((text["version"], text["description"]) in texts for text in document)
    versions = [text["version"] for text in document]
    assert versions == sorted(versions, reverse=True)


def datasets(document: Any) -> None:
    for one in document:
        found = row("dataset", "did", one["did"])
        assert (one["name"], str(one["version"])) == (found["name"], found["version"])


def flow(document: Any) -> None:
    found = row("implementation", "id", document["id"])
    named = {one["name"] for one in rows("input") if one["implementation_id"] == document["id"]}
    assert (document["name"], document["version"]) == (found["name"], found["version"])
    assert {parameter["name"] for parameter in document["parameter"]} == {trimmed(name) for name in named}


def run(document: Any) -> None:
    found = row("run", "rid", document["run_id"])
    name = full_name(row("users", "id", found["uploader"]))
    assert (document["uploader_name"], document["task_id"], document["setup_id"]) == (
        name,
        found["task_id"],
        found["setup"],
    )


def runs(document: Any) -> None:
    for one in document:
        found = row("run", "rid", one["run_id"])
        assert (one["task_id"], one["setup_id"], one["uploader"]) == (
            found["task_id"],
            found["setup"],
            found["uploader"],
        )


def evaluations(document: Any) -> None:
    measures = {measure["id"]: measure["name"] for measure in rows("math_function")}
    known = {(one["source"], measures[one["function_id"]], one["value"]) for one in rows("evaluation")}
    for one in document:
        assert (one["run_id"], one["function"], one.get("value")) in known
        assert one["setup_id"] == row("run", "rid", one["run_id"])["setup"]


def study(document: Any) -> None:
    found = row("study", "id", document["id"])
    expected = (trimmed(found["name"]), trimmed(found["description"]), found["creator"])
    assert (document["name"], document["description"], document["creator"]) == expected


def studies(document: Any) -> None:
    for one in document:
        found = row("study", "id", one["id"])
        assert (one["name"], one["creator"]) == (trimmed(found["name"]), found["creator"])


def task_inputs(document: Any) -> None:
    stored = {
        one["input"]: trimmed(one["value"])
        for one in rows("task_inputs")
        if one["task_id"] == document["task_id"]
    }
    assert {one["name"]: one["value"] for one in document["input"]} == stored


def tasks(document: Any) -> None:
    for one in document:
        assert one["name"] == row("dataset", "did", one["did"])["name"]
        assert one["task_type_id"] == row("task", "task_id", one["task_id"])["ttid"]


def users(document: Any) -> None:
    for one in document:
        assert one["username"] == full_name(row("users", "id", one["id"]))


def setup_tags(document: Any) -> None:
    assert {tag.casefold() for tag in document} == {one["tag"].casefold() for one in rows("setup_tag")}


RIGHT: dict[str, Callable[[Any], None]] = {
    "dataset.get": dataset,
    "dataset.descriptions": descriptions,
    "dataset.list": datasets,
    "evaluation.list": evaluations,
    "evaluation.setup_list": evaluations,
    "flow.get": flow,
    "run.get": run,
    "run.list": runs,
    "setup.tags": setup_tags,
    "study.get": study,
    "study.part": study,
    "study.list": studies,
    "task.inputs": task_inputs,
    "task.list": tasks,
    "user.list": users,
}


@pytest.fixture(scope="module")
def broken(sqlite_url: str) -> list[ReplayedExchange]:
    """The exchanges in which PHP broke, with the new answers."""
    return asyncio.run(_broken(sqlite_url))


async def _broken(database: str) -> list[ReplayedExchange]:
    differ = Differ(load_registry(CONFIG), load_problems(CONFIG))
    # What the recorder saw break, and the XML form, of which it did not look whether it can be read.
    recordings = [
        one
        for one in read_recordings([Path("tests/recordings/read")])
        if one.defect is not None or one.response.status == 500 or b"/json/" not in one.request.target
    ]
    side = InProcess(
        database, "https://openml.test/", "https://minio.openml.test/", CONFIG / "sample" / "files"
    )
    async with open_side(side, CONFIG) as transport:
        done = await Replay(recordings, load_routes(CONFIG), differ, transport).run()
    return [exchange for exchange in done if exchange.comparison.outcome is Outcome.LEGACY_ERROR]


def test_the_defects_of_the_corpus_are_all_looked_at(broken: list[ReplayedExchange]) -> None:
    """None is skipped: each is either refused as the registry says, or has an oracle here."""
    assert len(broken) >= 80
    answered = {exchange.route for exchange in broken if exchange.new and exchange.new.status == 200}
    assert answered <= RIGHT.keys()


def test_where_php_breaks_the_new_answer_is_right(broken: list[ReplayedExchange]) -> None:
    """What it says is what the sample holds."""
    looked_at = 0
    for exchange in broken:
        assert exchange.new is not None
        if exchange.new.status == 200:
            document = decode(exchange.new).document
            assert document, exchange.recording.id
            RIGHT[exchange.route](document)
            looked_at += 1
    assert looked_at >= 40

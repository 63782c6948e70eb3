"""Requests for one operation."""

from pathlib import Path

from config.openapi import load_openapi
from config.routes import load_routes
from proxy.exploring.draft import RequestDraft
from proxy.exploring.operation import OperationRequests, filters_of
from proxy.exploring.pools import Pools
from proxy.exploring.values import TELLING

CONFIG = Path(__file__).parent.parent.parent.parent / "config"
ROUTES = load_routes(CONFIG)
OPENAPI = load_openapi(CONFIG)


def drafts(
    route: str, number: int, callers: tuple[str, ...] = ("none", "bad", "admin", "user2")
) -> list[RequestDraft]:
    """So many requests at seed 1."""
    pools = Pools()
    pools.add("study.list", [{"id": id_, "creator": creator} for id_, creator in enumerate([1, 1, 1, 2, 16])])
    operation = OperationRequests(ROUTES[route], OPENAPI.get(route), pools, callers, 1)
    return [operation.draft(index) for index in range(number)]


def test_one_seed_makes_the_same_requests() -> None:
    """Whatever else is asked."""
    assert drafts("task.list", 50) == drafts("task.list", 60)[:50]


def test_each_filter_gets_the_telling_values() -> None:
    """Sooner or later."""
    found = {pair for draft in drafts("study.list", 2500) for pair in draft.filters}
    wanted = {(name, value) for name in filters_of(ROUTES["study.list"]) for value in TELLING}
    assert wanted <= found


def test_words_of_the_schema_are_taken() -> None:
    """Those that no list tells."""
    found = {pair for draft in drafts("study.list", 200) for pair in draft.filters}
    assert {("status", "in_preparation"), ("status", "all")} <= found


def test_callers_of_writes_have_keys_more_often() -> None:
    """And change what is theirs in half of the cases."""
    found = drafts("study.update_status", 500)
    assert sum(draft.caller in ("admin", "user2") for draft in found) > 350
    asked = [dict(draft.fields).get("study_id") for draft in found if draft.caller == "user2"]
    assert asked.count("3") > len(asked) * 0.3


def test_an_upload_has_its_files() -> None:
    """A description with values in it, and what belongs to it."""
    names = {tuple(part.name for part in draft.parts) for draft in drafts("dataset.upload", 50)}
    assert names == {("description", "dataset")}
    fields = {name for draft in drafts("dataset.edit", 20) for name, _ in draft.fields}
    assert fields == {"data_id", "edit_parameters"}

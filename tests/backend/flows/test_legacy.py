"""PHP's documents of flows."""

from types import SimpleNamespace
from typing import Any

import pytest

from backend.database.connections import Database
from backend.flows import legacy, queries
from backend.flows.parts import parts_of
from backend.legacy.tree import Element, to_json

pytestmark = pytest.mark.anyio


async def document(database: Database, flow_id: int) -> Element:
    """PHP's document of a flow of the sample."""
    async with database.read() as connection:
        tree = await queries.tree(connection, flow_id)
    assert tree is not None
    return legacy.flow(parts_of(tree), flow_id, "https://openml.test/")


async def test_what_php_takes_for_false_is_left_out(database: Database) -> None:
    """Empty text, 0 and NULL; a creator called 0 is one."""
    names = [child.name for child in (await document(database, 23)).children]
    assert "version" not in names
    assert "external_version" not in names
    assert "creator" in names


async def test_components_hold_whole_flows(database: Database) -> None:
    """Each after its identifier."""
    (first, *_) = [child for child in (await document(database, 29)).children if child.name == "component"]
    assert [child.name for child in first.children] == ["identifier", "flow"]
    assert first.children[0].text == "side"


def test_a_list_is_phps_own_json() -> None:
    """Ids are numbers there."""
    row: Any = SimpleNamespace(
        id=1, fullName="f(1)", name="f", version=1, external_version="e", uploader=None
    )
    assert legacy.listed_json([row])["flows"]["flow"][0]["uploader"] is None
    assert b'"external_version":"e","uploader":[]' in to_json(legacy.listed([row]))


def test_a_flow_that_is_not_there_has_the_id_of_none() -> None:
    """PHP's answer is 200."""
    assert to_json(legacy.found(None)) == b'{"flow_exists":{"exists":"false","id":"-1"}}'
    assert to_json(legacy.found(7)) == b'{"flow_exists":{"exists":"true","id":"7"}}'

"""Documents of flows."""

import pytest
from sqlalchemy import literal, select

from backend import tables
from backend.database.connections import Database
from backend.flows import queries, shapes
from backend.flows.parts import parts_of

pytestmark = pytest.mark.anyio

BASE = "https://openml.test/"


async def document(database: Database, flow_id: int) -> shapes.Flow:
    """The document of a flow of the sample."""
    async with database.read() as connection:
        tree = await queries.tree(connection, flow_id)
    assert tree is not None
    return shapes.flow(parts_of(tree), flow_id, BASE)


async def test_components_are_nested_flows(database: Database) -> None:
    """A flow holds its subflows whole, in the order of their ids, each with its identifier."""
    flow = await document(database, 29)
    assert [(one["identifier"], one["flow"]["id"]) for one in flow["subflows"]] == [
        ("side", 5),
        ("first", 28),
    ]
    second = flow["subflows"][1]["flow"]["subflows"][0]
    assert second["flow"]["subflows"][0]["flow"]["name"] == "deep.level3"


async def test_default_values_are_typed(database: Database) -> None:
    """Integers and numbers where they are written so, null where there is none, else the text."""
    defaults = {one["name"]: one["default_value"] for one in (await document(database, 10))["parameter"]}
    assert defaults == {"mtry": None, "ntree": 500, "replace": "TRUE"}
    assert (await document(database, 8))["parameter"][0]["default_value"] == 1.0e-7


async def test_what_php_leaves_out_is_null(database: Database) -> None:
    """Empty text and the text 0 are no values; lists are empty, the external version is empty text."""
    flow = await document(database, 23)
    assert (flow["version"], flow["external_version"], flow["description"]) == (0, "", None)
    assert flow["creator"] == ["0"]
    assert (await document(database, 22))["licence"] is None


async def test_files_are_linked(database: Database) -> None:
    """Address, format and checksum of both files, or null."""
    flow = await document(database, 1)
    assert flow["source_url"] == "https://openml.test/data/download/305/source of 1.java"
    assert flow["binary_format"] == "jar"
    assert (await document(database, 3))["source_md5"] is None


async def test_a_flow_inside_itself_ends(database: Database) -> None:
    """A flow below itself is left out where it would begin again."""
    component = tables.implementation_component
    async with database.read() as connection:
        tree = await queries.tree(connection, 27)
        up = await connection.execute(
            select(literal(26).label("parent"), literal(27).label("child"), component.c.identifier).limit(1)
        )
    assert tree is not None
    circle = queries.FlowTree(tree.flows, [*tree.components, *up], tree.parameters, tree.tags)
    (below,) = shapes.flow(parts_of(circle), 27, BASE)["subflows"]
    assert (below["flow"]["id"], below["flow"]["subflows"]) == (26, [])

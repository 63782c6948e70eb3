"""What engines store, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from backend import tables
from tests.backend.datasets.conftest import named

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio


processed, feature, value = tables.data_processed, tables.data_feature, tables.data_feature_value
STORED = (
    processed,
    feature,
    value,
    tables.data_quality,
    tables.data_quality_interval,
    tables.feature_quality,
)
FEATURES, QUALITIES = "/datasets/features", "/datasets/qualities"


def xml(root: str, inner: str, did: object = 128, engine: object = 1) -> str:
    """A document about a data set."""
    ids = f"<oml:did>{did}</oml:did><oml:evaluation_engine_id>{engine}</oml:evaluation_engine_id>"
    return f'<oml:{root} xmlns:oml="http://openml.org/openml">{ids}{inner}</oml:{root}>'


def features(*inner: str, did: object = 128, engine: object = 1) -> str:
    """A document of features: index, name, type, then their values."""
    found = []
    for one in inner:
        index, name, kind, *values = one.split()
        texts = "".join(f"<oml:nominal_value>{text}</oml:nominal_value>" for text in values)
        names = (
            f"<oml:index>{index}</oml:index><oml:name>{name}</oml:name><oml:data_type>{kind}</oml:data_type>"
        )
        found.append(f"<oml:feature>{names}{texts}</oml:feature>")
    return xml("data_features", "".join(found), did, engine)


def quality(name: str, text: str | None = "1", index: int | None = None) -> str:
    """A quality, of a feature when an index is given."""
    place = "" if index is None else f"<oml:feature_index>{index}</oml:feature_index>"
    measured = "" if text is None else f"<oml:value>{text}</oml:value>"
    return f"<oml:quality><oml:name>{name}</oml:name>{place}{measured}</oml:quality>"


async def send(writable: Writable, key: str, path: str, document: str) -> tuple[int, object]:
    """Upload a document; status and code, or status and answer."""
    files = {"description": ("description.xml", document, "text/xml")}
    answer = await writable.http.post(path, params={"api_key": key}, files=files)
    return answer.status_code, answer.json().get("code", answer.json())


async def test_features_are_stored_with_their_values(writable: Writable, keys: dict[str, str]) -> None:
    """The data set says which one is the target; numbers are rounded to the columns."""
    document = features("0 depth numeric", "1 class nominal still flowing").replace(
        "</oml:data_type></oml:feature>", "</oml:data_type><oml:MeanValue>1.5</oml:MeanValue></oml:feature>"
    )
    assert await send(writable, keys["admin"], FEATURES, document) == (200, {"did": 128})
    rows = await named(writable, feature, feature.c.did == 128)
    assert [(row["name"], row["is_target"], row["MeanValue"]) for row in rows] == [
        ("depth", "false", 2),
        ("class", "true", None),
    ]
    assert sorted(row["value"] for row in await named(writable, value, value.c.did == 128)) == [
        "flowing",
        "still",
    ]
    assert await send(writable, keys["admin"], FEATURES, document) == (409, "441")


async def test_a_failure_is_stored_and_replaced(writable: Writable, keys: dict[str, str]) -> None:
    """The text of the engine is escaped as PHP does it; the next try counts one more."""
    failed = xml("data_features", '<oml:error>Line "3" &amp; it\'s</oml:error>')
    assert (await send(writable, keys["admin"], FEATURES, failed))[0] == 200
    [row] = await named(writable, processed, processed.c.did == 128)
    assert (row["error"], row["num_tries"]) == ("Line &quot;3&quot; &amp; it's", 1)
    assert (await send(writable, keys["admin"], FEATURES, features("0 a numeric")))[0] == 200
    [row] = await named(writable, processed, processed.c.did == 128)
    assert (row["error"], row["num_tries"]) == (None, 2)


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ("", (422, "442")),
        ("<oml:data_features", (422, "443")),
        ('<oml:data_features xmlns:oml="http://openml.org/openml"/>', (422, "443")),
        (features(did="x"), (422, "446")),
        (features(engine=0), (422, "446")),
        (features(did=999999), (404, "444")),
        (features(did="128.5"), (404, "444")),
        (features(did=61), (409, "441")),
        (features(did="61.0"), (409, "441")),
        (features(did="6.1e1"), (409, "441")),
        (features(did="1e999"), (404, "444")),
        (xml("data_features", "<oml:feature/>"), (422, "443")),
        (features("0 a numeric", engine=99), (422, "445")),
        (features("0 a numeric", "0 b nominal"), (409, "450")),
        (features("0 a nominal x y x"), (409, "450")),
        (features("0 a numeric x", "0 b numeric"), (422, "449")),
        (features("0 a nominal", "0 b numeric"), (422, "448")),
        (features("0 other numeric", did=61, engine=2), (409, "450")),
    ],
)
async def test_features_are_refused(
    writable: Writable, keys: dict[str, str], document: str, answer: tuple[int, str]
) -> None:
    """In PHP's order, and nothing changes: not even a schema's refusal is stored."""
    before = await writable.snapshot()
    assert await send(writable, keys["admin"], FEATURES, document) == answer
    assert await writable.snapshot() == before


async def test_qualities_are_added_to_what_is_there(writable: Writable, keys: dict[str, str]) -> None:
    """A quality that is there stays; of another engine, an interval or a feature each has its table."""
    inner = quality("NumberOfClasses", "99") + quality("AverageClassCount", "NaN", 0)
    inner += quality("NumberOfInstances").replace(
        "quality>", 'quality interval_start="0" interval_end="9">', 1
    )
    document = xml("data_qualities", inner, 61, 2)
    assert await send(writable, keys["admin"], QUALITIES, document) == (200, {"did": 61})
    assert await send(writable, keys["admin"], QUALITIES, document.replace("99", "98")) == (200, {"did": 61})
    kept = []
    for table, column in (
        (tables.data_quality, "value"),
        (tables.data_quality_interval, "interval_end"),
        (tables.feature_quality, "value"),
    ):
        found = await named(writable, table, table.c.data == 61, table.c.evaluation_engine_id == 2)
        kept.append([(row["quality"], row[column]) for row in found])
    assert kept == [[("NumberOfClasses", "99")], [("NumberOfInstances", 9)], [("AverageClassCount", 0.0)]]


async def test_qualities_of_nothing_are_not_stored(writable: Writable, keys: dict[str, str]) -> None:
    """An engine or a feature that is not there is no error, as in PHP."""
    before = await writable.snapshot()
    unknown = xml("data_qualities", quality("NumberOfClasses"), 61, 99)
    assert await send(writable, keys["admin"], QUALITIES, unknown) == (200, {"did": 61})
    unknown = xml("data_qualities", quality("AverageClassCount", "1", 99), 61, 1)
    assert await send(writable, keys["admin"], QUALITIES, unknown) == (200, {"did": 61})
    assert await writable.snapshot() == before


@pytest.mark.parametrize(
    ("document", "answer"),
    [
        ("", (422, "382")),
        ("not xml", (422, "383")),
        (xml("data_qualities", quality("NumberOfClasses", "many"), 61), (422, "383")),
        (xml("data_qualities", "", 0), (422, "381")),
        (xml("data_qualities", "", 128), (412, "384")),
        (xml("data_qualities", "", 999999), (412, "384")),
        (xml("data_qualities", quality("NoSuchQuality"), 61), (422, "387")),
        (xml("data_qualities", quality("NumberOfClasses", "1", 0), 61), (422, "387")),
        (xml("data_qualities", "", 61), (412, "385")),
    ],
)
async def test_qualities_are_refused(
    writable: Writable, keys: dict[str, str], document: str, answer: tuple[int, str]
) -> None:
    """In PHP's order, and nothing changes."""
    before = await writable.snapshot()
    assert await send(writable, keys["admin"], QUALITIES, document) == answer
    assert await writable.snapshot() == before


@pytest.mark.parametrize("path", [FEATURES, QUALITIES])
async def test_only_administrators_are_engines(writable: Writable, keys: dict[str, str], path: str) -> None:
    """Before the input is looked at."""
    assert await send(writable, keys["writer"], path, "no xml") == (403, "106")


async def test_features_may_be_json(writable: Writable, keys: dict[str, str]) -> None:
    """Named as in the XML."""
    body = {
        "did": 128,
        "evaluation_engine_id": 1,
        "feature": [{"index": 0, "name": "a", "data_type": "nominal", "nominal_value": ["x", "y"]}],
    }
    answer = await writable.http.post(FEATURES, params={"api_key": keys["admin"]}, json=body)
    assert (answer.status_code, answer.json()) == (200, {"did": 128})
    assert len(await writable.rows(value, value.c.did == 128)) == 2


async def test_equal_features_at_once_are_stored_once(writable: Writable, keys: dict[str, str]) -> None:
    """All but one are told that the data set is processed already."""
    document = features("0 a numeric", "1 b nominal x")
    answers = await asyncio.gather(*(send(writable, keys["admin"], FEATURES, document) for _ in range(6)))
    assert sorted(status for status, _ in answers) == [200, *[409] * 5]
    assert len(await writable.rows(feature, feature.c.did == 128)) == 2

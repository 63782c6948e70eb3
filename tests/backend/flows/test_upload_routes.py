"""Uploading flows, through the front door."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

Files = dict[str, tuple[str, bytes]]


def described(inner: str = "", name: str = "sample.Heron", version: str | None = "h_1") -> bytes:
    """A description with further elements behind the text."""
    told = "" if version is None else f"<oml:external_version>{version}</oml:external_version>"
    return (
        f'<oml:flow xmlns:oml="http://openml.org/openml"><oml:name>{name}</oml:name>{told}'
        f"<oml:description>A bird.</oml:description>{inner}</oml:flow>"
    ).encode()


def parameter(name: str) -> str:
    """A parameter of a flow."""
    return f"<oml:parameter><oml:name>{name}</oml:name></oml:parameter>"


async def post(writable: Writable, key: str, description: bytes | None, **files: tuple[str, bytes]) -> Any:
    """Upload a flow."""
    sent: Files = {} if description is None else {"description": ("description.xml", description)}
    return await writable.http.post("/flows", data={"api_key": key}, files={**sent, **files})


async def test_a_flow_is_stored_with_all_its_parts(writable: Writable, keys: dict[str, str]) -> None:
    """A component that is there is linked, another is stored; files are where PHP puts them."""
    component = "<oml:component><oml:identifier>{}</oml:identifier>{}</oml:component>"
    moss = described(name="weka.MossTree", version="Weka_3.9.0_12024").decode()
    egg = described(parameter("Beak"), name="sample.Egg", version="e_1").decode()
    inner = parameter("legs") + component.format("w", moss) + component.format("egg", egg)
    before = await writable.snapshot()
    answer = await post(
        writable,
        keys["writer"],
        described(inner + "<oml:tag>bird</oml:tag>"),
        source=("heron.py", b"print()"),
        binary=("heron.bin", b"HERON"),
    )
    assert (answer.status_code, answer.json()) == (200, {"id": 40002})
    new = await writable.added(before)
    assert [(row[0], row[1], row[18:20]) for row in new["implementation"]] == [
        (40002, "sample.Heron(1)", (1493, 1492)),
        (40003, "sample.Egg(1)", (None, None)),
    ]
    assert new["implementation_component"] == [(40002, 1, "w"), (40002, 40003, "egg")]
    assert [row[1:3] for row in new["input"]] == [(40002, "legs"), (40003, "Beak")]
    assert [row[:3] for row in new["implementation_tag"]] == [(40002, "bird", 2)]
    assert [row[3] for row in new["file"]] == [
        "implementation/source/heron.py",
        "implementation/binary/heron.bin",
    ]
    assert {"implementation/source/heron.py", "implementation/binary/heron.bin"} <= set(writable.stored())


async def test_json_does_the_same(writable: Writable, keys: dict[str, str]) -> None:
    """As the body itself, or as the file."""
    flow = {"name": "sample.J", "external_version": "1", "description": "d", "parameter": [{"name": "p"}]}
    url = f"/flows?api_key={keys['writer']}"
    assert (await writable.http.post(url, json=flow)).json() == {"id": 40002}
    again = await writable.http.post(url, json={"description": flow})
    assert (again.status_code, again.json()["code"]) == (409, "171")
    bad = await writable.http.post(url, json={"name": "x"})
    assert (bad.status_code, bad.json()["code"]) == (422, "163")


async def test_without_external_version_the_checksum_is_it(writable: Writable, keys: dict[str, str]) -> None:
    """That of the source before that of the binary, else nothing; and never is it there already."""
    nameless = described(version=None)
    source, binary = ("a.py", b"a"), ("b", b"b")
    for sent in ({"source": source, "binary": binary}, {"binary": binary}, {}, {}):
        answer = await post(writable, keys["writer"], nameless, **sent)
        assert answer.status_code == 200, answer.text
    rows = await writable.rows(tables.implementation, tables.implementation.c.name == "sample.Heron")
    assert [(row[6], row[7]) for row in rows] == [
        (1, hashlib.md5(b"a").hexdigest()),
        (2, hashlib.md5(b"b").hexdigest()),
        (3, ""),
        (4, ""),
    ]
    assert "implementation/binary/b.arff" in writable.stored()


@pytest.mark.parametrize(
    ("description", "files", "status", "code", "named"),
    [
        (None, {}, 422, "161", "description"),
        (b"", {}, 422, "160", "description"),
        (described(), {"source": ("a.py", b"")}, 422, "160", "source"),
        (b"<x/>", {}, 422, "163", "Line 1"),
        (described("<oml:tag>two words</oml:tag>"), {}, 422, "163", "two words"),
        (described(), {"notes": ("n.txt", b"n")}, 422, "167", "notes"),
        (described("<oml:source_md5>ff</oml:source_md5>"), {"source": ("a.py", b"a")}, 422, "168", "ff"),
        (described(name="weka.mosstree", version="Weka_3.9.0_12024"), {}, 409, "171", ":1."),
        (described(), {"source": ("..", b"a")}, 422, "173", "source"),
        (described(f"<oml:tag>{'t' * 65}</oml:tag>"), {}, 422, "477", "id=40002; tag=tttt"),
        (described("<oml:tag>pond</oml:tag><oml:tag>pond</oml:tag>"), {}, 409, "473", "id=40002; tag=pond"),
        (described("<oml:tag>pond</oml:tag><oml:tag>Pond</oml:tag>"), {}, 409, "474", "Pond"),
    ],
)
async def test_a_refused_flow_leaves_nothing(
    writable: Writable,
    keys: dict[str, str],
    description: bytes | None,
    files: Files,
    status: int,
    code: str,
    named: str,
) -> None:
    """Neither row nor file, whatever PHP had stored by then."""
    before, stored = await writable.snapshot(), writable.stored()
    answer = await post(writable, keys["writer"], description, **files)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert named in answer.json()["detail"]
    assert (await writable.snapshot(), writable.stored()) == (before, stored)


async def test_a_description_in_a_field_is_none(writable: Writable, keys: dict[str, str]) -> None:
    """As in PHP, whose filter takes it apart."""
    form = {"api_key": keys["writer"], "description": described().decode()}
    answer = await writable.http.post("/flows", data=form)
    assert (answer.status_code, answer.json()["code"]) == (422, "163")


async def test_equal_uploads_at_once_are_one_flow(writable: Writable, keys: dict[str, str]) -> None:
    """Nothing in the database keeps them apart, so the later ones wait and then find the first."""
    answers: list[httpx.Response] = await asyncio.gather(
        *(post(writable, keys["writer"], described(parameter("p"))) for _ in range(8))
    )
    assert sorted((one.status_code, one.json().get("code")) for one in answers) == [
        (200, None),
        *[(409, "171")] * 7,
    ]
    rows = await writable.rows(tables.implementation, tables.implementation.c.name == "sample.Heron")
    assert len(rows) == 1

"""What PHP looks at before it takes the files of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from backend import tables

if TYPE_CHECKING:
    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

RUN = b"""<oml:run xmlns:oml="http://openml.org/openml"><oml:task_id>1</oml:task_id><oml:flow_id>5</oml:flow_id></oml:run>"""
DESCRIPTION = ("description", ("d.xml", RUN, "text/xml"))

REFUSED: list[tuple[str, str, bytes, str]] = [
    ("predictions", "predictions", b"x", "206"),
    ("predictions", ".arff", b"x", "206"),
    ("predictions", "a.", b"x", "206"),
    ("predictions", "a.0", b"x", "206"),
    ("predictions", "a.txt", b"", "207"),
    ("predictions", "a.ARFF", b"no arff", "209"),
    ("extra", "e.XML", b"<a>", "209"),
    ("extra", f"{'n' * 260}.txt", b"x", "212"),
]


async def test_files_that_cannot_be_used(writable: Writable, keys: dict[str, str]) -> None:
    """The answer names the file; no row and no file stays."""
    before, files = await writable.snapshot(), writable.stored()
    for field, name, content, code in REFUSED:
        answer = await writable.http.post(
            "/run", params={"api_key": keys["writer"]}, files=[DESCRIPTION, (field, (name, content))]
        )
        assert (answer.status_code, answer.json()["code"]) == (422, code), name
        assert answer.json()["errors"][0]["loc"] == ["body", field]
    nameless = await writable.http.post(
        "/run", params={"api_key": keys["writer"]}, files={"description": ("d", RUN)}
    )
    assert nameless.json()["code"] == "206"
    assert await writable.snapshot() == before
    assert writable.stored() == files


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.v2.arff", b"no arff"),
        ("P.ARF", b"x"),
        ("e.xml", b"<!DOCTYPE a><a>&amp;</a>"),
        ("a b.tar.gz", b"x"),
    ],
)
async def test_the_first_dot_decides_what_a_file_is(
    writable: Writable, keys: dict[str, str], name: str, content: bytes
) -> None:
    """What is behind it is the extension that is checked; the row has what is behind the last one."""
    answer = await writable.http.post(
        "/run", params={"api_key": keys["writer"]}, files=[DESCRIPTION, ("extra", (name, content))]
    )
    assert answer.status_code == 200, answer.text
    part = tables.runfile
    [row] = await writable.rows(part, part.c.source == answer.json()["run_id"], part.c.field == "extra")
    assert row[2:4] == (name, name.rpartition(".")[2])


async def test_a_field_that_comes_twice(writable: Writable, keys: dict[str, str]) -> None:
    """PHP takes the last file of a field, and writes dots and blanks of its name as ``_``."""
    parts: list[tuple[str, Any]] = [
        ("my model.x", ("a.txt", b"1")),
        DESCRIPTION,
        ("my_model_x", ("b.txt", b"2")),
    ]
    answer = await writable.http.post("/run", params={"api_key": keys["writer"]}, files=parts)
    assert answer.status_code == 200, answer.text
    part = tables.runfile
    rows = await writable.rows(part, part.c.source == answer.json()["run_id"])
    assert [row[1:3] for row in rows] == [("description", "d.xml"), ("my_model_x", "b.txt")]

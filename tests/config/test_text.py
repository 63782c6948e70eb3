"""Text from outside can be stored, printed and encoded."""

import json
import re
from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from config import text

ANY = st.text(st.characters(exclude_categories=()))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(ANY, inner),
)
HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@given(ANY | st.binary())
def test_clean_text_can_be_encoded_by_everything(given: str | bytes) -> None:
    """UTF-8, XML; nothing that a terminal obeys."""
    found = text.clean(given)
    assert found.encode("utf-8").decode("utf-8") == found
    assert not HIDDEN.search(found)
    element = etree.Element("x")
    element.text = found
    assert (etree.fromstring(etree.tostring(element)).text or "") == found


@given(ANY | st.binary())
def test_a_line_is_one_line(given: str | bytes) -> None:
    """Wherever lines may end."""
    assert len(text.line(given).splitlines()) <= 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("plain: a::1 #1 Grüße 🌲", "plain: a::1 #1 Grüße 🌲"),
        ("\x1b[2J\x00", r"\x1b[2J\x00"),
        ("\ud83d", r"\ud83d"),
        (b"\xff", r"\xff"),
        ("a\n::error file=x::y", r"a\n:\:error file=x:\:y"),
        ("##[error]x ##vso[task.setvariable]", r"#\#[error]x #\#vso[task.setvariable]"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
    ],
)
def test_a_line_shows_what_it_is(given: str | bytes, shown: str) -> None:
    """As an escape that a reader knows."""
    assert text.line(given) == shown


def test_a_block_keeps_its_lines() -> None:
    """None of which is a command."""
    assert text.block("a\n::error::b\r\nc\rd") == "a\n:\\:error:\\:b\r\nc\\rd"


def test_long_text_is_cut() -> None:
    """It says how long it was."""
    assert text.clean("x" * 10, 3) == "xxx… (10 characters)"


def test_long_names_stay_different() -> None:
    """What is left out is told apart by a digest."""
    one, other = text.name("k" * 100 + "1"), text.name("k" * 100 + "2")
    assert one != other
    assert len(one) == len(other) == text.NAME
    assert text.name("short") == "short"


@given(DOCUMENTS)
def test_every_document_becomes_json(given: object) -> None:
    """Bounded, and read again by every reader."""
    found = text.document(given, 500)
    encoded = text.json_bytes(found)
    assert orjson.loads(encoded) == json.loads(encoded)
    assert len(encoded) < 20_000
    orjson.loads(text.json_bytes({"any": given}))


def test_documents_without_end_are_cut() -> None:
    """In depth, in breadth, in digits."""
    deep: list[object] = []
    deep.append(deep)
    assert "deeper" in str(text.document(deep))
    assert len(text.document(list(range(10_000)), 100)) <= 101
    assert text.document({"k" * 9: 1, "x" * 500: 2}, 20)
    assert text.document(2**64) == "18446744073709551616 (integer)"
    assert "cannot be shown" in text.document(10**5000)
    at = datetime(2026, 11, 29, tzinfo=UTC)
    assert text.document([float("nan"), -(2**63), True, at]) == ["nan", -(2**63), True, at]


def test_json_on_a_terminal_is_no_command() -> None:
    """The same document all the same."""
    encoded = text.json_bytes({"a": "##[error]x"})
    assert b"##[" not in encoded
    assert orjson.loads(encoded) == {"a": "##[error]x"}

"""What comments cite is in the repository: pages of docs/legacy by section, the contract by decision or section."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
LEGACY: Final = ROOT / "docs" / "legacy"
CONTRACT: Final = ROOT / "docs" / "api-contract.md"
PLACES: Final = ("proxy", "backend", "diffing", "config", "tests", "docs")
PAGES: Final = frozenset(page.stem for page in LEGACY.glob("*.md"))
_CITED: Final = re.compile(
    r"(legacy\s+notes|new-API\s+contract)\b,?\s*\(?((?:[^;:)\"]|\s)*?)(?=[;:)\"]|\.\s|\.$|$)", re.MULTILINE
)
_PAGE: Final = re.compile(rf"\b({'|'.join(sorted(PAGES))})\b")
_SECTION: Final = re.compile(r"\b\d+(?:\.\d+)?\b")
_HEADING: Final = re.compile(r"^#+ (\d+(?:\.\d+)?)\.? ", re.MULTILINE)
_DECISION: Final = re.compile(r"^(\d+[a-z]?)\. ", re.MULTILINE)
_LETTER: Final = re.compile(r"^##+ ([A-E]\d?)\. ", re.MULTILINE)


def citations(text: str) -> Iterator[tuple[str, str]]:
    """What is cited, and where in it, in a text whose lines may be comments."""
    plain = re.sub(r"\s*\n\s*(?:#\s*)?", " ", text)
    for match in _CITED.finditer(plain):
        yield re.sub(r"\s+", " ", match[1]), match[2]


def faults(what: str, where: str) -> list[str]:
    """Why a citation leads nowhere; nothing when it does."""
    if what == "new-API contract":
        page = CONTRACT.read_text(encoding="utf-8")
        known = {*_DECISION.findall(page), *_LETTER.findall(page)}
        named = re.findall(r"\b(?:decisions?|and|,)\s+(\d+[a-z]?)\b|\bsection\s+([A-E]\d?)\b", where)
        asked = {number or letter for number, letter in named}
        return sorted(asked - known) if asked else [f"no decision or section in {where!r}"]
    found = []
    pages = _PAGE.split(where)
    if len(pages) < 3:
        return [f"no page of docs/legacy in {where!r}"]
    for name, rest in zip(pages[1::2], pages[2::2], strict=True):
        known = set(_HEADING.findall((LEGACY / f"{name}.md").read_text(encoding="utf-8")))
        cited = re.sub(r"\b(check|code|point)s? \d+(?: to \d+)?", "", rest)
        found += [f"{name} {section}" for section in _SECTION.findall(cited) if section not in known]
    return found


FILES: Final = sorted(
    file
    for place in PLACES
    for kind in ("*.py", "*.toml", "*.md")
    for file in (ROOT / place).rglob(kind)
    if file != Path(__file__) and LEGACY not in file.parents and file != CONTRACT
)


def test_every_citation_leads_somewhere() -> None:
    """To a heading of a page, or to a decision or section of the contract."""
    cited = [
        (file.relative_to(ROOT), what, where)
        for file in FILES
        for what, where in citations(file.read_text(encoding="utf-8"))
    ]
    assert len(cited) > 150
    assert [
        f"{file}: {what}, {where}: {fault}" for file, what, where in cited for fault in faults(what, where)
    ] == []


_OUTSIDE: Final = re.compile(
    r"\bdesign(?:,|:|\.md)? (?:§|promise|section|the\b)|\bpromises? \d"
    r"|(?<!API )contract, (?:decision|section)|new-api, decision"
    r"|migration guide, |\brecordings\b[^.]{0,20}\bREADME\b|\boddity \d",
    re.IGNORECASE,
)
"""Words for a page that is not in the repository, or not named so that it can be found."""


def test_nothing_is_cited_that_is_not_in_the_repository() -> None:
    """A reader could not follow it."""
    sources = [file for file in FILES if file.suffix == ".py"]
    found = [
        f"{file.relative_to(ROOT)}: {match[0]}"
        for file in sources
        for match in _OUTSIDE.finditer(re.sub(r"\s*\n\s*(?:#\s*)?", " ", file.read_text(encoding="utf-8")))
    ]
    assert found == []


_NAMED: Final = re.compile(r"(?<![\w/*{}-])[\w/-]+\.md\b")
KNOWN: Final = frozenset(page.name for page in ROOT.glob("*.md")) | {page.name for page in FILES}


def said(source: str) -> Iterator[str]:
    """The comments and docstrings of a module."""
    yield from (
        token.string
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    )
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield str(node.value.value)


def test_every_page_that_is_named_is_there() -> None:
    """A comment that names a page by its file names one of ours."""
    sources = [file for file in FILES if file.suffix == ".py"]
    found = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in sources
        for text in said(file.read_text(encoding="utf-8"))
        for name in _NAMED.findall(text)
        if name.rpartition("/")[2] not in KNOWN | {CONTRACT.name}
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["(design, promise 5)", "(design §2)", "(contract, decision 5)", "promise 6"]
)
def test_a_citation_of_what_is_elsewhere_is_found(text: str) -> None:
    """Whatever it is called."""
    assert _OUTSIDE.search(text)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("(legacy notes, data 5.3 to 5.5)", []),
        ("(legacy notes, data 5.9)", ["data 5.9"]),
        ("# the limit (legacy notes,\n# task 3.2, check 6)", []),
        ("(legacy notes, votes 6)", ["no page of docs/legacy in 'votes 6'"]),
        ("(new-API contract, decisions 2, 4 and 8)", []),
        ("(new-API contract, decision 99)", ["99"]),
        ("(new-API contract, section C)", []),
    ],
)
def test_a_citation_that_leads_nowhere_is_found(text: str, wrong: list[str]) -> None:
    """A wrong section, a page that is not there."""
    assert [fault for what, where in citations(text) for fault in faults(what, where)] == wrong

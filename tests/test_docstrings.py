"""Docstrings say what names and types do not: no line of Args or Returns repeats them."""

import ast
import re
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path.relative_to(ROOT)
    for folder in ("proxy", "backend", "diffing", "config", "tests")
    for path in (ROOT / folder).rglob("*.py")
)
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef

_STOP = """
    a an the this that these those it its they their he she who whom whose which what how so such one thing same
    of in on at to for from with as about into beside behind and or
    is are be been was has have had do does can may shall will
    when where there here now then present current given asked wanted
    ask call caller carry request transaction connection id name number value text row item main any all each
"""
STOP = frozenset(_STOP.split())
"""Words that say nothing of one thing more than of another."""
SHORT = {
    "asked": "facts of the client's request",
    "observation": "what a side answered",
    "registry": "documented deviations entries",
    "config": "configuration directory file",
    "did": "data set id",
    "rid": "run id",
    "ttid": "task type id",
    "dataset": "data set",
    "md5": "checksum",
    "routes": "route map",
    "now": "present time",
}
"""What names that are used everywhere mean."""


def words(text: str) -> set[str]:
    """The words of a text or an identifier, without their endings."""
    parts = re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", text.replace("'s", ""))
    found = {part.lower() for part in parts}
    found |= {word for short in found & SHORT.keys() for word in SHORT[short].split()}
    return {_stem(word) for word in found}


def _stem(word: str) -> str:
    for ending, other in (("ies", "y"), ("sses", "ss"), ("es", "e"), ("s", "")):
        if word.endswith(ending) and not word.endswith("ss") and len(word) > 3:
            return word.removesuffix(ending) + other
    return word


STOP_STEMS = frozenset(map(_stem, STOP))


@dataclass(slots=True)
class Line:
    """What a section of a docstring says of one argument, error or result."""

    section: str
    name: str
    text: str


@dataclass(slots=True)
class Docstring:
    """A docstring, taken apart."""

    node: Documented
    at: ast.Expr
    prose: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)

    def is_redundant(self, line: Line) -> bool:
        """Whether a line says only what name, type, and what they belong to say."""
        if line.section not in ("Args", "Returns", "Yields"):
            return False
        text = line.text.removesuffix(", or None.")
        if "``" in text or "None" in text:  # a name of something else, or what it means that there is none
            return False
        node, summary = self.node, re.split(r"\.\s", "".join(self.prose[:1]))[0]
        said = words(line.name) | words(getattr(node, "name", "")) | words(summary)
        said |= words(annotations(node).get(line.name or "return", ""))
        return words(text) - STOP_STEMS <= said


def annotations(node: Documented) -> dict[str, str]:
    """The types of a function's arguments and result, or of what a class is made of."""
    if isinstance(node, ast.ClassDef):
        made = [one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"]
        fields = {
            one.target.id: ast.unparse(one.annotation)
            for one in node.body
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name)
        }
        return fields | (annotations(made[0]) if made else {})
    if isinstance(node, ast.Module):
        return {}
    taken = [
        *node.args.posonlyargs,
        *node.args.args,
        *node.args.kwonlyargs,
        node.args.vararg,
        node.args.kwarg,
    ]
    found = {one.arg: ast.unparse(one.annotation) for one in taken if one is not None and one.annotation}
    return found | ({"return": ast.unparse(node.returns)} if node.returns else {})


def docstrings(source: str) -> Iterator[Docstring]:
    """Every docstring of a module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, Documented):
            continue
        text = ast.get_docstring(node)
        if text is not None:
            at = node.body[0]
            assert isinstance(at, ast.Expr)
            yield taken_apart(node, at, text)


def taken_apart(node: Documented, at: ast.Expr, text: str) -> Docstring:
    """A docstring by its paragraphs, and by the lines of its sections."""
    found = Docstring(node, at)
    section = ""
    for block in re.split(r"\n\s*\n", text):
        title, _, rest = block.partition("\n")
        if title in ("Args:", "Returns:", "Yields:", "Raises:"):
            section = title.removesuffix(":")
            for entry in _entries(section, rest):
                found.lines.append(entry)
        else:
            found.prose.append(block)
            found.lines += _sentences(block, annotations(node))
    return found


def _sentences(block: str, known: Container[str]) -> Iterator[Line]:
    """What prose says of an argument: ``name``: and a sentence."""
    for name, text in re.findall(r"``(\w+)``: (.+?\.)(?=\s|$)", " ".join(block.split())):
        if name in known:
            yield Line("Args", name, text)


def _entries(section: str, block: str) -> Iterator[Line]:
    if section in ("Returns", "Yields"):
        yield Line(section, "", " ".join(block.split()))
        return
    for entry in re.split(r"\n(?=    \S)", block):
        name, _, text = " ".join(entry.split()).partition(": ")
        yield Line(section, name, text)


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_no_line_repeats_name_and_type(source: Path) -> None:
    """A line of Args or Returns has a word that is not in them, nor in the sentence before."""
    found = [
        f"{source}:{one.at.lineno}: {line.section} {line.name}: {line.text}"
        for one in docstrings((ROOT / source).read_text(encoding="utf-8"))
        for line in one.lines
        if one.is_redundant(line)
    ]
    assert found == []


def test_the_backend_has_more_code_than_words() -> None:
    """At most 15 % of its lines are docstrings."""
    lines = described = 0
    for source in (source for source in SOURCES if source.parts[0] == "backend"):
        text = (ROOT / source).read_text(encoding="utf-8")
        lines += len(text.splitlines())
        described += sum(
            node.end_lineno - node.lineno + 1
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and node.end_lineno
        )
    assert described <= 0.15 * lines

"""What judges input judges all of it: a text that is right is wrong with a line end or a NUL behind it.

Exceptions are what PHP takes, by its recordings and notes; each says which characters, and why.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic_core import PydanticCustomError

from backend.app import OPERATIONS
from backend.input.parameters import Reader

ROOT = Path(__file__).parent.parent.parent
BEHIND: Final = ("\n", "\r", "\0")

# Patterns that judge: those of which some module asks whether they fit a whole text.
TAKEN_BY_PATTERNS: Final = {
    "backend.input.filters._PHP_TEXT": "\n\r",  # its filter check lets all blanks pass (legacy notes, data 7.2)
}
TAKEN_BY_READERS: Final = {
    "Text": "\n\r",  # the same check
    "SortOrder": "\n\r",  # the same check; which word it is, is judged later
    "PerFold": "\n\r",
    "ErrorsShown": "\n\r",
    "Stripped": "\n\r\0",  # PHP strips what it does not allow (legacy notes, task 7)
    "Judged": "\n\r\0",  # is judged by the handler
    "PathText": "\n\r\0",  # any text that is looked up
    "Undecoded": "\n\r\0",
    "KnowledgeType": "\n\r\0",
    "IdOrAlias": "\n\r\0",  # an alias is any text; what is numeric is read as an id
    "TextField": "\n\r\0",
    "IdField": "\n\r\0",  # its filter takes NUL out of fields, and blanks do not count (live.tags.ids-data)
    "EntityIds": "\0",  # the same filter
    "Range": "\n\r",  # blanks around a number do not count (new-API contract, decision 4)
    "Reason": "\n\r\0",  # any text
    "OrBare(reader=Text)": "\n\r",
    "Ids(blanks=True)": "\n\r",  # PHP pastes it into SQL (live.6.10249)
    "UserIds(blanks=True)": "\n\r",  # PHP pastes it into SQL (live.6.10249)
}


def modules() -> Iterator[str]:
    """The modules of the backend, and of what PHP makes of texts."""
    for path in sorted([*(ROOT / "backend").rglob("*.py"), *(ROOT / "config" / "php").rglob("*.py")]):
        parts = path.relative_to(ROOT).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def patterns() -> dict[str, re.Pattern[str]]:
    """What the backend's modules ask of whole texts, by module and name (or the pattern itself)."""
    found: dict[str, re.Pattern[str]] = {}
    for name in modules():
        module = importlib.import_module(name)
        for node in ast.walk(ast.parse(inspect.getsource(module) or "")):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            asked, of = node.func.attr, ast.unparse(node.func.value)
            if of == "re" and asked in ("fullmatch", "match") and isinstance(node.args[0], ast.Constant):
                found[f"{name}: {node.args[0].value!r}"] = re.compile(str(node.args[0].value))
            pattern = getattr(module, of, None)
            if asked == "fullmatch" and isinstance(pattern, re.Pattern) and isinstance(pattern.pattern, str):
                found[f"{name}.{of}"] = pattern
    return found


PATTERNS: Final = patterns()


def readers() -> dict[str, Reader]:
    """The readers of all parameters of all operations, one of each kind."""
    found: dict[str, Reader] = {}
    for operation in OPERATIONS:
        model: type[BaseModel] = operation.parameters
        for field in model.model_fields.values():
            found |= {label(one): one for one in field.metadata if isinstance(one, Reader)}
    return found


def label(reader: Reader) -> str:
    """The same in every process: without addresses of memory."""
    return re.sub(r"<[\w.]+\.(\w+) object at 0x[0-9a-f]+>", r"\1", repr(reader))


READERS: Final = readers()
NUMBERS = "0 1 27 007 -1 1.5 1e3 1..2 1,2 2019/06 2019_perday"
WORDS = "active all asc true abc d runs normal data lastmonth any a.b-c_d https://a.test/"
SAMPLES: Final = (*NUMBERS.split(), *WORDS.split())


def test_there_is_something_to_judge() -> None:
    """The collection does not run empty."""
    assert len(PATTERNS) > 15
    assert {"PathId", "Ids", "Digits", "Limit", "Status", "Text"} <= {
        type(one).__name__ for one in READERS.values()
    }


@pytest.mark.parametrize("name", sorted(PATTERNS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(data=st.data())
def test_a_pattern_fits_whole_texts(name: str, data: Any) -> None:
    """For each text that it fits."""
    pattern = PATTERNS[name]
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    for character in BEHIND:
        if character not in TAKEN_BY_PATTERNS.get(name, ""):
            assert not pattern.fullmatch(text + character), (text, character)


@pytest.mark.parametrize("name", sorted(READERS))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(text=st.sampled_from(SAMPLES) | st.from_regex(r"[0-9]{1,20}(,[0-9]{1,5}){0,3}", fullmatch=True))
def test_a_reader_reads_whole_texts(name: str, text: str) -> None:
    """For each text that it takes."""
    reader = READERS[name]
    if not takes(reader, text):
        return
    for character in BEHIND:
        if character not in taken(reader):
            assert not takes(reader, text + character), (text, character)


def taken(reader: Reader) -> str:
    """What PHP takes behind a text that this reader reads."""
    kind = label(reader)
    return next(
        (TAKEN_BY_READERS[name] for name in (kind, type(reader).__name__) if name in TAKEN_BY_READERS), ""
    )


def takes(reader: Reader, text: str) -> bool:
    """Whether a reader takes a text."""
    try:
        reader.read(text)
    except PydanticCustomError:
        return False
    return True

"""An entry about a death of PHP says what PHP dies of, or the lint finds it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from diffing.causes import causeless
from diffing.deviations import load_registry
from diffing.premises import Premise
from diffing.registry import Deviation, Kind, LegacySide, NewSide, Registry
from tests.diffing.test_unconditional import REFUSAL, condition, told

DEFECT = replace(
    REFUSAL, kind=Kind.LEGACY_DEFECT, legacy=LegacySide(defects=frozenset({"empty_500"})), new=NewSide(200)
)


def found(entry: Deviation) -> list[str]:
    """The kinds of what the lint finds."""
    return [one.kind for one in causeless(Registry([entry]))]


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"role": ("user",), "method": ("GET",), "format": "json", "known": True},
        {"parameter": ("tag",)},
        {"parameters": {"thing_id": "[0-9]+"}},
        {"parameters": {"tag": "[a-z]+"}},
        {"any_parameter": {"tag": '.*".*', "thing_id": r"\d+"}},
        {"shows": {"at": "$.name", "matches": "(?s:.{2,})"}},
        {"shows": {"at": "$.name", "not_matches": "x"}},
        {"shows_any": (told(at="$.name", matches=".*&.*"), told(at="$.id", matches=r"\d+"))},
    ],
)
def test_what_breaks_nothing(parts: dict[str, Any]) -> None:
    """Who asks and how, and what usual requests and answers have."""
    assert found(replace(DEFECT, when=condition(**parts))) == ["causeless"]


@pytest.mark.parametrize(
    "parts",
    [
        {"parameters": {"tag": '.*".*'}},
        {"parameters": {"thing_id": "[a-z]+"}},
        {"parameters": {"thing_id": "[0-9]+"}, "shows": {"at": "$..", "matches": ".*[&<].*"}},
        {"any_parameter": {"tag": '.*".*', "thing_id": r"\d*\.\d+"}},
        {"lacks": ("description",)},
        {"broken_xml": ("description.text",)},
        {"message": "47[0-9]"},
        {"shows": {"at": "$.uploader", "absent": True}},
        {"shows": {"at": "$.version", "not_matches": "[0-9]+"}},
        {"shows_any": (told(at="$.name", matches=".*&.*"), told(at="$.id", absent=True))},
    ],
)
def test_what_breaks_an_answer(parts: dict[str, Any]) -> None:
    """One such part is enough."""
    assert found(replace(DEFECT, when=condition(**parts))) == []


def test_a_premise_is_a_cause() -> None:
    """The new side is asked for it."""
    assert found(replace(DEFECT, premise=Premise("/things/{id}", "thing_id"))) == []


def test_refusals_are_held_to_what_php_answered() -> None:
    """They need no cause, and the registry has none without."""
    assert found(REFUSAL) == []
    assert list(causeless(load_registry(Path("config")))) == []

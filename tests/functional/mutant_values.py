"""Damage to a value: another one, another type, nothing, a blank, a letter."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

from tests.functional.mutant import SCALARS, Answer, Damage, Mutant


def _scalar(
    name: str, fits: Callable[[object], bool], change: Callable[[object], object]
) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        node = answer.some(lambda node: bool(node.way) and fits(node.value))
        return None if node is None else answer.with_value(name, node, change(node.value))

    return name, make


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _last_digit(value: object) -> object:
    text = repr(value)
    places = [index for index, character in enumerate(text.partition("e")[0]) if character.isdigit()]
    for place in reversed(places):
        digit = str((int(text[place]) + 1) % 10)
        other = type(value)(text[:place] + digit + text[place + 1 :])  # type: ignore[call-arg]  # int or float
        if other != value:  # the seventeenth digit may say nothing
            return other
    raise AssertionError(f"{value!r} has no digit that counts")


def _other_form(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text)
    return decomposed if decomposed != text else unicodedata.normalize("NFC", text)


def other_value(value: object) -> object:
    return (
        (not value)
        if isinstance(value, bool)
        else value + 1
        if isinstance(value, int | float)
        else f"{value}x"
    )


VALUES: tuple[tuple[str, Damage], ...] = (
    _scalar("other value", lambda value: type(value) in SCALARS, other_value),
    _scalar("integer to real", _integer, lambda value: float(value)),  # type: ignore[arg-type]  # an integer
    _scalar("number to text", _number, lambda value: json.dumps(value)),
    _scalar("number to truth", lambda value: value in (0, 1) and _number(value), bool),
    _scalar(
        "text to number",
        lambda value: isinstance(value, str) and value.isdecimal(),
        lambda value: int(str(value)),
    ),
    _scalar("last digit", _number, _last_digit),
    _scalar("null for a value", lambda value: type(value) in SCALARS, lambda _: None),
    _scalar("empty text for null", lambda value: value is None, lambda _: ""),
    _scalar("empty list for null", lambda value: value is None, lambda _: []),
    _scalar("null for empty", lambda value: value in ("", []) and not _number(value), lambda _: None),
    _scalar("empty text for empty list", lambda value: value == [], lambda _: ""),
    _scalar(
        "cut text", lambda value: isinstance(value, str) and len(value) > 1, lambda value: str(value)[:-1]
    ),
    _scalar("blank behind", lambda value: isinstance(value, str), lambda value: f"{value} "),
    _scalar("blank before", lambda value: isinstance(value, str), lambda value: f" {value}"),
    _scalar(
        "unicode form",
        lambda value: isinstance(value, str) and _other_form(value) != value,
        lambda value: _other_form(str(value)),
    ),
    _scalar(
        "letter case",
        lambda value: isinstance(value, str) and value.swapcase() != value,
        lambda value: str(value).swapcase(),
    ),
    _scalar("list around", lambda value: type(value) in SCALARS, lambda value: [value]),
)

"""What a `tolerance` deviation does: both documents are brought to one canonical form, one function per kind.

Each takes the normalised legacy document, the new one, the entry's paths and the exchange, and answers both in that
form. What a form cannot decide is `Underived`: the exchange is then skipped, and counted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import islice
from typing import Final

from diffing.administrators import rows_for_administrators
from diffing.elsewhere import INPUTS_OF_TASK, is_said
from diffing.further import ExchangeFacts
from diffing.pasted import CANONICAL, as_pasted
from diffing.paths import Steps, change, values
from diffing.static_documents import same_root
from diffing.xml_tree import NotXml, convert, parse_xml, printed

Documents = tuple[object, object]
Canonical = Callable[[object, object, Sequence[Steps], ExchangeFacts], Documents]

NEW_ID: Final = "(an id that was handed out)"
MOST_APART: Final = 1000
"""How many ids others may have used up between a rehearsal and the write."""

UNPRINTED: Final = "(what PHP could not print)"
MOST_ROWS: Final = 6
"""Of so many rows that PHP could not print the new side is asked for the task."""


def unprinted_pairs(
    legacy: object, new: object, paths: Sequence[Steps], exchange: ExchangeFacts
) -> Documents:
    """Lists of name and value that PHP pastes together as JSON text, and shows empty where that is no JSON.

    An empty list of PHP stands for exactly those lists of which the pasted text is no JSON, and which say what the
    inputs of the task by itself say (the first ones are asked for); any other list must be the same on both sides
    (legacy notes, task 1.2). What PHP could paste it has read as JSON: a backslash has begun an escape.

    Raises:
        Needed: the inputs of a task must be asked for first.
    """
    for steps in paths:
        *above, key = steps
        unprinted = {_id(row) for row in values(legacy, tuple(above)) if _at(row, key) == []} - {None}
        asked = islice((row for row in values(new, tuple(above)) if _id(row) in unprinted), MOST_ROWS)
        wrong = [row for row in asked if not _is_said(row, exchange)]
        legacy, _count = change(legacy, steps, lambda value: UNPRINTED if value == [] else value)
        new, _count = change(new, tuple(above), partial(_pasted, key=key, wrong=wrong))
    return legacy, new


def _id(row: object) -> int | None:
    number = row.get("task_id") if isinstance(row, dict) else None
    return number if type(number) is int else None


def _at(row: object, key: str) -> object:
    return row.get(key) if isinstance(row, dict) else None


def _is_said(row: object, exchange: ExchangeFacts) -> bool:
    return isinstance(row, dict) and is_said(row, {INPUTS_OF_TASK.of(row): INPUTS_OF_TASK}, exchange.sources)


def _pasted(row: object, key: str, wrong: Sequence[object]) -> object:
    if row in wrong or not isinstance(row, dict) or key not in row:
        return row
    return {**row, key: _pasted_pairs(row[key])}


def _pasted_pairs(pairs: object) -> object:
    if not isinstance(pairs, list) or not all(isinstance(pair, dict) for pair in pairs):
        return pairs
    text = ",".join(f'"{pair.get("name")}":"{pair.get("value")}"' for pair in pairs)
    try:
        read = json.loads("{" + text + "}")
    except (ValueError, RecursionError):
        return UNPRINTED
    if "\\" not in text or len(read) != len(pairs):
        return pairs
    return [{**pair, "value": read.get(pair.get("name"), pair.get("value"))} for pair in pairs]


def pasted_texts(legacy: object, new: object, paths: Sequence[Steps], _: ExchangeFacts) -> Documents:
    """Texts that PHP pastes into XML unescaped: the new side's text is read as PHP reads it.

    Markup becomes objects, CDATA, entities and comments are resolved; a text that is no XML stays as it is, for PHP
    dies of it and shows nothing that could be compared (legacy notes, data 5.3 to 5.5).
    """
    for steps in paths:
        new, _count = change(new, steps, lambda value: _as_shown(value) if isinstance(value, str) else value)
    return legacy, new


def printed_texts(legacy: object, new: object, paths: Sequence[Steps], _: ExchangeFacts) -> Documents:
    """Texts that PHP prints into XML: line ends are LF, and blanks at both ends go (legacy notes, data 5.3).

    All texts in what the paths lead to are meant, so that no field can be forgotten.
    """
    for steps in paths:
        new, _count = change(new, steps, printed)
    return legacy, new


def handed_out_ids(legacy: object, new: object, paths: Sequence[Steps], _: ExchangeFacts) -> Documents:
    """The id that the database hands out for a new row: a rehearsal takes one, the write itself gets a later one.

    The first path leads to the id; at all paths it may occur, also within text. Legacy's id is not before the
    rehearsal's, for both come from one counter, and not more than a thousand after it.
    """
    [old], [young] = (list(values(document, paths[0])) or [None] for document in (legacy, new))
    if type(old) is not int or type(young) is not int or not 0 < young < old <= young + MOST_APART:
        return legacy, new
    for steps in paths:
        legacy, _count = change(legacy, steps, lambda value: _without_id(value, old))
        new, _count = change(new, steps, lambda value: _without_id(value, young))
    return legacy, new


def _without_id(value: object, number: int) -> object:
    if type(value) is int:
        return NEW_ID if value == number else value
    return re.sub(rf"(?<!\d){number}(?!\d)", NEW_ID, value) if isinstance(value, str) else value


def _as_shown(text: str) -> object:
    try:
        # A half character, which JSON can hold, is in no XML.
        whole = f'<text xmlns:oml="http://openml.org/openml">{text}</text>'.encode("utf-8", "surrogatepass")
        root = parse_xml(whole)
    except NotXml:
        return text
    return convert(root) or ""


TEXTS: Final = frozenset({"pasted_texts", "printed_texts", "unprinted_pairs"})
"""The forms that are about each text or row by itself, in whatever list it is."""

TOLERANCES: Final[Mapping[str, Canonical]] = {
    "unprinted_pairs": unprinted_pairs,
    "rows_for_administrators": rows_for_administrators,
    "pasted_texts": pasted_texts,
    "printed_texts": printed_texts,
    "handed_out_ids": handed_out_ids,
    "same_root": same_root,
    CANONICAL: as_pasted,
}

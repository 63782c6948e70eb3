"""Rows of a legacy list that the new side withholds: what hangs on private data of others.

PHP's row does not say that its data set is private. So the new side is asked, with the caller's key, for what the
missing rows are about: only what it shows there to nobody but their owners may be missing from the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from config.problems import ProblemType
from diffing.decode import Decoded
from diffing.further import MOST, Sources
from diffing.model import Asked, FollowUp, Observation
from diffing.problem import problem_differences
from diffing.registry import Deviation, Kind
from diffing.rows import top_rows
from diffing.walk import canonical

_MOST: Final = MOST - 4
"""So many things are asked for; a few further answers may be needed besides."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """What an entry of rows says of one exchange.

    Args:
        questions: The paths to ask the new side for, each with the ids that it is about.
        rows: The legacy rows.
        missing: Those that the new side does not have, by their keys.
    """

    entry: Deviation
    questions: Mapping[str, frozenset[str]]
    rows: list[object]
    missing: frozenset[bytes]

    def left(self, asked: Asked, sources: Sources) -> list[object]:
        """The legacy rows that the new side must have, by its answers to the questions. Raises Needed: one must be
        asked first.
        """
        premise = self.entry.premise
        assert premise is not None
        shown = set[str]()
        for question, about in self.questions.items():
            found = premise.shown(sources.answer(FollowUp.PREMISE, question))
            shown |= about if found is None else found
        return [row for row in self.rows if _key(asked, row) not in self.missing or premise.ids(row) & shown]


def withheld(
    asked: Asked, entries: Iterable[Deviation], legacy: object, shown: object, status: int | None
) -> Withheld | None:
    """The rows that the new side may withhold. Returns what to ask; None where nothing is missing, more than can be
    asked for, or no entry is about that.

    Args:
        entries: The entries of the route.
        legacy: The normalised legacy document.
        shown: The rows that the new side has: its answer, or the whole list where the answer is cut.
        status: Of the legacy answer.
    """
    if not isinstance(legacy, list) or not isinstance(shown, list | dict):
        return None
    entry = next((one for one in entries if _about(one, asked, legacy, status)), None)
    if entry is None or entry.premise is None:
        return None
    known = {_key(asked, row) for row in shown} if isinstance(shown, list) else set()
    missing = {key: row for row in legacy if (key := _key(asked, row)) not in known}
    if not missing:
        return None
    questions = entry.premise.questions_of_rows(list(missing.values()))
    return Withheld(entry, questions, legacy, frozenset(missing)) if len(questions) <= _MOST else None


def is_empty(
    asked: Asked,
    entry: Deviation,
    new: Observation,
    young: Decoded,
    problems: Mapping[str, ProblemType],
) -> bool:
    """Whether the new side says that nothing is left, with the code that the entry or the route has for that."""
    if entry.new is None or asked.route is None or new.status != entry.new.status:
        return False
    code = entry.new.code if entry.new.code is not None else asked.route.codes.empty or ""
    wanted = replace(entry.new, code=code)
    return next(problem_differences(asked, None, wanted, new, young, problems), None) is None


def _about(entry: Deviation, asked: Asked, legacy: object, status: int | None) -> bool:
    return (
        entry.kind is Kind.REFUSAL
        and entry.premise is not None
        and entry.premise.of_rows
        and entry.legacy is not None
        and entry.legacy.fits(status, None)
        and entry.when.why_not(asked, legacy) is None
    )


def _key(asked: Asked, row: object) -> bytes:
    top = top_rows(asked.route)
    columns: Sequence[str] = top.key if top else ()
    return canonical([row.get(column) for column in columns] if columns and isinstance(row, dict) else row)

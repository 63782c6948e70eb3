"""The premise of a refusal that a request alone cannot show: that the caller may not see what the answer is about.

Whether a task's data set is private stands neither in the request nor in PHP's answer. So the new side is asked for
the thing itself, with the caller's key: only where it refuses that (and its parity is checked on its own route)
must it refuse the answer about it, and where it does not, both sides must answer alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

from config.typed import keyed
from diffing.decode import decode
from diffing.model import Asked, Observation
from diffing.paths import Steps, parse, values

_OF_ROWS: Final = ("{row}", "{rows}")
_ID = re.compile(r"[0-9A-Za-z_.\-]+")


@dataclass(frozen=True, slots=True)
class Premise:
    """What the new side must refuse before a refusal applies.

    Args:
        path: Of the new API, with `{id}` in it, or for rows of a list `{row}` or `{rows}`: asked by GET with the
            caller's key.
        of: Where the id is: a path into the legacy document, or the name of a parameter of the request.
        code: The code that the new side refuses it with.
        steps: The steps of that path; None for a parameter.
    """

    path: str
    of: str = field(metadata=keyed("id"))
    code: str
    steps: Steps | None = field(init=False)

    def __post_init__(self) -> None:
        if not any(name in self.path for name in ("{id}", *_OF_ROWS)):
            raise ValueError("the path of a premise must hold {id}, {row} or {rows}")
        object.__setattr__(self, "steps", parse(self.of) if self.of.startswith("$") else None)

    @property
    def of_rows(self) -> bool:
        """Whether it is about rows that the new side does not list: one by ``{row}``, many by ``{rows}``."""
        return any(name in self.path for name in _OF_ROWS)

    def ids(self, row: object) -> frozenset[str]:
        """What a row is about."""
        return frozenset(str(value) for value in values([row], self.steps or ()))

    def question_of_rows(self, rows: Sequence[object]) -> str | None:
        """The path to ask the new side for; None when one question cannot be about all rows."""
        about = sorted(frozenset().union(*map(self.ids, rows)))
        if "{rows}" in self.path:
            return self.path.replace("{rows}", quote(",".join(about), safe=","))
        return self.path.replace("{row}", quote(about[0], safe="")) if len(about) == 1 else None

    def shown(self, answer: Observation) -> frozenset[str] | None:
        """What the new side shows to the caller of what it was asked for; None when it shows all of it."""
        document = decode(answer).document
        if answer.status == 404 and isinstance(document, dict) and document.get("code") == self.code:
            return frozenset()
        if "{rows}" not in self.path or not isinstance(document, list):
            return None
        return frozenset(str(value) for value in values(document, self.steps or ()))

    def question(self, asked: Asked, document: object) -> str | None:
        """The path to ask the new side for; None when the answer is about no such thing."""
        if self.steps is None:
            found: object = asked.parameters.get(self.of)
        else:
            found = next((value for value in values(document, self.steps) if isinstance(value, str)), None)
        if not isinstance(found, str) or not _ID.fullmatch(found):
            return None
        return self.path.replace("{id}", found)

    def holds(self, answer: Observation) -> bool:
        """Whether the new side refused what it was asked for."""
        answered = decode(answer).document
        return isinstance(answered, dict) and answered.get("code") == self.code and answer.status == 403

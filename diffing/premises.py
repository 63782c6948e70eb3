"""The premise of a refusal that a request alone cannot show: that the caller may not see what the answer is about.

Whether a task's data set is private stands neither in the request nor in PHP's answer. So the new side is asked for
the thing itself, with the caller's key: only where it refuses that (and its parity is checked on its own route)
must it refuse the answer about it, and where it does not, both sides must answer alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from config.typed import keyed
from diffing.decode import decode
from diffing.model import Asked, Observation
from diffing.paths import Steps, parse, values

_ID = re.compile(r"[0-9A-Za-z_.\-]+")


@dataclass(frozen=True, slots=True)
class Premise:
    """What the new side must refuse before a refusal applies.

    Args:
        path: Of the new API, with `{id}` in it: asked by GET with the caller's key.
        of: Where the id is: a path into the legacy document, or the name of a parameter of the request.
        code: The code that the new side refuses it with.
        steps: The steps of that path; None for a parameter.
    """

    path: str
    of: str = field(metadata=keyed("id"))
    code: str
    steps: Steps | None = field(init=False)

    def __post_init__(self) -> None:
        if "{id}" not in self.path:
            raise ValueError("the path of a premise must hold {id}")
        object.__setattr__(self, "steps", parse(self.of) if self.of.startswith("$") else None)

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

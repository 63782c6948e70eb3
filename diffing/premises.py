"""The premise of an entry that neither request nor PHP's answer can show: the new side is asked for it.

Whether a task's data set is private, or whose a study is, stands in neither. So the new side is asked for the thing
itself (its parity is checked on its own route): the entry applies only where the answer is as the premise says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final, Literal
from urllib.parse import quote

from config.typed import keyed
from diffing.conditions import PLACE, Names, ValueCondition, named, names_of
from diffing.decode import decode
from diffing.further import Sources, Underived
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import Steps, parse, values

_OF_ROWS: Final = ("{row}", "{rows}")
_ID: Final = re.compile(r"[0-9A-Za-z_.\-]+")
_NAME: Final = re.compile(r"\{(\w+)\}")
_FORBIDDEN: Final = 403
_MOST_IDS: Final = 10
"""Of so many things in one request the new side is asked at most."""


@dataclass(frozen=True, slots=True)
class Premise:
    """What the new side must answer before an entry applies.

    Args:
        path: Of the new API, asked by GET. In it `{id}` is the id, `{caller}` the caller's, `{place}` the start of the
            request's own path, any other name a parameter of the request; about rows of a list, `{row}` one of them
            and `{rows}` many.
        of: Where the id is: a path into the document before it, or the name of a parameter of the request.
        find: Where the id is in a text; its first group. Of several ids it is enough that it holds of one.
        key: Whose key it is asked with: the caller's, or a `stranger`'s, who has none.
        status: The statuses that it must be answered with.
        code: The code that it must be refused with.
        shows: What some value of the answer must be.
        hides: What no value of the answer may be.
        then: What must be so too, of an id in this answer.
        after: It is asked after the new side has done what was asked: whether PHP, which died, had done it.
        given: The expressions that parameters of the request full-match; it holds of no other request.
        otherwise: What is as good where it does not hold.
        steps: The steps of that path; None for a parameter.
    """

    path: str
    of: str = field(default="", metadata=keyed("id"))
    code: str | None = None
    find: re.Pattern[str] | None = None
    key: Literal["caller", "stranger"] = field(default="caller", metadata=keyed("as"))
    status: frozenset[int] = frozenset({_FORBIDDEN})
    shows: tuple[ValueCondition, ...] = ()
    hides: tuple[ValueCondition, ...] = ()
    then: Premise | None = None
    after: bool = False
    given: Mapping[str, re.Pattern[str]] | None = None
    otherwise: Premise | None = None
    steps: Steps | None = field(init=False)

    def __post_init__(self) -> None:
        if not _NAME.search(self.path):
            raise ValueError("the path of a premise must hold {id}, {row}, {rows} or the name of a parameter")
        if self.find is not None and self.find.groups != 1:
            raise ValueError("the expression that finds an id must have one group")
        object.__setattr__(self, "steps", parse(self.of) if self.of.startswith("$") else None)

    @property
    def of_rows(self) -> bool:
        """Whether it is about rows that the new side does not list: one by ``{row}``, many by ``{rows}``."""
        return any(name in self.path for name in _OF_ROWS)

    def ids(self, row: object) -> frozenset[str]:
        """What a row is about."""
        return frozenset(str(value) for value in values([row], self.steps or ()))

    def questions_of_rows(self, rows: Sequence[object]) -> Mapping[str, frozenset[str]]:
        """The paths to ask the new side for, each with the ids that it is about."""
        about = frozenset().union(*map(self.ids, rows))
        if "{rows}" in self.path:
            return {self.path.replace("{rows}", quote(",".join(sorted(about)), safe=",")): about}
        return {self.path.replace("{row}", quote(one, safe="")): frozenset({one}) for one in sorted(about)}

    def shown(self, answer: Observation) -> frozenset[str] | None:
        """What the new side shows to the caller of what it was asked for; None when it shows all of it."""
        document = decode(answer).document
        if answer.status == 404 and isinstance(document, dict) and document.get("code") == self.code:
            return frozenset()
        if "{rows}" not in self.path or not isinstance(document, list):
            return None
        return frozenset(str(value) for value in values(document, self.steps or ()))

    def questions(self, asked: Asked, document: object) -> Iterator[tuple[str, str]]:
        """The paths to ask the new side for, each with its id; none when the request is about no such thing. Raises
        Underived: nobody knows who is calling.
        """
        found: Iterator[object] = iter(("",))
        if self.of and self.steps is None:
            found = iter((asked.parameters.get(self.of),))
        elif self.steps is not None:
            found = values(document, self.steps)
        texts = (str(one) for one in found if isinstance(one, str | int))
        ids = dict.fromkeys(one for text in islice(texts, 1) for one in self._in(text))
        for one in islice(ids, _MOST_IDS):
            names = self._names(asked, one)
            path = self.path
            for name in _NAME.findall(self.path):
                value = named(names, name)
                if value is None or not (name == PLACE or _ID.fullmatch(value)):
                    break
                path = path.replace(f"{{{name}}}", value)
            else:
                yield path, one

    def holds(self, asked: Asked, document: object, sources: Sources) -> bool:
        """Whether the new side answered as the premise says. ``document``: what an id is in: the legacy document, or
        the answer to the premise before. ``sources``: the further answers that are there.

        Raises:
            Needed: It must be asked first.
            Underived: The answer tells nothing: nobody knows the caller, or the thing is gone meanwhile.
        """
        if self.after and sources.ahead:
            raise Underived
        kind = FollowUp.PREMISE if self.key == "caller" else FollowUp.STRANGER
        given = all(
            name in asked.parameters and pattern.fullmatch(asked.parameters[name])
            for name, pattern in (self.given or {}).items()
        )
        return (
            given
            and any(
                self._answered(asked, one, sources.answer(kind, question), sources)
                for question, one in self.questions(asked, document)
            )
        ) or (self.otherwise is not None and self.otherwise.holds(asked, document, sources))

    def _answered(self, asked: Asked, one: str, answer: Observation, sources: Sources) -> bool:
        if answer.status is None or answer.status >= 500:
            raise Underived
        answered = decode(answer).document
        looks = bool(self.shows or self.hides or self.then)
        if answer.status not in self.status:
            # Who looks for a value must be shown the thing; who expects a refusal is shown it, or something else.
            if looks:
                raise Underived
            return False
        if self.code is not None and (not isinstance(answered, dict) or answered.get("code") != self.code):
            return False
        names = self._names(asked, one)
        return (
            all(shown.holds(answered, names) for shown in self.shows)
            and not any(hidden.holds(answered, names) for hidden in self.hides)
            and (self.then is None or self.then.holds(asked, answered, sources))
        )

    def _names(self, asked: Asked, one: str) -> Names:
        return {**names_of(asked), **({"id": one} if self.of else {})}

    def _in(self, text: str) -> Iterator[str]:
        return iter((text,)) if self.find is None else (match[1] for match in self.find.finditer(text))

"""The premise of a deviation (`when = {...}`): all of it must hold, else one sentence says what does not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from config.typed import keyed
from diffing.further import Underived
from diffing.model import Asked
from diffing.paths import MISSING, Steps, parse, values
from diffing.xml_tree import NotXml, parse_xml

_LONGEST: Final = 40
_NAME: Final = re.compile(r"\{(\w+)\}")

PLACE: Final = "place"

TEXT_LIMIT: Final = 65_536
"""So many bytes of an uploaded description are a parameter; the rest is cut off."""

Names = Mapping[str, str | None]
"""The parameters of a request, `place`, the constant start of its path in the new API, and `caller`, who asks; None
where nobody knows it."""


def names_of(asked: Asked) -> Names:
    """What a condition can name of a request."""
    place = "" if asked.route is None else asked.route.new.path.partition("/{")[0]
    return {**asked.parameters, PLACE: place, "caller": asked.caller}


def named(names: Names, name: str) -> str | None:
    """What a name stands for; None for a parameter that the request has not. Raises Underived: it is the caller, whom
    nobody knows.
    """
    value = names.get(name)
    if value is None and name == "caller":
        raise Underived
    return value


ANYWHERE: Final = "$.."
"""The path of every text, number and null of a document."""


@dataclass(frozen=True, slots=True)
class ValueCondition:
    """What must be so of the values at a path of a document (of any of them, when there are many).

    Args:
        matches: The expression that the value full-matches.
        equals: The value itself; `{name}` is a parameter of the request, `{caller}` who asks, also as a number.
        absent: Whether there is nothing: no such key, or null.
    """

    at: str
    matches: re.Pattern[str] | None = None
    not_matches: re.Pattern[str] | None = None
    equals: object = field(default=MISSING, metadata=keyed("is"))
    absent: bool | None = None
    steps: Steps = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", () if self.at == ANYWHERE else parse(self.at))

    def holds(self, document: object, names: Names | None = None) -> bool:
        """True when some value at the path is as demanded. ``names``: what names in the demand stand for. Raises
        Underived: it is about the caller, whom nobody knows.
        """
        found = _leaves(document) if self.at == ANYWHERE else values(document, self.steps)
        return any(self._fits(value, names or {}) for value in found)

    def unmet(self, document: object) -> str:
        """In one clause, that no value is as demanded: what there is, and what must be."""
        found = next(values(document, self.steps), MISSING)
        if self.absent is not None:
            return f"{self.at} is {'there' if self.absent else 'absent'} in PHP's answer"
        told = "absent" if found is MISSING else _told(found)
        if self.equals is not MISSING:
            must = f"must be {_told(self.equals)}"
        elif self.matches is not None:
            must = f"must be like {_told(self.matches.pattern)}"
        else:
            must = (
                "must not be"
                if self.not_matches is None
                else f"must not be like {_told(self.not_matches.pattern)}"
            )
        return f"PHP's value at {self.at} is {told}, and {must}"

    def _fits(self, value: object, names: Names) -> bool:
        if self.absent is not None:
            return (value is MISSING or value is None) == self.absent
        if isinstance(self.equals, str) and (name := _NAME.fullmatch(self.equals)):
            return type(value) in (str, int) and str(value) == named(names, name[1])
        if self.equals is not MISSING:
            return type(value) is type(self.equals) and value == self.equals
        if value is MISSING or isinstance(value, dict | list):
            return False
        text = str(value)
        if self.matches is not None and not self.matches.fullmatch(text):
            return False
        return self.not_matches is None or not self.not_matches.fullmatch(text)


def _leaves(value: object) -> Iterator[object]:
    """The texts, numbers, booleans and nulls in a value."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict | list):
            waiting.extend(one.values() if isinstance(one, dict) else one)
        else:
            yield one


def _told(value: object) -> str:
    """A value as it stands in a clause; what is long is cut, what has parts is only named."""
    if isinstance(value, dict | list):
        return ("an object" if isinstance(value, dict) else "a list") if value else repr(value)
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


@dataclass(frozen=True, slots=True)
class Condition:
    """When a deviation applies; every part that is given must hold.

    Args:
        parameter: One of these is among the request's path values and filters.
        lacks: None of these is among them.
        only: All of them are among these.
        parameters: Each named value full-matches its expression (an absent one does not).
        any_parameter: Some of the named values full-matches its expression.
        broken_xml: Each of these texts is no XML; of a text that is cut off nobody knows.
        format: The form that the client asked the legacy side for, `json` or `xml`.
        method: The client's method is one of these.
        role: The key turned out to be one of these.
        value: What must be so of the legacy document.
        message: Found in the legacy error's message and additional information, or in the text of a broken answer.
        shows: What must be so of the new side's document.
        shows_any: One of these must be so of it: what breaks PHP is in it.
        known: Whether the legacy server has a route for the path.
        writes: Whether the route writes.
        method_known: Whether the new side answers the method on the route's path (a read asked for by POST is asked by
            GET, so it does).
        rehearsed: Whether the new side only rehearsed the write.
    """

    parameter: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    only: frozenset[str] = frozenset()
    parameters: Mapping[str, re.Pattern[str]] | None = None
    any_parameter: Mapping[str, re.Pattern[str]] | None = None
    broken_xml: tuple[str, ...] = ()
    format: str | None = None
    method: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    value: tuple[ValueCondition, ...] = ()
    message: re.Pattern[str] | None = None
    shows: tuple[ValueCondition, ...] = ()
    shows_any: tuple[ValueCondition, ...] = ()
    known: bool | None = None
    writes: bool | None = None
    method_known: bool | None = None
    rehearsed: bool | None = None

    def why_not(self, asked: Asked, document: object, message: str = "", new: object = None) -> str | None:
        """Why the premise does not hold, in one clause; None when it holds.

        Args:
            document: The legacy document.
            message: The text of the legacy error, or of a broken answer.
            new: The new side's document.
        """
        if self.parameter and not any(name in asked.parameters for name in self.parameter):
            return f"the request has no parameter {' or '.join(self.parameter)}"
        if given := [name for name in self.lacks if name in asked.parameters]:
            return f"the request has the parameter {given[0]}"
        if self.only and (further := sorted(asked.parameters.keys() - self.only)):
            return f"the request has the parameter {further[0]}, too"
        for name, pattern in (self.parameters or {}).items():
            value = asked.parameters.get(name)
            if value is None or not pattern.fullmatch(value):
                told = "absent" if value is None else _told(value)
                return f"parameter {name} is {told}, and must be like {_told(pattern.pattern)}"
        if self.any_parameter and not any(
            name in asked.parameters and pattern.fullmatch(asked.parameters[name])
            for name, pattern in self.any_parameter.items()
        ):
            return f"it is about unusual values of {', '.join(self.any_parameter)}, which the request has not"
        if whole := [name for name in self.broken_xml if not _is_broken_xml(asked.parameters.get(name))]:
            return f"parameter {whole[0]} is absent, cut off, or XML"
        if self.format is not None and asked.format != self.format:
            return f"the client asked for {asked.format}, not {self.format}"
        if self.method and asked.method not in self.method:
            return f"the method is {asked.method}, not {' or '.join(self.method)}"
        if self.role and asked.role not in self.role:
            guess = (
                ", by a guess: nobody has named the key, e.g. in admin_keys of proxy.toml"
                if asked.guessed
                else ""
            )
            return f"the caller's role is {asked.role}, not {' or '.join(self.role)}{guess}"
        if self.known is not None and asked.known != self.known:
            return f"the legacy server {'knows' if asked.known else 'does not know'} the path"
        if self.rehearsed is not None and self.rehearsed != asked.rehearsed:
            return f"the write was {'' if asked.rehearsed else 'not '}rehearsed"
        if self.writes is not None and self.writes != bool(asked.route and asked.route.writes):
            return f"the route {'does not write' if self.writes else 'writes'}"
        if self.method_known is not None and self.method_known != _method_known(asked):
            return f"the new side {'does not answer' if self.method_known else 'answers'} {asked.method} here"
        for condition in self.value:
            if not condition.holds(document):
                return condition.unmet(document)
        names = names_of(asked)
        for condition in self.shows:
            if not condition.holds(new, names):
                return f"the new side's answer has nothing like that at {condition.at}"
        if self.shows_any and not any(condition.holds(new, names) for condition in self.shows_any):
            return "the new side's answer shows nothing that would break PHP's"
        if self.message and not self.message.search(message):
            return f"PHP's message says nothing like {_told(self.message.pattern)}"
        return None


def _is_broken_xml(text: str | None) -> bool:
    """Whether it is there as a whole, and no XML."""
    whole = None if text is None else text.encode("utf-8", "replace")
    # A letter that the cut went through is left out, and has at most 4 bytes.
    if whole is None or len(whole) > TEXT_LIMIT - 4:
        return False
    try:
        parse_xml(whole)
    except NotXml:
        return True
    return False


def _method_known(asked: Asked) -> bool:
    if asked.route is None:
        return False
    new = asked.route.new
    methods = {new.method, *new.also}
    if "GET" in methods:
        methods |= {"HEAD"} if asked.route.writes else {"HEAD", "POST"}
    return asked.method in methods


ALWAYS: Final = Condition()
"""The condition of an entry that has none."""

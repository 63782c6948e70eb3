"""Path templates of the route map: literal segments, and named ones of a few kinds."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from config.php.numbers import is_numeric

Kind = Literal["literal", "text", "number", "word", "decoded", "choice", "rest"]

_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z0-9_|]+))?\}")
_KINDS: dict[str, Kind] = {"number": "number", "word": "word", "decoded": "decoded", "rest": "rest"}


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a template.

    Args:
        text: The literal text, or the name of a variable segment.
        kind: ``literal``; ``text`` anything; ``number`` what PHP's is_numeric takes, ``word`` what it does not;
            ``decoded`` anything, and PHP undoes the percent-encoding; ``choice`` one of a few words; ``rest`` all
            remaining segments, also none.
        choices: The words of a ``choice``.
        any_case: The letter case of the literal does not count: PHP calls a method by this name.
    """

    text: str
    kind: Kind
    choices: tuple[str, ...] = ()
    any_case: bool = False

    def fits(self, raw: str) -> bool:
        """Whether a raw path segment can stand here."""
        match self.kind:
            case "literal":
                return raw == self.text or (self.any_case and raw.lower() == self.text)
            case "number":
                return is_numeric(raw)
            case "word":
                return not is_numeric(raw)
            case "choice":
                return raw in self.choices
            case _:
                return True


@lru_cache(maxsize=1024)  # every request asks for the same few
def parse_template(path: str) -> tuple[Segment, ...]:
    """Read a template.

    ``path``: segments joined by ``/``: a literal, ``~literal`` in lower case where the letter case does not count,
    ``{name}``, ``{name:number}``, ``{name:word}``, ``{name:decoded}``, ``{name:this|that}``, and as the last one
    ``{name:rest}``. Raises ValueError: a segment is none of these, a name occurs twice, or a rest is not the last one.
    """
    segments = tuple(_segment(part) for part in path.split("/") if part)
    names = [segment.text for segment in segments if segment.kind != "literal"]
    if len(set(names)) != len(names):
        raise ValueError(f"each name may occur once, not {', '.join(names)}")
    if any(segment.kind == "rest" for segment in segments[:-1]):
        raise ValueError("{name:rest} must be the last segment")
    return segments


def segment_names(path: str) -> tuple[str, ...]:
    """The names of a template's variable segments, in order."""
    return tuple(segment.text for segment in parse_template(path) if segment.kind != "literal")


def _segment(part: str) -> Segment:
    if "{" not in part and "}" not in part:
        return Segment(part.removeprefix("~"), "literal", any_case=part.startswith("~"))
    match = _VARIABLE.fullmatch(part)
    if match is None:
        raise ValueError(
            f"a variable segment is {{name}}, {{name:number}}, {{name:word}}, {{name:decoded}}, "
            f"{{name:this|that}} or {{name:rest}}, not {part!r}"
        )
    name, kind = match[1], match[2]
    if kind is None:
        return Segment(name, "text")
    if kind in _KINDS:
        return Segment(name, _KINDS[kind])
    if "|" in kind:
        return Segment(name, "choice", tuple(kind.split("|")))
    raise ValueError(f"{{{name}:{kind}}}: a kind is number, word, decoded, rest or this|that, not {kind!r}")

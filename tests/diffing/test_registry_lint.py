"""Each kind of finding that the registry shows by itself is among those of its lint."""

from dataclasses import replace

from diffing.registry import Example, Kind
from diffing.registry_lint import lint_registry
from tests.diffing.rules.fake import PROBLEMS, ROUTES, registry
from tests.diffing.test_derivable import STATUS, TRANSFORM
from tests.diffing.test_unconditional import REFUSAL, condition


def test_every_kind_of_finding_is_there() -> None:
    """Of one registry that has them all."""
    same = Example({"a": "1"}, {"b": "1"})
    rename = replace(
        TRANSFORM, transform="rename", at=("$",), arguments={"from": "a", "to": "b"}, examples=(same,)
    )
    letter = replace(TRANSFORM, transform="replace", at=("$.a",), examples=(Example("A", "b"),))
    entries = (
        replace(STATUS, id="rule-of-mine"),
        replace(rename, id="a-is-b", near_misses=(same,)),
        replace(rename, id="a-is-c", arguments={"from": "a", "to": "c"}),
        replace(letter, id="letter-b", arguments={"pattern": "A", "by": "b"}),
        replace(letter, id="letter-c", arguments={"pattern": "A", "by": "c"}),
        replace(REFUSAL, when=condition(method=("GET", "HEAD", "POST"), message="a.c")),
        replace(REFUSAL, id="refused-twice", kind=Kind.REFUSAL, when=condition(message="a.c")),
    )
    kinds = {one.kind for one in lint_registry(registry(*entries), ROUTES, PROBLEMS)}
    assert kinds == {
        "example",
        "near_miss",
        "conflicting",
        "reserved",
        "derivable",
        "repeated",
        "unconditional",
    }

"""Documents that each program has of its own."""

import pytest

from diffing.further import ExchangeFacts
from diffing.model import Asked
from diffing.static_documents import same_root

ASKED = ExchangeFacts(Asked(None, "GET"))
ARFF = b"@RELATION a\n@ATTRIBUTE x NUMERIC\n@DATA\n1\n"


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ({"schema": {"element": "x"}}, {"schema": {"element": ["y", "z"]}}),
        (ARFF, b"% ours\n@relation 'b'\n\n@attribute y {a,b}\n@attribute z real\n@data\na,1\n"),
    ],
)
def test_what_is_of_one_kind_is_the_same(legacy: object, new: object) -> None:
    """The text may be another."""
    one, other = same_root(legacy, new, (), ASKED)
    assert one == other


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ({"schema": {}}, {"run": {}}),
        ({"schema": {}}, {"schema": {}, "run": {}}),
        ({"schema": {}}, b"no XML"),
        (ARFF, b"@RELATION a\n@ATTRIBUTE x NUMERIC\n"),
        (ARFF, b"@RELATION a\n@DATA\n"),
        (b"<html>", b"<html>!"),
    ],
)
def test_what_is_not_stays_different(legacy: object, new: object) -> None:
    """Another outermost element, or what cannot be read."""
    assert same_root(legacy, new, (), ASKED) == (legacy, new)

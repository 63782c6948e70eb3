"""Pairs of documents for the fast comparison and the slow one, and what both say of them."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from config.routes import RowList
from diffing.walk import canonical, walk
from tests.diffing.oracle import same

ROWS = (RowList("$.rows", ("id",), False), RowList("$.rows[*].tag", (), False), RowList("$.set", (), False))

SCALARS = st.sampled_from([None, True, False, 0, 1, 1.0, 0.0, -0.0, "", "1", "a", "\u00e9", "e\u0301", 2**70])
TAGS = st.lists(st.sampled_from(["a", "b", 1, 1.0, None]), max_size=3)
ROW = st.fixed_dictionaries({"id": st.sampled_from([1, 2, "1"])}, optional={"tag": TAGS, "value": SCALARS})
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "rows": st.lists(ROW | SCALARS, max_size=4),
        "set": st.lists(SCALARS, max_size=4),
        "list": st.lists(SCALARS | st.lists(SCALARS, max_size=2), max_size=4),
        "value": SCALARS,
    },
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[object, object]:
    """Two documents: often equal but for the order of rows, often nearly so."""
    one = draw(DOCUMENTS)
    other = draw(DOCUMENTS) if draw(st.integers(0, 3)) == 0 else {**one}
    for name in ("rows", "set", "list"):
        if name in other and draw(st.booleans()):
            rows = other[name]
            assert isinstance(rows, list)
            other = {**other, name: draw(st.permutations(rows))}
    if draw(st.booleans()):
        name = draw(st.sampled_from(["rows", "set", "list", "value"]))
        other = {**other, name: draw(DOCUMENTS).get(name)}
    return one, other


@dataclass(slots=True)
class Agreement:
    """How often both said what. ``same``: pairs that are the same. ``different``: pairs that are not."""

    same: int = 0
    different: int = 0


def agree(examples: int) -> Agreement:
    """Compare pairs both ways; a pair on which the two differ is an assertion that names it. ``examples``: how many
    pairs.
    """
    found = Agreement()

    @seed(20261122)
    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(pairs())
    def compare(pair: tuple[object, object]) -> None:
        one, other = pair
        expected = same(one, other, ROWS)
        assert (walk(one, other, ROWS) == ()) is expected
        if canonical(one) == canonical(other):
            assert expected
        if expected:
            found.same += 1
        else:
            found.different += 1

    compare()
    return found

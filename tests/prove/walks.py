"""The fast comparison against a slow, obvious one."""

from tests.functional.walks import agree
from tests.prove.proof import Proof

PAIRS = 20_000


def prove() -> Proof:
    """Twenty thousand random pairs of documents."""
    try:
        found = agree(PAIRS)
    except AssertionError as error:
        return Proof("The fast comparison says what a slow one says", False, (f"- they differ: {error}",))
    told = f"- {found.same + found.different} pairs: {found.same} the same, {found.different} different, for both"
    return Proof(
        "The fast comparison says what a slow one says", found.same + found.different >= PAIRS, (told,)
    )

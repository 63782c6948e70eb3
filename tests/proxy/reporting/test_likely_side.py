"""Which side probably has to change."""

import pytest

from diffing.model import UNDOCUMENTED
from diffing.parity import FAILING
from proxy.reporting.likely_side import likely_side


@pytest.mark.parametrize(
    ("verdict", "statuses", "told"),
    [
        ("new_error", "200→None", "the new side, which fails"),
        (UNDOCUMENTED, "500→200", "PHP, which fails"),
        ("mismatch", "200→500", "the new side, which fails"),
        ("mismatch", "500→200", "PHP, which fails"),
        ("mismatch", "200→404", "the new side, which refuses what PHP answers"),
        ("mismatch", "412→200", "the new side, which answers what PHP refuses"),
        ("mismatch", "412→404", "the new side, unless the difference is intended"),
        ("mismatch", "200→200", "the new side, unless the difference is intended"),
    ],
)
def test_statuses_tell_it(verdict: str, statuses: str, told: str) -> None:
    """Where they say nothing, PHP is what the new side is measured by."""
    assert likely_side(verdict, f"task.get (face) {statuses} $.a value str→int") == told


def test_something_is_said_of_every_verdict() -> None:
    """Also of a cluster of further signatures."""
    assert all(likely_side(verdict, "task.get (further signatures)") for verdict in FAILING)

"""The promises of writes at the sizes of the issue: the functional tests with ``PROVE=1``."""

from tests.prove.front import proved
from tests.prove.proof import Proof


def killed() -> Proof:
    """SIGKILL at random points during 300 concurrent uploads."""
    title = "A killed backend leaves nothing half stored"
    return proved(title, "test_killed_server", "test_killed_writes")


def busy() -> Proof:
    """Many clients at the same entities."""
    title = "Who writes the same at the same time gets a plain answer"
    return proved(title, "test_busy_writes", "test_identical_writes")


def rights() -> Proof:
    """Every writing route without the right to."""
    return proved("Who may not write changes nothing", "test_write_rights")


def rehearsal_ends() -> Proof:
    """Somebody waits for a row that a rehearsal holds."""
    return proved("No lock outlives whoever waits for a rehearsal", "test_rehearsal_ends")


def fetching() -> Proof:
    """Uploads by address, and reads beside them."""
    return proved("Uploads that fetch a file delay no read", "test_fetching_uploads")

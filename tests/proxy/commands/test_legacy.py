"""``parity legacy``, as far as it gets with wrong input; tests/proxy/recordings/test_server.py asks it."""

import pytest

from tests.proxy.command import ROOT, parity

TASKTYPES = str(ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--latency", "soon"), "--latency wants seconds or 'recorded', not 'soon'"),
        (("--fault", "tired"), "--fault wants one of error, hang, reset, trickle, garbage, or e.g. reset:10"),
        (("--fault", "reset:0"), "or e.g. reset:10, not 'reset:0'"),
    ],
)
def test_bad_behaviour_is_one_line_and_status_2(arguments: tuple[str, ...], told: str) -> None:
    """The line says what would be right."""
    done = parity("legacy", "--recordings", TASKTYPES, *arguments)
    assert (done.returncode, done.stderr.count("\n"), told in done.stderr) == (2, 1, True), done.stderr

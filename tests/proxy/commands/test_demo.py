"""``parity demo``, as far as it gets with wrong input; tests/proxy/process/test_demo.py runs it."""

from tests.proxy.command import parity


def test_a_configuration_that_is_not_there_is_one_line_and_status_2() -> None:
    """Before anything is started."""
    done = parity("demo", "--once", "--config", "nowhere")
    assert (done.returncode, done.stderr) == (
        2,
        "parity: nowhere: no such directory; --config wants the directory that holds routes/\n",
    )

"""``parity serve``, as far as it gets without serving; tests/functional/test_serve.py goes on."""

import socket

from tests.proxy.command import parity


def test_a_port_in_use_is_one_line_and_status_2() -> None:
    """It names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = parity(
            "serve", "--legacy", "http://127.0.0.1:1", "--new", "http://127.0.0.1:1", "--port", port
        )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in done.stderr

"""What the application is told of a request."""

from proxy.inbound.head import Head
from proxy.inbound.scope import BODILESS, REFUSAL, TARGET, scope_of


def test_the_target_is_told_as_it_came() -> None:
    """Beside what ASGI has of it; the state is the request's own."""
    state = {"a": 1}
    head = Head("GET", b"/\xff%2F?x=%20", "1.1", [(b"host", b"h")])
    found = scope_of(head, None, True, ("127.0.0.1", 80), None, state)
    told = [
        found[name]
        for name in (
            "method",
            "path",
            "raw_path",
            "query_string",
            "server",
            "client",
            TARGET,
            REFUSAL,
            BODILESS,
        )
    ]
    address = ("127.0.0.1", 80)
    assert told == ["GET", "/\xff%2F", b"/\xff%2F", b"x=%20", address, None, head.target, None, True]
    found["state"]["a"] = 2
    assert state == {"a": 1}

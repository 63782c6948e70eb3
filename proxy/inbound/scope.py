"""What the application is told of a request: ASGI's scope, and the target as it was on the wire."""

from typing import Any, Final

from starlette.types import Scope

from proxy.inbound.guard import Refusal
from proxy.inbound.head import Head

# Under these names the scope has the target as it was on the wire, what the guard says of the head, and whether there
# is no body to wait for.
TARGET: Final = "parity.target"
REFUSAL: Final = "parity.refusal"
BODILESS: Final = "parity.bodiless"


def scope_of(
    head: Head,
    found: Refusal | None,
    bodiless: bool,
    local: tuple[str, int | None] | None,
    remote: tuple[str, int | None] | None,
    state: dict[str, Any],
) -> Scope:
    """The scope of a request.

    Args:
        found: Why it is refused; None for one that is not.
        bodiless: It has no body.
        local: The address that it came to.
        remote: The address that it came from.
        state: What the application's lifespan left.
    """
    path, _, query = head.target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": head.version,
        "server": local,
        "client": remote,
        "scheme": "http",
        "root_path": "",
        "method": head.method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": query,
        "headers": head.fields,
        "state": state.copy(),
        TARGET: head.target,
        REFUSAL: found,
        BODILESS: bodiless,
    }

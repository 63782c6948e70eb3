"""What schemathesis must not send: request targets that no HTTP parser reads are not the API's business."""

from typing import Any

import schemathesis

LONGEST_QUERY = 8_000


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """A query that does not fit into a request line is left out; bodies say as much and have no such limit."""
    if case.query and len(str(case.query)) > LONGEST_QUERY:
        case.query = {}

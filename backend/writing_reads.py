"""Operations that write although GET asks for them, as in PHP: a job is handed out, a badge is checked."""

from typing import TypeVar

from backend.input.parameters import Parameters
from backend.operations import Call

P = TypeVar("P", bound=Parameters)


def keeps(call: Call[P]) -> bool:
    """Whether what the call changes is kept: HEAD only asks what GET would answer."""
    return call.request.method != "HEAD"

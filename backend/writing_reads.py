"""Operations that write although GET asks for them, as in PHP: a job is handed out, a badge is checked."""

from typing import TypeVar

from backend.access import WRITER, no_key
from backend.input.parameters import Parameters
from backend.operations import Call
from backend.problems import NO_KEY, READ_ONLY_ACCOUNT

P = TypeVar("P", bound=Parameters)

PROBLEMS = (NO_KEY, READ_ONLY_ACCOUNT)
"""What a caller by POST can be told."""


def demand_rights(call: Call[P]) -> None:
    """By GET everybody may call them; by another method PHP takes them for a write (legacy notes, data 2).

    Args:
        call: The call.

    Raises:
        Problem: 401 without a key, 403 for a read-only account; never by GET or HEAD.
    """
    if call.request.method in ("GET", "HEAD"):
        return
    if call.user.is_anonymous:
        raise no_key()
    WRITER.check(call.user)


def keeps(call: Call[P]) -> bool:
    """Whether what the call changes is kept: HEAD only asks what GET would answer.

    Args:
        call: The call.
    """
    return call.request.method != "HEAD"

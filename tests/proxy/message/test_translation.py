"""A translation says what is known of the request."""

from typing import get_args

from config.dispatch import Fit
from proxy.message.translation import Request, Translation


def _translation(fit: Fit) -> Translation:
    return Translation("GET", b"/", (), b"", None, {}, "json", False, fit)


def test_a_path_is_known_unless_it_fits_no_route() -> None:
    """A wrong method or kind of segment is still a known path."""
    assert [fit for fit in get_args(Fit) if not _translation(fit).known] == ["none"]


def test_a_header_is_found_in_any_case() -> None:
    """Header names have no case."""
    assert Request("GET", b"/", (("Content-Type", "a/b"),)).header("content-type") == "a/b"

"""Keys that were masked get a name."""

from proxy.exchange.masked import named, named_headers, pieces
from proxy.message.redact import Redactor

_REDACTOR = Redactor(b"salt")
KEY = "AD" * 16


def _name(mask: str) -> str:
    return f"KEY_OF_user{mask}"


def test_a_masked_key_is_named_where_it_stands() -> None:
    """The rest stays; what only looks like a mask, too."""
    redacted = _REDACTOR.target(f"/data/~0123456789?api_key={KEY}&a=1".encode()).decode()
    mask = redacted.partition("api_key=")[2].partition("&")[0]
    assert named(redacted, _name) == f"/data/~0123456789?api_key=KEY_OF_user{mask}&a=1"
    assert pieces(redacted) == ["/data/~0123456789?api_key=", "&a=1"]


def test_headers_keep_their_scheme() -> None:
    """A bearer's key is one; Basic and cookies are no key."""
    sent = (
        ("Authorization", f"Bearer {KEY}"),
        ("authorization", "Basic abc"),
        ("Api-Key", KEY),
        ("Cookie", "a=b"),
    )
    redacted = _REDACTOR.headers(sent)
    mask = _REDACTOR.mark(KEY.encode()).decode()
    found = [value for _, value in named_headers(sent, redacted, _name)]
    assert found[0].startswith("Bearer KEY_OF_user~")
    assert found[1] == redacted[1][1]
    assert found[2] == f"KEY_OF_user{mask}"
    assert found[3] == redacted[3][1]

"""Content codings: undone in all their forms, bounded, and told where they cannot be."""

import gzip
import sys
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diffing.coding import Unreadable, codings, plain, readable
from diffing.model import Observation

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BOMB = bytes(1 << 20)
CODED = {
    "gzip": lambda body: gzip.compress(body, mtime=0),
    "x-gzip": lambda body: gzip.compress(body, mtime=0),
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def answer(body: bytes, *codings: str, error: str | None = None) -> Observation:
    """An answer with a header per coding."""
    return Observation(200, tuple(("Content-Encoding", coding) for coding in codings), body, error=error)


@given(body=st.binary(max_size=5000), applied=st.lists(st.sampled_from(sorted(CODED)), max_size=3))
def test_what_was_coded_comes_back(body: bytes, applied: list[str]) -> None:
    """Stacked codings are undone from the last one on."""
    coded = body
    for coding in applied:
        coded = CODED[coding](coded)
    assert plain(answer(coded, ", ".join(applied).upper())) == answer(body, *([] if applied else [""]))


def test_deflate_without_its_frame() -> None:
    """As some servers send it."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert plain(answer(stream.compress(b"text" * 9) + stream.flush(), "deflate")).body == b"text" * 9


@pytest.mark.parametrize("name", ["gzip", "zstd"])
def test_members_follow_each_other(name: str) -> None:
    """And zeros behind the last one are padding."""
    assert plain(answer(CODED[name](b"a") + CODED[name](b"b") + bytes(9), name)).body == b"ab"


@pytest.mark.parametrize("name", sorted(CODED))
def test_expanding_is_bounded(name: str) -> None:
    """To the byte, and in every step of a stack."""
    bomb = CODED[name](BOMB)
    assert len(plain(answer(bomb, name), len(BOMB)).body) == len(BOMB)
    with pytest.raises(Unreadable, match="more than 1048575 bytes"):
        plain(answer(bomb, name), len(BOMB) - 1)
    with pytest.raises(Unreadable, match="more than"):
        plain(answer(gzip.compress(bomb), name, "gzip"), len(BOMB) - 1)


@pytest.mark.parametrize("name", sorted(CODED))
def test_a_cut_body_is_told(name: str) -> None:
    """It is not half an answer."""
    with pytest.raises(Unreadable):
        plain(answer(CODED[name](bytes(range(256)) * 9)[:-3], name))


@pytest.mark.parametrize(
    ("body", "coding"), [(b"{}", name) for name in (*sorted(CODED), "compress", "aes128gcm")]
)
def test_what_is_no_such_coding_stays_as_it_is(body: bytes, coding: str) -> None:
    """For whoever can make something of it; plain() says that it cannot."""
    coded = answer(body, coding)
    assert readable(coded) is coded
    with pytest.raises(Unreadable, match="content coding"):
        plain(coded)


def test_garbage_behind_the_end_is_told() -> None:
    """Bytes are not dropped in silence; nor are a thousand members or codings followed."""
    for coded in (
        answer(gzip.compress(b"a") + b"{}", "gzip"),
        answer(gzip.compress(b"") * 1001, "gzip"),
        answer(b"", *["gzip"] * 9),
    ):
        with pytest.raises(Unreadable):
            plain(coded)


def test_no_body_is_no_coded_one() -> None:
    """An answer to HEAD says how a body would be coded; an answer with an error is not whole."""
    assert plain(answer(b"", "br")) == answer(b"")
    cut = answer(b"x", "br", error="too_large")
    assert plain(cut) is cut


def test_codings_are_named_in_their_order() -> None:
    """Identity is none, and fields join."""
    assert codings((("content-encoding", "gzip, identity"), ("Content-Encoding", " BR ,"))) == ("gzip", "br")

"""Signatures of requests to an object store, by the examples of Amazon's documentation."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest

from backend.storage.s3_signing import UNSIGNED, Credentials, quoted_path, quoted_query, signed_headers

EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1")
NOW = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.mark.parametrize(
    ("path", "query", "headers", "signature"),
    [
        (
            "/test.txt",
            "",
            {"Range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("/", "lifecycle=", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "/",
            "max-keys=2&prefix=J",
            {},
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ],
)
def test_a_signature_is_amazon_s(path: str, query: str, headers: dict[str, str], signature: str) -> None:
    """Path, query and headers are signed."""
    host = "examplebucket.s3.amazonaws.com"
    sent = signed_headers(EXAMPLE, "GET", host, path, query, NOW, headers, EMPTY)
    assert sent["Authorization"].endswith(f"Signature={signature}")


def test_the_body_is_not_signed_otherwise() -> None:
    """It is guarded by its checksum."""
    sent = signed_headers(EXAMPLE, "PUT", "host", "/", "", NOW, {"Content-MD5": "x"})
    assert sent["x-amz-content-sha256"] == UNSIGNED
    assert "SignedHeaders=content-md5;host;x-amz-content-sha256;x-amz-date," in sent["Authorization"]


def test_names_are_quoted_once() -> None:
    """Slashes of a path stay, those of a query do not."""
    assert quoted_path("/b/my notes (1)+ä.txt") == "/b/my%20notes%20%281%29%2B%C3%A4.txt"
    assert quoted_query([("prefix", "a/b c"), ("list-type", "2")]) == "list-type=2&prefix=a%2Fb%20c"

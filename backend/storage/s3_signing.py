"""Signatures of requests to an object store (AWS Signature Version 4), as far as storing files needs them."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

UNSIGNED = "UNSIGNED-PAYLOAD"
"""The body is not part of the signature; Content-MD5 guards it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who asks, and where.

    Args:
        key: The access key.
        secret: The secret key.
        region: Of the bucket; any for most servers that are not Amazon's.
    """

    key: str
    secret: str
    region: str


def quoted_path(path: str) -> str:
    """A path as it is sent and signed. ``path``: with slashes between its parts."""
    return quote(path, safe="/-_.~")


def quoted_query(query: Sequence[tuple[str, str]]) -> str:
    """A query as it is sent and signed."""
    pairs = sorted((quote(name, safe="-_.~"), quote(value, safe="-_.~")) for name, value in query)
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed_headers(
    credentials: Credentials,
    method: str,
    host: str,
    path: str,
    query: str,
    now: datetime,
    headers: Mapping[str, str],
    payload: str = UNSIGNED,
) -> dict[str, str]:
    """The headers of a request, with the signature among them. Returns all headers to send.

    Args:
        method: Upper-case method name.
        path: As ``quoted_path`` gives it, with a slash in front.
        query: As ``quoted_query`` gives it.
        now: The time, in UTC.
        headers: Further headers; they are signed too.
        payload: SHA-256 of the body, or ``UNSIGNED``.
    """
    moment = now.strftime("%Y%m%dT%H%M%SZ")
    sent = {**headers, "x-amz-content-sha256": payload, "x-amz-date": moment}
    signed = {"host": host, **{name.lower(): " ".join(value.split()) for name, value in sent.items()}}
    names = ";".join(sorted(signed))
    lines = "".join(f"{name}:{signed[name]}\n" for name in sorted(signed))
    request = "\n".join([method, path, query, lines, names, payload])
    scope = f"{moment[:8]}/{credentials.region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, digest])
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={credentials.key}/{scope}"
    return {**sent, "Authorization": f"{credential}, SignedHeaders={names}, Signature={signature}"}

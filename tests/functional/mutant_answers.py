"""Damage around a document: status, headers, the code of an error, a bit of a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from tests.functional.mutant import Answer, Damage, Mutant

FILE = "one bit of a file"


def _status(answer: Answer) -> Mutant | None:
    # An answer to a preflight may have a body or not (docs/migration-guide.md): both are right.
    preflight = answer.asked.method == "OPTIONS" and answer.new.status in (200, 204)
    right = (200, 204) if preflight else (answer.new.status,)
    others = [status for status in (200, 204, 400, 404, 418) if status not in right]
    return Mutant("wrong status", "status", replace(answer.new, status=answer.chance.choice(others)))


def _header(name: str, header: str, change: Callable[[str], tuple[str, ...]]) -> tuple[str, Damage]:
    """Damage to a header of an answer of any status: the values that it has instead."""

    def make(answer: Answer) -> Mutant | None:
        value = answer.new.header(header)
        if value is None:
            return None
        kept = tuple(pair for pair in answer.new.headers if pair[0].lower() != header)
        headers = (*kept, *((header, other) for other in change(value)))
        return Mutant(name, f"header.{header}", replace(answer.new, headers=headers))

    return name, make


def _code(name: str, change: Callable[[dict[str, object]], None]) -> tuple[str, Damage]:
    def make(answer: Answer) -> Mutant | None:
        document = answer.document
        if not isinstance(document, dict) or not document.get("code") or (answer.new.status or 0) < 400:
            return None
        damaged = dict(document)
        change(damaged)
        return Mutant(name, "$.code", replace(answer.new, body=json.dumps(damaged).encode()))

    return name, make


def _byte(answer: Answer) -> Mutant | None:
    if answer.document is not None or not answer.new.body:
        return None
    place = answer.chance.randrange(len(answer.new.body))
    body = bytearray(answer.new.body)
    body[place] ^= 1
    return Mutant(FILE, "$", replace(answer.new, body=bytes(body)))


ANSWERS: tuple[tuple[str, Damage], ...] = (
    ("wrong status", _status),
    _header("other media type", "content-type", lambda _: ("text/x-other",)),
    _header("other charset", "content-type", lambda value: (f"{value.partition(';')[0]}; charset=latin-1",)),
    _header("lost media type", "content-type", lambda _: ()),
    _header("doubled media type", "content-type", lambda value: (value, value)),
    _header("lost header", "access-control-allow-origin", lambda _: ()),
    _header("doubled header", "access-control-allow-origin", lambda value: (value, value)),
    _code("wrong code", lambda document: document.update(code="999")),
    _code("lost code", lambda document: document.update(code=None)),
    (FILE, _byte),
)

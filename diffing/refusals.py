"""What a refusal of the new side is held to: PHP's answer is one that its route has, or what broke PHP is documented.

A refusal may count whatever PHP did with a request. But an error that the route does not have, a page, or a crash that
has nothing to do with the request says that something else is wrong with PHP, which no refusal excuses.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from config.routes import gives_files
from diffing.decode import Decoded, Form
from diffing.model import Asked, Breakage
from diffing.registry import DOCUMENTED, Deviation, Kind
from diffing.rules.book import RuleBook
from diffing.rules.derived import PAGE, REFUSED

_OK: Final = 200
_PAGES: Final = frozenset({PAGE, 403, 404})
"""The statuses of PHP's pages: characters of the URL, and files."""
_NO_SUCH_PATH: Final = "100"
"""PHP's code of a path or a method that its dispatcher does not know."""


def is_known(
    entry: Deviation,
    asked: Asked,
    status: int | None,
    old: Decoded,
    entries: Sequence[Deviation],
    book: RuleBook | None,
) -> bool:
    """Whether a whole answer of PHP is one that a refusal, or the answer to a preflight, may be about.

    Args:
        entry: The expectation, which fits by status and code.
        entries: The entries and rules of the route.
        book: The rules of all routes.
    """
    if entry.kind is not Kind.REFUSAL and entry.derive != "preflight":
        return True
    if old.form is Form.ERROR and isinstance(old.document, dict):
        listed = entry.legacy is not None and bool(entry.legacy.codes)
        return listed or str(old.document.get("code")) in codes_of(entries)
    if old.form is Form.EMPTY and asked.method == "HEAD":
        return status == _OK or status in REFUSED | _PAGES
    if status != _OK:
        return old.form is Form.HTML and status in _PAGES
    return gives_files(asked.route) or _is_success(asked, old, book)


def codes_of(entries: Iterable[Deviation]) -> frozenset[str]:
    """The codes that PHP is known to answer on a route, by its entries and rules."""
    sides = (entry.legacy for entry in entries if entry.legacy is not None)
    return frozenset({_NO_SUCH_PATH}).union(*(side.codes for side in sides))


def of_texts(entry: Deviation) -> bool:
    """Whether it says that something in an answer breaks it."""
    return bool(entry.when.shows or entry.when.shows_any)


def breaks_so(entry: Deviation, defect: str) -> bool:
    """Whether an answer that an entry is about is broken in this way."""
    about = frozenset[str]() if entry.legacy is None else entry.legacy.defects
    # The text that kills the JSON form of an answer is pasted as it is into the XML form: one defect, two looks.
    looks = {"not_json", "two_documents"} | ({"empty_500"} if of_texts(entry) else set())
    return defect in about or (defect == "not_xml" and not about.isdisjoint(looks))


def is_documented(refusal: Deviation, asked: Asked, broke: Breakage, entries: Iterable[Deviation]) -> bool:
    """Whether an entry or rule says that a request that is refused breaks PHP's answer in this way.

    What an entry says of the new side's answer is held to what PHP meant to say. Where that cannot be told, it counts
    only for what is refused because it is hidden.

    Args:
        refusal: The entry that refuses.
        entries: The entries and rules of the route.
    """
    return any(
        entry.when.why_not(asked, None, broke.text, broke.meant) is None
        for entry in _about(broke.defect, entries, hidden=refusal.premise is not None and broke.meant is None)
    )


def _about(defect: str, entries: Iterable[Deviation], *, hidden: bool) -> Iterator[Deviation]:
    """The entries and rules that say what breaks an answer so; what is hidden counts as said."""
    for entry in entries:
        about = frozenset[str]() if entry.legacy is None else entry.legacy.defects
        if not breaks_so(entry, defect) or DOCUMENTED in about:
            continue
        if hidden:
            yield replace(entry, when=replace(entry.when, shows=(), shows_any=()))
        elif entry.premise is None:
            yield entry


def _is_success(asked: Asked, old: Decoded, book: RuleBook | None) -> bool:
    """Whether it is a document about the entity: an odd id may lead to another route of it than the client meant."""
    if old.form is not Form.JSON or not isinstance(old.document, dict | list) or asked.route is None:
        return False
    roots = frozenset[str]() if book is None else book.roots(asked.route.entity)
    return not roots or not roots.isdisjoint(old.document)

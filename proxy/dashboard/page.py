"""A page of the dashboard in its three forms: HTML, JSON, CSV."""

import csv
import io
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from config import text
from diffing.parity import percent
from proxy.dashboard.about import About
from proxy.reporting.tables import json_bytes

_DANGEROUS: Final = ("=", "+", "-", "@", "\\t", "\\r")
_LONGEST: Final = 1_000_000


class NotThere(LookupError):
    """There is no such page; the message says what is meant."""


class Misasked(ValueError):
    """A page is asked for what it does not have; the message says what is meant."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows.

    Args:
        titles: Columns of its table.
        rows: Cells of its table; what CSV and JSON have.
        context: Everything else that its template shows.
        document: Its JSON; None for the table.
    """

    template: str
    title: str
    titles: Sequence[str]
    rows: Sequence[Sequence[object]]
    context: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] | None = None


def sorted_rows(
    rows: Sequence[tuple[object, ...]], titles: Sequence[str], query: Mapping[str, str]
) -> Sequence[tuple[object, ...]]:
    """The rows in the order that ``sort`` of a query asks for: a column, with ``-`` before it the other way round.

    Args:
        rows: Of one table; what has no value comes last.

    Raises:
        Misasked: There is no such column.
    """
    wanted = query.get("sort") or ""
    name = wanted.removeprefix("-")
    if not wanted:
        return rows
    if name not in titles:
        raise Misasked(f"sort is {', '.join(titles)}, or one of them behind -, not {wanted!r}")
    place = list(titles).index(name)
    known = [row for row in rows if row[place] is not None]
    cells: Callable[[tuple[Any, ...]], Any] = itemgetter(place)
    known.sort(key=cells, reverse=wanted != name)
    return [*known, *(row for row in rows if row[place] is None)]


def html(page: Page, path: str, query: Mapping[str, str], about: About) -> bytes:
    """The page for a browser.

    Args:
        path: Its path, for the navigation.
        query: Its query, for links to its other forms.
        about: What stands on every page.
    """
    kept = {name: value for name, value in query.items() if name != "as"}

    def form(name: str) -> str:
        return "?" + urlencode({**kept, "as": name})

    def link(**changes: str) -> str:
        return "?" + urlencode({name: value for name, value in {**kept, **changes}.items() if value})

    def sort(title: str) -> str:
        # A number is looked at from its largest on, then from its smallest.
        return link(sort=title if kept.get("sort") == f"-{title}" else f"-{title}")

    template = _ENVIRONMENT.get_template(page.template)
    return template.render(
        page=page, path=path, query=kept, form=form, link=link, sort=sort, about=about, **page.context
    ).encode()


def json(page: Page) -> bytes:
    """The page for a program."""
    if page.document is not None:
        return json_bytes(page.document)
    rows = [dict(zip(page.titles, row, strict=True)) for row in page.rows]
    return json_bytes({"title": page.title, "rows": rows})


def csv_text(page: Page) -> bytes:
    """The table of the page for a spreadsheet; no cell is taken for a formula (OWASP, CSV injection)."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(page.titles)
    writer.writerows([[_harmless(cell) for cell in row] for row in page.rows])
    return out.getvalue().encode()


def _harmless(cell: object) -> object:
    if not isinstance(cell, str):
        return cell
    found = text.line(cell)
    return f"'{found}" if found.startswith(_DANGEROUS) else found


def _clean(value: object) -> object:
    """What a template puts out: clean, and escaped by jinja2 where it is no HTML of our own."""
    return text.clean(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def _code(sentence: str) -> Markup:
    """A sentence as HTML; what stands between backticks is code."""
    parts = _clean(sentence)
    shown = [
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part)
        for number, part in enumerate(str(parts).split("`"))
    ]
    return Markup("").join(shown)


_WORD: Final = re.compile(r"(?<![a-z0-9])([a-z0-9]++(?:-[a-z0-9]++)+)")


def _linked(sentence: str, known: Collection[str]) -> Markup:
    """A sentence as HTML; names of entries and rules lead to their pages."""
    parts = [
        Markup('<a href="/deviations/{0}">{0}</a>').format(part) if part in known else escape(part)
        for part in _WORD.split(str(_clean(sentence)))
    ]
    return Markup("").join(parts)


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    finalize=_clean,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters["code"] = _code
_ENVIRONMENT.filters["linked"] = _linked
_ENVIRONMENT.filters["percent"] = lambda share, digits=1: percent(share, digits)
_ENVIRONMENT.filters["ms"] = lambda seconds: "–" if seconds is None else f"{seconds * 1000:.1f}"
_ENVIRONMENT.filters["when"] = lambda time: f"{time:%Y-%m-%d %H:%M:%S}"

"""Damage to what the request itself names: found even where PHP died and said nothing."""

from __future__ import annotations

from collections.abc import Callable

from config.templates import segment_names
from diffing.asked_for import REPEATING, chosen
from diffing.rows import top_rows
from tests.functional.mutant import Answer, Damage, Mutant, Node
from tests.functional.mutant_values import other_value


def _another_thing(answer: Answer) -> Mutant | None:
    route, document = answer.asked.route, answer.document
    if route is None or not isinstance(document, dict):
        return None
    names = [
        name for name in segment_names(route.new.path) if answer.asked.parameters.get(name, "").isdecimal()
    ]
    held = {name if name in document else "id" for name in names}
    return _other(answer, "another thing", lambda node: len(node.way) == 1 and node.way[0] in held)


def _another_alias(answer: Answer) -> Mutant | None:
    route = answer.asked.route
    given = answer.asked.parameters.get("study_id", "")
    if (
        route is None
        or route.entity != "studies"
        or given.isdecimal()
        or not isinstance(answer.document, dict)
    ):
        return None
    return _other(answer, "another alias", lambda node: node.way == ("alias",))


def _another_row(answer: Answer) -> Mutant | None:
    top = top_rows(answer.asked.route)
    if top is None or not isinstance(answer.document, list):
        return None
    columns = {column for name, column in top.shows.items() if chosen(answer.asked.parameters.get(name, ""))}
    return _other(
        answer,
        "a row that was not asked for",
        lambda node: len(node.way) == 2 and node.way[1] in columns,
        -1,
    )


def _row_twice(answer: Answer) -> Mutant | None:
    top = top_rows(answer.asked.route)
    if top is None or not top.key or answer.asked.route_name in REPEATING:
        return None
    node = answer.some(lambda node: len(node.way) == 1 and isinstance(node.value, dict))
    if node is None or not isinstance(answer.document, list):
        return None
    return answer.changed("a row twice", node, lambda rows: rows.append(node.value), "$")  # type: ignore[attr-defined]  # a list


def _other(answer: Answer, kind: str, fits: Callable[[Node], bool], value: object = None) -> Mutant | None:
    node: Node | None = answer.some(lambda node: fits(node) and type(node.value) in (int, str))
    if node is None:
        return None
    other = value if isinstance(node.value, int) and value is not None else other_value(node.value)
    return answer.with_value(kind, node, other)


NAMED: tuple[tuple[str, Damage], ...] = (
    ("another thing", _another_thing),
    ("another alias", _another_alias),
    ("a row that was not asked for", _another_row),
    ("a row twice", _row_twice),
)

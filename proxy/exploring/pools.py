"""What the lists of a side give: rows, from which ids, names and tags of requests are taken."""

import random
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

Row = Mapping[str, str]

_USERS: Final = ("flow.list:uploader", "run.list:uploader", "study.list:creator", "user.list:id")
_DATA: Final = ("dataset.list:did",)
# Where values of a name stand in lists: ROUTE:KEY; a list of scalars has the name of the list, or none, for a key.
SOURCES: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "dataset_id": _DATA,
        "data_id": _DATA,
        "did": _DATA,
        "data_name": ("dataset.list:name",),
        "data_version": ("dataset.list:version",),
        "data_tag": ("dataset.tags:tag", "dataset.tags:"),
        "file_id": ("dataset.list:file_id",),
        "status": ("dataset.list:status",),
        "task_id": ("task.list:task_id",),
        "task": ("task.list:task_id",),
        "task_tag": ("task.tags:tag", "task.tags:"),
        "flow_id": ("flow.list:id",),
        "flow": ("flow.list:id",),
        "name": ("flow.list:name",),
        "external_version": ("flow.list:external_version",),
        "run_id": ("run.list:run_id",),
        "run": ("run.list:run_id",),
        "setup_id": ("setup.list:setup_id",),
        "setup": ("setup.list:setup_id",),
        "setup_a": ("setup.list:setup_id",),
        "setup_b": ("setup.list:setup_id",),
        "setup_tag": ("setup.tags:tag", "setup.tags:"),
        "study_id": ("study.list:id",),
        "study": ("study.list:id",),
        "user_id": _USERS,
        "uploader": _USERS,
        "task_type": ("tasktype.list:id",),
        "task_type_id": ("tasktype.list:id",),
        "ttid": ("tasktype.list:id",),
        "task.list.type": ("tasktype.list:id",),
        "procedure_id": ("estimationprocedure.list:id",),
        "function": ("evaluationmeasure.list:measure", "evaluationmeasure.list:"),
        "type": ("vote.up_list:knowledge_type", "download.list:knowledge_type"),
        "id": ("vote.up_list:knowledge_id", "download.list:knowledge_id"),
    }
)
_MOST: Final = 400
# How often a filter of a list is of the same row as the others, so that some row fits all of them.
_OWN: Final = 0.8


class Pools:
    """The rows of lists, by the route that gave them."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}

    def add(self, route: str, document: object) -> None:
        """Add the rows of a list, whatever it is wrapped in. ``document``: its document, of either side."""
        rows = {tuple(sorted(row.items())): row for row in _rows(document, "") if row}
        # In an order of their own: not every list has one.
        self._rows[route] = [rows[key] for key in sorted(rows)][:_MOST]

    def values(self, route: str, key: str) -> list[str]:
        """The values of a key in the rows of a route."""
        return [row[key] for row in self._rows.get(route, ()) if key in row]

    def picked(self, chance: random.Random, user: str | None = None) -> "Picked":
        """The rows of one request. ``chance``: chooses. ``user``: id of the user who asks, if it is known."""
        return Picked(self._rows, chance, user)


class Picked:
    """One row of each list, so that a name and a version of a request are of one flow.

    Args:
        rows: The rows by route.
        chance: Chooses.
        user: Id of the user who asks: half of the rows are of what is theirs, where a list says so.
    """

    def __init__(
        self, rows: Mapping[str, Sequence[Row]], chance: random.Random, user: str | None = None
    ) -> None:
        self._rows = rows
        self._chance = chance
        self._user = user
        self._chosen: dict[str, Row] = {}

    def value(self, route: str, name: str) -> str | None:
        """A value that is there; None where no list tells one. ``name``: of its segment, filter or field."""
        entity = route.partition(".")[0]
        sources = SOURCES.get(f"{route}.{name}") or SOURCES.get(name, ())
        if name == "tag":
            sources = (f"{entity}.tags:tag", f"{entity}.tags:")
        own = self._first(f"{route}:{name}", f"{route}:{name}_id", f"{entity}.list:{name}")
        found = [value for source in sources if (value := self._at(source)) is not None]
        if own is not None and (not found or self._chance.random() < _OWN):
            return own
        return self._chance.choice(found) if found else None

    def apart(self) -> "Picked":
        """Other rows, for further values of one parameter."""
        return Picked(self._rows, self._chance, self._user)

    def _first(self, *sources: str) -> str | None:
        return next((value for source in sources if (value := self._at(source)) is not None), None)

    def _at(self, source: str) -> str | None:
        route, _, key = source.partition(":")
        if route not in self._chosen:
            rows = self._rows.get(route, ())
            own = [row for row in rows if self._user in (row.get("uploader"), row.get("creator"))]
            if self._user is not None and own and self._chance.random() < 0.5:
                rows = own
            self._chosen[route] = self._chance.choice(rows) if rows else {}
        return self._chosen[route].get(key)


def _rows(value: object, key: str) -> Iterator[Row]:
    """The rows of the outermost lists."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _rows(member, str(name))
    elif isinstance(value, list):
        for element in value:
            if isinstance(element, dict):
                yield {str(name): str(member) for name, member in element.items() if _is_scalar(member)}
            elif _is_scalar(element):
                yield {key: str(element)}


def _is_scalar(value: object) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)

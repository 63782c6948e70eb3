"""Damage to the backend and to what justifies it, together: an answer with its schema, an error with its table.

The schema and the table say afterwards that the damaged answer is right. Only what does not come from the backend can
find them: ``tests.functional.origins``, and PHP's recordings. Each kind is for every member or error that it fits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from config.problems import ProblemType
from tests.functional.origins.errors import Error

Document = dict[str, Any]
SCHEMAS: Final = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class CoMutant:
    """A backend that is wrong, and says so itself.

    Args:
        kind: What was damaged how.
        place: The member, as ``Shape.member``, or the error.
        document: The OpenAPI document that it pins.
        problems: Its table of problem types.
        errors: The errors that its routes declare.
        answer: Its answer, from operation, status and decoded body of the right one.
    """

    kind: str
    place: str
    document: Document
    problems: Mapping[str, ProblemType]
    errors: frozenset[Error]
    answer: Callable[[str, int, object], tuple[int, object]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of damage to members. ``schema``: the member's damaged schema; None where it does not fit. ``value``: a
    damaged value; others stay.
    """

    name: str
    schema: Callable[[Document], Document | None]
    value: Callable[[object], object]


ABSENT: Final = object()
"""What a member that is left out becomes."""


def comutants(
    document: Document, problems: Mapping[str, ProblemType], errors: Iterable[Error]
) -> Iterator[CoMutant]:
    """All of them.

    Args:
        document: The OpenAPI document.
        problems: The table of problem types.
        errors: The errors that routes declare.
    """
    declared = frozenset(errors)
    answered = answers_of(document)
    shapes = _answered_shapes(document)
    for shape, schema in document["components"]["schemas"].items():
        if shape not in shapes:
            continue
        for member, raw in schema.get("properties", {}).items():
            for kind in KINDS:
                damaged = kind.schema(raw)
                if damaged is not None:
                    yield CoMutant(
                        kind.name,
                        f"{shape}.{member}",
                        _with_member(document, shape, member, damaged),
                        problems,
                        declared,
                        _Damage(document, answered, shape, member, kind.value),
                    )
            if member in schema.get("required", ()):
                yield CoMutant(
                    "always there → left out",
                    f"{shape}.{member}",
                    _optional(document, shape, member),
                    problems,
                    declared,
                    _Damage(document, answered, shape, member, lambda _: ABSENT),
                )
    yield from _other_statuses(document, problems, declared)
    yield from _other_types(document, problems, declared)


def _other_statuses(
    document: Document, problems: Mapping[str, ProblemType], declared: frozenset[Error]
) -> Iterator[CoMutant]:
    """A type of problems has another status, everywhere."""
    for slug in sorted({error.slug for error in declared}):
        kind = problems[slug]
        status = 403 if kind.status == 404 else 404

        def answer(_: str, old: int, body: object, kind: ProblemType = kind, status: int = status) -> Any:
            hit = isinstance(body, dict) and old >= 400 and body.get("type") == kind.uri
            return (status, {**body, "status": status}) if hit and isinstance(body, dict) else (old, body)

        table = {**problems, slug: replace(kind, status=status)}
        yield CoMutant(f"{kind.status} → {status}", slug, document, table, declared, answer)


def _other_types(
    document: Document, problems: Mapping[str, ProblemType], declared: frozenset[Error]
) -> Iterator[CoMutant]:
    """One error of a route is of another type that the route knows."""
    slugs = sorted({error.slug for error in declared})
    for error in sorted(declared, key=str):
        if error.code is None:
            continue
        other = problems[next(slug for slug in slugs if problems[slug].status != problems[error.slug].status)]

        def answer(
            operation: str, old: int, body: object, error: Error = error, other: ProblemType = other
        ) -> Any:
            if operation.removesuffix(".by_post") != error.route or not isinstance(body, dict):
                return old, body
            if (body.get("type"), body.get("code")) != (problems[error.slug].uri, error.code):
                return old, body
            return other.status, {
                **body,
                "type": other.uri,
                "title": other.title,
                "status": other.status,
            }

        changed = (declared - {error}) | {replace(error, slug=other.slug)}
        place = f"{error.route} {error.code}"
        yield CoMutant("one type → another", place, document, problems, changed, answer)


@dataclass(frozen=True, slots=True)
class _Damage:
    """Damages one member of a shape, wherever the shape occurs in an answer."""

    document: Document
    answered: Mapping[str, Document]
    shape: str
    member: str
    value: Callable[[object], object]

    def __call__(self, operation: str, status: int, body: object) -> tuple[int, object]:
        """The damaged answer."""
        schema = self.answered.get(operation)
        return status, (body if schema is None or status >= 300 else self._in(schema, None, body))

    def _in(self, raw: Document, shape: str | None, value: object) -> object:
        if "$ref" in raw:
            name = raw["$ref"].removeprefix(SCHEMAS)
            return self._in(self.document["components"]["schemas"][name], name, value)
        for arm in raw.get("anyOf", ()):
            value = self._in(arm, None, value)
        if isinstance(value, list) and isinstance(raw.get("items"), dict):
            return [self._in(raw["items"], None, element) for element in value]
        properties = raw.get("properties")
        if not isinstance(value, dict) or properties is None or not value.keys() <= properties.keys():
            return value
        members = {name: self._in(properties[name], None, member) for name, member in value.items()}
        if shape == self.shape and self.member in members:
            members[self.member] = self.value(members[self.member])
        return {name: member for name, member in members.items() if member is not ABSENT}


def answers_of(document: Document) -> Mapping[str, Document]:
    """The schema of each operation's document on success. ``document``: the OpenAPI document."""
    return {
        operation["operationId"]: response["content"]["application/json"]["schema"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for status, response in operation["responses"].items()
        if status.startswith("2") and "application/json" in response.get("content", {})
    }


def _answered_shapes(document: Document) -> set[str]:
    """The shapes that successes hold."""
    schemas = document["components"]["schemas"]
    waiting = [str(schema) for schema in answers_of(document).values()]
    known: set[str] = set()
    while waiting:
        text = waiting.pop()
        for name in schemas:
            if name not in known and f"'{SCHEMAS}{name}'" in text:
                known.add(name)
                waiting.append(str(schemas[name]))
    return known


def _with_shape(document: Document, shape: str, schema: Document) -> Document:
    components = document["components"]
    return {
        **document,
        "components": {**components, "schemas": {**components["schemas"], shape: schema}},
    }


def _with_member(document: Document, shape: str, member: str, raw: Document) -> Document:
    schema = document["components"]["schemas"][shape]
    return _with_shape(document, shape, {**schema, "properties": {**schema["properties"], member: raw}})


def _optional(document: Document, shape: str, member: str) -> Document:
    schema = document["components"]["schemas"][shape]
    required = [name for name in schema["required"] if name != member]
    return _with_shape(document, shape, {**schema, "required": required})


def _arm(old: str, new: str) -> Callable[[Document], Document | None]:
    """Puts one type in the place of another, among alternatives too."""

    def damage(raw: Document) -> Document | None:
        arms = raw.get("anyOf", [raw])
        if not any(arm.get("type") == old for arm in arms) or (old != "null" and _has(arms, new)):
            return None
        kept = [arm for arm in arms if arm.get("type") != old]
        return {"anyOf": [*kept, {"type": new}]} if kept else {"type": new}

    return damage


def _has(arms: list[Document], kind: str) -> bool:
    return any(arm.get("type") == kind for arm in arms)


def _scalar(raw: Document) -> Document | None:
    """What a list holds, in the place of the list; an empty one has nothing to take."""
    items = raw.get("items")
    return {"anyOf": [items, {"type": "null"}]} if isinstance(items, dict) else None


def _time(raw: Document) -> Document | None:
    """A time in PHP's form, with a blank."""
    arms = raw.get("anyOf", [raw])
    if not any(arm.get("format") == "date-time-local" for arm in arms):
        return None
    kept = [arm for arm in arms if "format" not in arm]
    return {"anyOf": [*kept, {"type": "string"}]} if kept else {"type": "string"}


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


KINDS: Final = (
    _Kind("integer → text", _arm("integer", "string"), lambda v: str(v) if _is_integer(v) else v),
    _Kind("float → integer", _arm("number", "integer"), lambda v: int(v) if isinstance(v, float) else v),
    _Kind("text → integer", _arm("string", "integer"), lambda v: len(v) if isinstance(v, str) else v),
    _Kind(
        "boolean → text", _arm("boolean", "string"), lambda v: str(v).lower() if isinstance(v, bool) else v
    ),
    _Kind('null → ""', _arm("null", "string"), lambda v: "" if v is None else v),
    _Kind("list → scalar", _scalar, lambda v: (v[0] if v else None) if isinstance(v, list) else v),
    _Kind("time → PHP's time", _time, lambda v: v.replace("T", " ") if isinstance(v, str) else v),
)

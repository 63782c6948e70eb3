"""Documents of flows (new-API contract, section C; legacy notes, flow 2.2 and 2.3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.database.stored_numbers import literal
from backend.flows.queries import FlowTree
from backend.moments import Moment, iso
from backend.php.text import csv_fields, trimmed, trimmed_or_empty
from config.settings import BackendSettings


class Parameter(TypedDict):
    """A parameter of a flow."""

    name: str
    data_type: str
    default_value: int | float | str | None
    description: str


class Subflow(TypedDict):
    """A component of a flow."""

    identifier: str | None
    flow: Flow


class Flow(TypedDict):
    """A flow as ``GET /flows/{flow_id}`` shows it, with its components below it."""

    id: int
    uploader: int | None
    name: str
    custom_name: str | None
    class_name: str | None
    version: int
    external_version: str
    description: str | None
    creator: list[str]
    contributor: list[str]
    upload_date: Moment
    licence: str | None
    language: str | None
    full_description: str | None
    installation_notes: str | None
    dependencies: str | None
    parameter: list[Parameter]
    subflows: list[Subflow]
    tag: list[str]
    source_url: str | None
    binary_url: str | None
    source_format: str | None
    binary_format: str | None
    source_md5: str | None
    binary_md5: str | None


class Listed(TypedDict):
    """A flow in a list."""

    id: int
    full_name: str
    name: str
    version: int
    external_version: str
    uploader: int | None


class Found(TypedDict):
    """The flow that exists."""

    flow_id: int


@dataclass(frozen=True, slots=True)
class _Parts:
    """The rows of a tree, by the flow that they belong to."""

    flows: Mapping[int, Row[*tuple[Any, ...]]]
    components: Mapping[int, list[Row[*tuple[Any, ...]]]]
    parameters: Mapping[int, list[Row[*tuple[Any, ...]]]]
    tags: Mapping[int, list[str]]
    settings: BackendSettings


def flow(tree: FlowTree, flow_id: int, settings: BackendSettings) -> Flow:
    """A flow with all that describes it and all flows below it.

    Args:
        tree: Of ``queries.tree``.
        flow_id: The flow at the top.
        settings: For the base of its URLs.

    Returns:
        The document of ``GET /flows/{flow_id}``.
    """
    tags = defaultdict(list)
    for row in tree.tags:
        tags[row.id].append(trimmed_or_empty(row.tag))
    parts = _Parts(
        flows={row.id: row for row in tree.flows},
        components=_grouped(tree.components, "parent"),
        parameters=_grouped(tree.parameters, "implementation_id"),
        tags=tags,
        settings=settings,
    )
    return _flow(parts, flow_id, ())


def _grouped(rows: Iterable[Row[*tuple[Any, ...]]], column: str) -> Mapping[int, list[Row[*tuple[Any, ...]]]]:
    groups = defaultdict(list)
    for row in rows:
        groups[getattr(row, column)].append(row)
    return groups


def _flow(parts: _Parts, flow_id: int, above: tuple[int, ...]) -> Flow:
    row = parts.flows[flow_id]
    path = (*above, flow_id)
    return {
        "id": row.id,
        "uploader": row.uploader or None,
        "name": trimmed_or_empty(row.name),
        "custom_name": _shown(row.custom_name),
        "class_name": _shown(row.class_name),
        "version": row.version,
        "external_version": _shown(row.external_version) or "",
        "description": _shown(row.description),
        "creator": csv_fields(row.creator),
        "contributor": csv_fields(row.contributor),
        "upload_date": iso(row.uploadDate),
        "licence": _shown(row.licence),
        "language": _shown(row.language),
        "full_description": _shown(row.fullDescription),
        "installation_notes": _shown(row.installationNotes),
        "dependencies": _shown(row.dependencies),
        "parameter": [_parameter(parameter) for parameter in parts.parameters.get(flow_id, ())],
        # A flow inside itself would never end; PHP runs out of memory there (legacy notes, flow 2.2).
        "subflows": [
            {
                "identifier": trimmed(component.identifier) or None,
                "flow": _flow(parts, component.child, path),
            }
            for component in parts.components.get(flow_id, ())
            if component.child not in path
        ],
        "tag": parts.tags.get(flow_id, []),
        "source_url": _download(parts.settings, row.source, row.source_name),
        "binary_url": _download(parts.settings, row.binary, row.binary_name),
        "source_format": _shown(row.source_format),
        "binary_format": _shown(row.binary_format),
        "source_md5": _shown(row.source_md5),
        "binary_md5": _shown(row.binary_md5),
    }


def _shown(text: str | None) -> str | None:
    """A text that PHP leaves out when it is "false": empty, or the one digit 0 (legacy notes, flow 2.2)."""
    return None if text == "0" else trimmed(text) or None


def _parameter(row: Row[*tuple[Any, ...]]) -> Parameter:
    default = trimmed(row.defaultValue)
    return {
        "name": trimmed_or_empty(row.name),
        "data_type": trimmed_or_empty(row.dataType),
        "default_value": literal(default) if default else None,
        "description": trimmed_or_empty(row.description),
    }


def _download(settings: BackendSettings, file_id: int | None, name: str | None) -> str | None:
    if file_id is None:
        return None
    return trimmed(f"{settings.public_url}data/download/{file_id}/{name}")


def listed(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[Listed]:
    """The document of a list; PHP's native template does not trim.

    Args:
        rows: Of ``queries.listed``.

    Returns:
        One object a flow.
    """
    return [
        {
            "id": row.id,
            "full_name": row.fullName,
            "name": row.name,
            "version": row.version,
            "external_version": row.external_version,
            "uploader": row.uploader,
        }
        for row in rows
    ]

"""Documents of flows (new-API contract, section C; legacy notes, flow 2.2 and 2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row
from typing_extensions import TypedDict

from backend.database.stored_numbers import literal
from backend.flows.parts import Parts
from backend.moments import Moment, iso
from config.php.text import csv_fields, trimmed, trimmed_or_empty


class FlowParameter(TypedDict):
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
    parameter: list[FlowParameter]
    subflows: list[Subflow]
    tag: list[str]
    source_url: str | None
    binary_url: str | None
    source_format: str | None
    binary_format: str | None
    source_md5: str | None
    binary_md5: str | None


class ListedFlow(TypedDict):
    """A flow in a list."""

    id: int
    full_name: str
    name: str
    version: int
    external_version: str
    uploader: int | None


class FlowExists(TypedDict):
    """The flow that exists."""

    flow_id: int


def flow(parts: Parts, flow_id: int, base: str) -> Flow:
    """A flow with all that describes it and all flows below it. Returns the document of ``GET /flows/{flow_id}``.

    Args:
        parts: Of the flow's tree.
        flow_id: The flow at the top.
        base: Of the server's URLs.
    """
    return _flow(parts, (flow_id,), base)


def found(flow_id: int | None) -> FlowExists:
    """The flow that exists; where there is none, the new API has no document."""
    assert flow_id is not None
    return {"flow_id": flow_id}


def _flow(parts: Parts, path: tuple[int, ...], base: str) -> Flow:
    flow_id = path[-1]
    row = parts.flows[flow_id]
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
        "subflows": [
            {
                "identifier": trimmed(component.identifier) or None,
                "flow": _flow(parts, (*path, component.child), base),
            }
            for component in parts.below(path)
        ],
        "tag": [trimmed_or_empty(tag) for tag in parts.tags.get(flow_id, ())],
        "source_url": _download(base, row.source, row.source_name),
        "binary_url": _download(base, row.binary, row.binary_name),
        "source_format": _shown(row.source_format),
        "binary_format": _shown(row.binary_format),
        "source_md5": _shown(row.source_md5),
        "binary_md5": _shown(row.binary_md5),
    }


def _shown(text: str | None) -> str | None:
    """A text that PHP leaves out when it is "false": empty, or the one digit 0 (legacy notes, flow 2.2)."""
    return None if text == "0" else trimmed(text) or None


def _parameter(row: Row[*tuple[Any, ...]]) -> FlowParameter:
    default = trimmed(row.defaultValue)
    return {
        "name": trimmed_or_empty(row.name),
        "data_type": trimmed_or_empty(row.dataType),
        "default_value": literal(default) if default else None,
        "description": trimmed_or_empty(row.description),
    }


def _download(base: str, file_id: int | None, name: str | None) -> str | None:
    if file_id is None:
        return None
    return trimmed(f"{base}data/download/{file_id}/{name}")


def listed(rows: Iterable[Row[*tuple[Any, ...]]]) -> list[ListedFlow]:
    """The document of a list; PHP's native template does not trim. ``rows``: of ``queries.listed``. Returns one object
    a flow.
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

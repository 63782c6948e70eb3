"""PHP's documents of flows (legacy notes, flow 2)."""

from collections.abc import Iterable, Mapping
from typing import Any

from backend.database.results import AnyRow
from backend.flows.parts import Parts
from backend.legacy.tree import Element, alike, each, element, record
from backend.legacy.values import Value
from backend.moments import iso
from config.php.text import csv_record


def flow(parts: Parts, flow_id: int, base: str) -> Element:
    """A flow with all flows below it.

    Args:
        parts: Of the flow's tree.
        flow_id: The flow at the top.
        base: Of the server's URLs.
    """
    return _flow(parts, (flow_id,), base)


def _flow(parts: Parts, path: tuple[int, ...], base: str) -> Element:
    row = parts.flows[path[-1]]
    return element(
        "flow",
        _shown("id", row.id),
        _shown("uploader", row.uploader),
        _shown("name", row.name),
        _shown("custom_name", row.custom_name),
        _shown("class_name", row.class_name),
        _shown("version", row.version),
        _shown("external_version", row.external_version),
        _shown("description", row.description),
        each("creator", csv_record(row.creator)),
        each("contributor", csv_record(row.contributor)),
        _shown("upload_date", iso(row.uploadDate)),
        _shown("licence", row.licence),
        _shown("language", row.language),
        _shown("full_description", row.fullDescription),
        _shown("installation_notes", row.installationNotes),
        _shown("dependencies", row.dependencies),
        alike(
            "parameter",
            ("name", "data_type", "default_value", "description"),
            [
                (parameter.name, parameter.dataType, parameter.defaultValue, parameter.description)
                for parameter in parts.parameters.get(path[-1], ())
            ],
        ),
        (
            element(
                "component",
                element("identifier", component.identifier),
                _flow(parts, (*path, component.child), base),
            )
            for component in parts.below(path)
        ),
        each("tag", parts.tags.get(path[-1], ())),
        _url("source_url", base, row.source, row.source_name),
        _url("binary_url", base, row.binary, row.binary_name),
        _shown("source_format", row.source_format),
        _shown("binary_format", row.binary_format),
        _shown("source_md5", row.source_md5),
        _shown("binary_md5", row.binary_md5),
    )


def _shown(name: str, value: Value) -> Element | None:
    """What PHP takes for "false" is left out."""
    return None if value in (None, "", "0", 0) else element(name, value)


def _url(name: str, base: str, file_id: int | None, file_name: str | None) -> Element | None:
    return None if file_id is None else element(name, f"{base}data/download/{file_id}/{file_name}")


def listed(rows: Iterable[AnyRow]) -> Element:
    """The flows of a list."""
    return element(
        "flows",
        (
            record(
                "flow",
                id=row.id,
                full_name=row.fullName,
                name=row.name,
                version=row.version,
                external_version=row.external_version,
                uploader=row.uploader,
            )
            for row in rows
        ),
    )


def listed_json(rows: Iterable[AnyRow]) -> Mapping[str, Any]:
    """The same as PHP's own template."""
    return {
        "flows": {
            "flow": [
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
        }
    }


def found(flow_id: int | None) -> Element:
    """Whether a flow exists."""
    return element(
        "flow_exists",
        element("exists", "false" if flow_id is None else "true"),
        element("id", -1 if flow_id is None else flow_id),
    )

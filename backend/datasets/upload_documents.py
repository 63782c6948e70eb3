"""The description of an uploaded data set, as a row (legacy notes, data 10.12)."""

from collections.abc import Sequence

from backend.input.xml_documents import Node

_COPIED = (
    "name",
    "format",
    "collection_date",
    "language",
    "licence",
    "default_target_attribute",
    "row_id_attribute",
    "version_label",
    "citation",
    "visibility",
    "original_data_url",
    "paper_url",
)
_LISTS = ("creator", "contributor", "ignore_attribute")


def row(root: Node) -> dict[str, object]:
    """What a description says of a data set, by column.

    Id, version, dates, status and checksum are not the uploader's to say. ``root``: of a valid description. Returns
    the columns that are given; the others have their defaults.
    """
    values: dict[str, object] = {name: text for name in _COPIED if (text := root.text(name)) is not None}
    return values | {name: _quoted(texts) for name in _LISTS if (texts := root.texts(name))}


def _quoted(texts: Sequence[str]) -> str:
    """Several in one column, as PHP writes them: quotes inside stay as they are, and spoil the list."""
    return ",".join(f'"{text}"' for text in texts)

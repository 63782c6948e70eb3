"""Rows by the names of their columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table

from tests.backend.conftest import Writable


async def named(writable: Writable, table: Table, *conditions: Any) -> list[dict[str, Any]]:
    """The rows of a table, in the order of its key."""
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in await writable.rows(table, *conditions)]

"""PHP's documents of users."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.users import legacy
from backend.users.routes import UserIds


def test_names_of_users() -> None:
    """One is no list; without a name there is an empty element; nobody is no error."""
    rows: Any = [SimpleNamespace(id=1, first_name="A", last_name=None)]
    assert to_json(legacy.listed(rows)) == b'{"users":{"user":{"id":"1","username":"A"}}}'
    rows[0].first_name = "0"
    assert to_json(legacy.listed(rows)) == b'{"users":{"user":{"id":"1","username":[]}}}'
    assert to_json(legacy.listed([])) == b'{"users":[]}'


def test_ids_are_numbers_of_sql() -> None:
    """What is none stays, for the reader to refuse."""
    assert UserIds(blanks=True).from_php("1.0, 2\n,-1,1e1,abc") == "1,2,0,10,abc"

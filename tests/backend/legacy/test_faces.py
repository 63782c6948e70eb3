"""What an operation answers in each dialect."""

from backend.app import OPERATIONS
from backend.legacy.faces import Faces
from backend.legacy.tree import element, to_json


def test_all_faces_take_the_same_rows() -> None:
    """Found rows are presented as asked for."""
    faces = Faces(lambda row: {"new": row}, lambda row: element("x", row), lambda row: {"x": [row]})
    found = faces(7)
    assert found.new() == {"new": 7}
    assert to_json(found.legacy()) == b'{"x":"7"}'
    assert found.legacy_json() == {"x": [7]}


def test_without_a_json_of_its_own_there_is_none() -> None:
    """It is made of the tree."""
    assert Faces(dict, lambda: element("x"))().legacy_json() is None


def test_every_operation_answers_in_both_dialects() -> None:
    """With faces, or with files as they are; a route without would be a 501 to every client."""
    assert [operation.name for operation in OPERATIONS if not operation.answers_legacy] == []

"""Descriptions as rows."""

from backend.datasets.upload_documents import row
from backend.input.xml_documents import Node


def test_a_description_fills_the_columns_that_it_names() -> None:
    """Texts are trimmed, lists quoted without escaping, and what is not the uploader's to say is left out."""
    given = [("id", "5"), ("name", " pond "), ("version", "7"), ("status", "active"), ("description", "d")]
    given += [("creator", "Two, Ben"), ("creator", 'Say "hi"'), ("ignore_attribute", "a,b")]
    root = Node("data_set_description", children=tuple(Node(name, text) for name, text in given))
    assert row(root) == {
        "name": "pond",
        "creator": '"Two, Ben","Say "hi""',
        "ignore_attribute": '"a,b"',
    }

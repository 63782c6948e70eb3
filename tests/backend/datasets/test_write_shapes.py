"""Answers of what changes data sets."""

from backend.datasets.write_shapes import changed, ontologies, uploaded


def test_answers_are_the_inner_objects_of_php() -> None:
    """Typed, and without envelopes."""
    assert changed(61) == {"id": 61}
    assert uploaded(61) == {"did": 61}
    assert ontologies(61, []) == {"id": 61, "ontology": []}

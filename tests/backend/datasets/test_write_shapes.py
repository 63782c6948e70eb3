"""Answers of what changes data sets."""

from backend.datasets.write_shapes import ontologies, status_updated, topic_changed, uploaded


def test_answers_are_the_inner_objects_of_php() -> None:
    """Typed, and without envelopes; ids are numbers, however they were sent."""
    assert topic_changed(61, "061") == {"id": 61}
    assert status_updated(61, "active", "061") == {"dataset_id": 61, "status": "active"}
    assert uploaded(61) == {"did": 61}
    assert ontologies(61, []) == {"id": 61, "ontology": []}

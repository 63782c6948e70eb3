"""PHP's answers of what changes data sets."""

import pytest

from backend.datasets import write_legacy
from backend.legacy.tree import Element, to_json


@pytest.mark.parametrize(
    ("shown", "document"),
    [
        (write_legacy.features_uploaded(61), b'{"data_features_upload":{"did":"61"}}'),
        (write_legacy.qualities_uploaded(61), b'{"data_qualities_upload":{"did":"61"}}'),
        (write_legacy.topic_changed(61, "061"), b'{"data_topic":{"id":"061"}}'),
        (
            write_legacy.status_updated(61, "active", "061"),
            b'{"data_status_update":{"id":"061","status":"active"}}',
        ),
        (
            write_legacy.ontology_added(61, ["a", "b"]),
            b'{"feature_description_add":{"id":"61","ontology":["a","b"]}}',
        ),
        (write_legacy.ontology_removed(61, []), b'{"feature_description_remove":{"id":"61"}}'),
    ],
)
def test_each_answer_has_its_own_root(shown: Element, document: bytes) -> None:
    """Some ids are as they were sent."""
    assert to_json(shown) == document

"""Features as rows, and what PHP would stumble over first."""

from types import SimpleNamespace
from typing import cast

import pytest

from backend.database.results import AnyRow
from backend.datasets.feature_documents import FeatureDescription, features, first_mistake
from backend.input.xml_documents import Node


def feature(index: int | str, kind: str, *values: str) -> FeatureDescription:
    """A feature named after its place."""
    return FeatureDescription(f"f{index}", {"did": 61, "index": index, "data_type": kind}, values)


def test_the_data_set_says_what_features_are_for() -> None:
    """Names are compared as PHP does it: numbers as numbers."""
    dataset = SimpleNamespace(
        did=61, default_target_attribute="a, 1.0", row_id_attribute="id", ignore_attribute='"a,b","c"'
    )
    names = ("a", "1", "id", "a,b", "b")
    root = Node(
        "data_features", children=tuple(Node("feature", children=(Node("name", name),)) for name in names)
    )
    found = features(root, cast(AnyRow, dataset), 1)
    flags = [[one.row[flag] for flag in ("is_target", "is_row_identifier", "is_ignore")] for one in found]
    assert flags == [
        ["true", "false", "false"],
        ["true", "false", "false"],
        ["false", "true", "false"],
        ["false", "false", "true"],
        ["false", "false", "false"],
    ]


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([feature(0, "numeric"), feature(1, "nominal", "x")], None),
        ([feature(0, "numeric"), feature("-5", "numeric")], "450"),
        ([feature(7, "numeric")], "450"),
        ([feature(0, "nominal", "x", "X", "x ")], "450"),
        ([feature(0, "numeric", "x")], "449"),
        ([feature(0, "nominal"), feature(0, "numeric")], "448"),
        ([feature(0, "numeric"), feature(0, "nominal")], "450"),
    ],
)
def test_the_first_mistake_counts(found: list[FeatureDescription], code: str | None) -> None:
    """Feature by feature: its place, its values, whether it may have them, whether it must."""
    mistake = first_mistake(found, [7])
    assert (mistake and mistake.code) == code


def test_a_value_twice_is_named() -> None:
    """The later one, as it was sent."""
    mistake = first_mistake([feature(0, "nominal", "x", "y", "x ")], [])
    assert mistake is not None
    assert mistake.message.endswith("feature: f0, value: x ")

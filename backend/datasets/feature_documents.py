"""The features that an engine found, as rows (legacy notes, data 10.10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise

from backend import tables
from backend.database.collations import collations
from backend.database.results import AnyRow
from backend.database.storing import coerced
from backend.input.xml_documents import Node
from config.php.comparison import loosely_equal
from config.php.text import csv_fields, split_commas

NOMINAL = "nominal"
_COPIED = (
    "index",
    "name",
    "data_type",
    "NumberOfDistinctValues",
    "NumberOfUniqueValues",
    "NumberOfMissingValues",
    "NumberOfIntegerValues",
    "NumberOfRealValues",
    "NumberOfNominalValues",
    "NumberOfValues",
    "MaximumValue",
    "MinimumValue",
    "MeanValue",
    "StandardDeviation",
    "ClassDistribution",
)
_VALUE_COLLATION = "latin1_general_cs"


@dataclass(frozen=True, slots=True)
class FeatureDescription:
    """One feature. ``row``: its row, by column. ``values``: what a nominal feature may be, in the order of the
    document.
    """

    name: str
    row: dict[str, object]
    values: tuple[str, ...]

    @property
    def index(self) -> int:
        """Its place, as the column holds it."""
        place: int = coerced(tables.data_feature, {"index": self.row["index"]})["index"]
        return place

    def value_rows(self) -> list[dict[str, object]]:
        """The rows of its values, by column."""
        index = self.index
        return [{"did": self.row["did"], "index": index, "value": value} for value in self.values]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why the features cannot be stored.

    Args:
        code: The legacy code.
        reason: What is wrong.
        told: Where; all that PHP says.
    """

    code: str
    reason: str
    told: str

    @property
    def message(self) -> str:
        """What is wrong, and where."""
        return f"{self.reason}: {self.told}"


def features(root: Node, dataset: AnyRow, engine_id: int) -> list[FeatureDescription]:
    """The features of a valid document.

    What is the target, the row id or ignored says the data set, not the engine. Returns the features in the order of
    the document.
    """
    flags = {
        "is_target": split_commas(dataset.default_target_attribute),
        "is_row_identifier": split_commas(dataset.row_id_attribute),
        "is_ignore": csv_fields(dataset.ignore_attribute),
    }
    found = []
    for node in root.all("feature"):
        name = node.text("name") or ""
        row: dict[str, object] = {"did": dataset.did, "evaluation_engine_id": engine_id}
        row |= {column: text for column in _COPIED if (text := node.text(column)) is not None}
        for column, names in flags.items():
            row[column] = "true" if any(loosely_equal(name, other) for other in names) else "false"
        found.append(FeatureDescription(name, row, tuple(node.texts("nominal_value"))))
    return found


def first_mistake(found: Iterable[FeatureDescription], taken: Iterable[int]) -> Mistake | None:
    """What PHP stumbles over first when it stores one feature after the other. ``taken``: places that features of
    other engines have. Returns the mistake; None when all can be stored.
    """
    places = set(taken)
    for feature in found:
        index, named = feature.index, f"feature: {feature.name}"
        if index in places:
            return Mistake("450", f"A feature is at place {index} already", named)
        places.add(index)
        again = _repeated([str(_stored_value(value)) for value in feature.values])
        if again is not None:
            value = feature.values[again]
            return Mistake("450", "A value occurs twice", f"{named}, value: {value}")
        nominal = feature.row.get("data_type") == NOMINAL
        if feature.values and not nominal:
            return Mistake("449", "A feature that is not nominal has values", named)
        if nominal and not feature.values:
            return Mistake("448", "A nominal feature has no values", named)
    return None


def _stored_value(value: str) -> object:
    return coerced(tables.data_feature_value, {"value": value})["value"]


def _repeated(values: Sequence[str]) -> int | None:
    """Place of the first value that the column takes for an earlier one."""
    compare = collations()[_VALUE_COLLATION]

    def in_order(left: int, right: int) -> int:
        return compare(values[left], values[right]) or left - right

    order = sorted(range(len(values)), key=cmp_to_key(in_order))
    return min((b for a, b in pairwise(order) if compare(values[a], values[b]) == 0), default=None)

"""A table of data, and what OpenML says of it: its ARFF file, features and qualities all come from the same rows."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean, pstdev

Cell = float | int | str | None
Row = dict[str, object]
ENGINE = 1
_PLAIN = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        name: Of the feature.
        values: One for each row; None is missing.
        nominal: The values that there may be; None for numbers and texts.
        role: What the feature is for.
    """

    name: str
    values: Sequence[Cell]
    nominal: tuple[str, ...] | None = None
    role: str = ""

    @property
    def kind(self) -> str:
        """OpenML's type of the feature."""
        if self.nominal is not None:
            return "nominal"
        return "string" if any(isinstance(value, str) for value in self.values) else "numeric"

    @property
    def present(self) -> list[Cell]:
        """The values that are not missing."""
        return [value for value in self.values if value is not None]


@dataclass(frozen=True, slots=True)
class Table:
    """A data set's rows. ``columns``: in order. ``sparse``: whether its file leaves zeros out."""

    name: str
    columns: tuple[Column, ...]
    sparse: bool = False

    @property
    def size(self) -> int:
        """How many rows."""
        return len(self.columns[0].values)

    @property
    def target(self) -> Column:
        """The default target."""
        return next(column for column in self.columns if column.role == "target")

    def named(self, role: str) -> str | None:
        """The names of the columns with a role, as a data set's row has them."""
        names = [column.name for column in self.columns if column.role == role]
        return ",".join(f'"{name}"' if " " in name else name for name in names) or None

    def arff(self) -> str:
        """The file."""
        head = [f"@RELATION {_quoted(self.name)}"]
        head += [f"@ATTRIBUTE {_quoted(column.name)} {_arff_type(column)}" for column in self.columns]
        rows = self._sparse_row if self.sparse else self._dense_row
        return "\n".join([*head, "@DATA", *(rows(index) for index in range(self.size))]) + "\n"

    def _dense_row(self, index: int) -> str:
        return ",".join(_cell(column.values[index]) for column in self.columns)

    def _sparse_row(self, index: int) -> str:
        cells = []
        for position, column in enumerate(self.columns):
            value = column.values[index]
            # The first of the nominal values counts as zero. Targets are written: scikit-learn does not fill them.
            if column.role == "target" or value != (column.nominal[0] if column.nominal else 0):
                cells.append(f"{position} {_cell(value)}")
        return "{" + ",".join(cells) + "}"

    def features(self, did: int) -> list[Row]:
        """The rows of ``data_feature``."""
        return [self._feature(did, index, column) for index, column in enumerate(self.columns)]

    def _feature(self, did: int, index: int, column: Column) -> Row:
        numbers = [value for value in column.present if isinstance(value, int | float)]
        counts = Counter(column.present)
        nominal = column.nominal
        return {
            "did": did,
            "index": index,
            "evaluation_engine_id": ENGINE,
            "name": column.name,
            "data_type": column.kind,
            "is_target": _flag(column.role == "target"),
            "is_row_identifier": _flag(column.role == "row_id"),
            "is_ignore": _flag(column.role == "ignore"),
            "NumberOfDistinctValues": len(counts),
            "NumberOfUniqueValues": sum(count == 1 for count in counts.values()),
            "NumberOfMissingValues": self.size - len(column.present),
            "NumberOfIntegerValues": sum(isinstance(value, int) for value in numbers),
            "NumberOfRealValues": sum(isinstance(value, float) for value in numbers),
            "NumberOfNominalValues": str(len(nominal or ())),
            "NumberOfValues": len(column.present),
            "MaximumValue": round(max(numbers)) if numbers else None,
            "MinimumValue": round(min(numbers)) if numbers else None,
            "MeanValue": round(mean(numbers)) if numbers else None,
            "StandardDeviation": round(pstdev(numbers)) if numbers else None,
            "ClassDistribution": self._distribution(column) if nominal else "[]",
        }

    def _distribution(self, column: Column) -> str:
        target, nominal = self.target, column.nominal or ()
        if target.nominal is None:
            return "[]"
        pairs = Counter(zip(column.values, target.values, strict=True))
        counts = [[pairs[value, label] for label in target.nominal] for value in nominal]
        return json.dumps([nominal, counts])

    def nominal_values(self, did: int) -> list[Row]:
        """The rows of ``data_feature_value``."""
        return [
            {"did": did, "index": index, "value": value}
            for index, column in enumerate(self.columns)
            for value in column.nominal or ()
        ]

    def qualities(self, did: int) -> list[Row]:
        """The rows of ``data_quality``."""
        kinds = Counter(column.kind for column in self.columns)
        missing = [sum(column.values[row] is None for column in self.columns) for row in range(self.size)]
        labels = Counter(self.target.present) if self.target.nominal else Counter[Cell]()
        sizes = [len(column.nominal) for column in self.columns if column.nominal]
        values: dict[str, float | None] = {
            "NumberOfInstances": self.size,
            "NumberOfFeatures": len(self.columns),
            "NumberOfClasses": len(labels),
            "NumberOfMissingValues": sum(missing),
            "NumberOfInstancesWithMissingValues": sum(count > 0 for count in missing),
            "NumberOfNumericFeatures": kinds["numeric"],
            "NumberOfSymbolicFeatures": kinds["nominal"],
            "NumberOfBinaryFeatures": sizes.count(2),
            "Dimensionality": len(self.columns) / self.size,
            "MajorityClassSize": max(labels.values(), default=None),
            "MinorityClassSize": min(labels.values(), default=None),
            "MaxNominalAttDistinctValues": max(sizes, default=None),
        }
        return [
            {
                "data": did,
                "quality": name,
                "evaluation_engine_id": ENGINE,
                "value": None if value is None else str(float(value)),
                "description": None,
            }
            for name, value in values.items()
        ]


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "'" + text.replace("'", "\\'") + "'"


def _cell(value: Cell) -> str:
    return "?" if value is None else _quoted(str(value))


def _arff_type(column: Column) -> str:
    if column.nominal is not None:
        return "{" + ",".join(_quoted(value) for value in column.nominal) + "}"
    return {"string": "STRING", "numeric": "REAL"}[column.kind]

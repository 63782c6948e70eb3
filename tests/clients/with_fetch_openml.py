"""What ``sklearn.datasets.fetch_openml`` does. Usage: ``python -m tests.clients.with_fetch_openml URL FOLDER``."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from typing import Any

import numpy
import sklearn.datasets
from sklearn.datasets import _openml, fetch_openml

from tests.clients.arff_tables import Column
from tests.clients.steps import raising, run, step
from tests.clients.tables import PLANTS, PLANTS_OLD, RIVERS, TABLES, WORDS

BASE, HOME = sys.argv[1:3]
# The only thing that is not as it was installed: the host is written into the module.
for _name, _value in list(vars(_openml).items()):
    if isinstance(_value, str) and _value.startswith(("https://www.openml.org/", "https://api.openml.org/")):
        setattr(_openml, _name, f"{BASE}/{_value.split('/', 3)[3]}")


def _fetched(**arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return fetch_openml(data_home=HOME, cache=False, **arguments)


def _same(found: Sequence[Any], column: Column) -> None:
    def plain(value: Any) -> object:
        missing = value is None or value != value
        return None if missing else value if isinstance(value, str) else float(value)

    assert [plain(value) for value in found] == [plain(value) for value in column.values], column.name


def _same_frame(bunch: Any, did: int) -> None:
    table = TABLES[did]
    data = [column for column in table.columns if not column.role]
    assert list(bunch.data.columns) == [column.name for column in data]
    for column in data:
        _same(list(bunch.data[column.name]), column)
    _same(list(bunch.target), table.target)
    assert bunch.details["id"] == str(did)
    assert bunch.details["md5_checksum"]


def _same_array(bunch: Any, did: int) -> None:
    """In arrays, nominal data is its place among the values."""
    table = TABLES[did]
    data = [column for column in table.columns if not column.role]
    array = bunch.data.toarray() if table.sparse else bunch.data
    assert array.shape == (table.size, len(data))
    for position, column in enumerate(data):
        nominal = column.nominal
        values = tuple(nominal.index(str(value)) for value in column.values) if nominal else column.values
        _same(list(array[:, position]), Column(column.name, values))
    _same(list(bunch.target), table.target)


@step
def by_id_as_frame() -> None:
    """By id, dense, as a frame."""
    bunch = _fetched(data_id=PLANTS, as_frame=True)
    _same_frame(bunch, PLANTS)
    assert bunch.details["version"] == "2"
    assert bunch.details["creator"] == ["Vellum, Boris", "Quill, Ada"]
    assert bunch.DESCR.startswith("Of meadow-plants.")


@step
def by_id_as_array() -> None:
    """By id, dense, as arrays."""
    _same_array(_fetched(data_id=PLANTS, as_frame=False, parser="liac-arff"), PLANTS)


@step
def by_id_as_array_by_pandas() -> None:
    """By id, dense, as arrays that pandas reads."""
    bunch = _fetched(data_id=PLANTS, as_frame=False, parser="pandas")
    assert bunch.data.shape == (TABLES[PLANTS].size, 3)
    _same(list(bunch.target), TABLES[PLANTS].target)


@step
def by_name() -> None:
    """By name alone: the active version."""
    _same_frame(_fetched(name="meadow-plants", as_frame=True), PLANTS)


@step
def by_name_and_version() -> None:
    """By name and version."""
    _same_frame(_fetched(name="meadow-plants", version=2, as_frame=True), PLANTS)


@step
def an_inactive_version() -> None:
    """By name and the version that was deactivated: with a warning."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bunch = fetch_openml(name="meadow-plants", version=1, as_frame=True, data_home=HOME, cache=False)
    _same_frame(bunch, PLANTS_OLD)
    assert any("is inactive" in str(warning.message) for warning in caught)


@step
def a_regression() -> None:
    """A target that is a number, as a frame and as arrays."""
    _same_frame(_fetched(name="river-levels", as_frame=True), RIVERS)
    _same_array(_fetched(name="river-levels", as_frame=False, parser="liac-arff"), RIVERS)


@step
def sparse() -> None:
    """Sparse data, by id and by name, as a sparse matrix."""
    _same_array(_fetched(data_id=WORDS, as_frame=False, parser="liac-arff"), WORDS)
    _same_array(_fetched(name="word-counts", version=1, as_frame="auto", parser="auto"), WORDS)


@step
def sparse_as_frame_is_refused() -> None:
    """Sparse data as a frame: what scikit-learn itself refuses."""
    with raising(ValueError) as caught:
        _fetched(data_id=WORDS, as_frame=True, parser="liac-arff")
    assert "Sparse ARFF datasets cannot be loaded" in str(caught[0])


@step
def another_target() -> None:
    """A target that the caller names, and none."""
    table = TABLES[PLANTS]
    soil = next(column for column in table.columns if column.name == "soil")
    _same(list(_fetched(data_id=PLANTS, target_column="soil", as_frame=True).target), soil)
    bunch = _fetched(data_id=PLANTS, target_column=None, as_frame=True)
    assert bunch.target is None
    assert "kind" in bunch.data


@step
def data_and_target() -> None:
    """Only the data and the target."""
    data, target = _fetched(data_id=PLANTS, return_X_y=True, as_frame=True)
    assert len(data) == len(target) == TABLES[PLANTS].size
    data, target = _fetched(data_id=WORDS, return_X_y=True, as_frame=False, parser="liac-arff")
    assert data.shape[0] == len(numpy.asarray(target)) == TABLES[WORDS].size


@step
def cached() -> None:
    """With a cache of its own, twice; the second time nothing is asked."""
    for _ in range(2):
        _same_frame(
            fetch_openml(data_id=RIVERS, as_frame=True, data_home=f"{HOME}/cache", cache=True), RIVERS
        )


@step
def unknown_ones() -> None:
    """An unknown id, name and version: PHP's codes become scikit-learn's errors."""
    for arguments, said in (
        ({"data_id": 99}, "99"),
        ({"name": "no-such-data"}, "no-such-data"),
        ({"name": "meadow-plants", "version": 7}, "meadow-plants"),
    ):
        with raising(_openml.OpenMLError) as caught:
            _fetched(**arguments)
        assert said in str(caught[0])


if __name__ == "__main__":
    assert sklearn.datasets.fetch_openml is fetch_openml
    run()

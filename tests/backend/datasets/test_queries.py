"""SQL of data sets."""

from datetime import timedelta

import pytest

from backend.database.connections import Database
from backend.datasets import ontology_queries, queries
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("did", "status"), [(33, "deactivated"), (35, "active"), (36, "active"), (37, "in_preparation")]
)
async def test_the_newest_status_counts(database: Database, did: int, status: str) -> None:
    """Of two of one second it is active; without a row it is in preparation."""
    async with database.read() as connection:
        row, _ = await queries.description(connection, did)
    assert row is not None
    assert row.status == status


async def test_the_newest_description_counts(database: Database) -> None:
    """With its version; a data set without one has neither."""
    async with database.read() as connection:
        several, _ = await queries.description(connection, 2)
        none, _ = await queries.description(connection, 30)
    assert several is not None
    assert none is not None
    assert (several.description_version, none.description_version, none.description) == (3, None, None)


async def test_an_unknown_id_has_no_row(database: Database) -> None:
    """Also one that no column can hold."""
    async with database.read() as connection:
        assert await queries.description(connection, 2**63 - 1) == (None, [])
        assert await queries.processing(connection, -1, 1) is None
        assert await queries.descriptions(connection, 999999) == []


async def test_tags_come_in_the_order_of_the_key(database: Database) -> None:
    """Capitals and small letters are equal to the column."""
    async with database.read() as connection:
        _, tags = await queries.description(connection, 51)
    assert tags == ["Life Science", "openfield", "under1m"]


async def test_processing_is_that_of_one_engine(database: Database) -> None:
    """Data 45 was processed by engine 2 only."""
    async with database.read() as connection:
        one, two = await queries.processing(connection, 45, 1), await queries.processing(connection, 45, 2)
    assert one is not None
    assert two is not None
    assert one.processing_date is None
    assert two.processing_date is not None


async def test_nominal_values_come_in_dictionary_order(database: Database) -> None:
    """Small letters and capitals side by side, not in the order of ASCII."""
    async with database.read() as connection:
        values = (await queries.nominal_values(connection, 63)).values()
    assert any(value != sorted(value) and sorted(value, key=str.lower) != sorted(value) for value in values)


async def test_versions_come_newest_first(database: Database) -> None:
    """A data set without a description is one row without version."""
    async with database.read() as connection:
        several, none = await queries.descriptions(connection, 2), await queries.descriptions(connection, 30)
    assert [row.version for row in several] == [3, 2, 1]
    assert [row.version for row in none] == [None]


async def test_names_of_qualities_are_those_in_use(database: Database) -> None:
    """Of data and of features, apart."""
    async with database.read() as connection:
        of_data = await queries.quality_names(connection)
        of_features = await queries.feature_quality_names(connection)
    assert "NumberOfInstances" in of_data
    assert "Distinct" in of_features
    assert set(of_data).isdisjoint(of_features)


async def test_ontologies_are_listed_by_date_or_as_stored(scratch_database: Database) -> None:
    """PHP's SQL orders them by nothing."""
    async with scratch_database.write() as connection:
        for days, url in ((2, "http://b.test/"), (1, "http://c.test/"), (1, "http://a.test/")):
            await ontology_queries.put(connection, 64, 0, url, 2, NOW + timedelta(days=days))
        ordered = await queries.ontologies(connection, 64)
        stored = await queries.ontologies(connection, 64, as_stored=True)
    assert ordered == {0: ["http://a.test/", "http://c.test/", "http://b.test/"]}
    assert stored == {0: ["http://b.test/", "http://c.test/", "http://a.test/"]}

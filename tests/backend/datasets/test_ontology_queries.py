"""SQL of ontologies, on both databases."""

from datetime import timedelta

import pytest

from backend.database.connections import Database
from backend.datasets import ontology_queries
from tests.backend.conftest import NOW

pytestmark = pytest.mark.anyio


async def test_ontologies_are_listed_oldest_first(scratch_database: Database) -> None:
    """And taken whatever their capitals."""
    async with scratch_database.write() as connection:
        for number, url in enumerate(("http://b.test/", "http://a.test/")):
            await ontology_queries.put(connection, 64, 0, url, 2, NOW + timedelta(seconds=number))
        listed = await ontology_queries.ontologies(connection, 64, 0)
        assert await ontology_queries.owners(connection, 64, 0, "HTTP://B.test/") == [2]
        await ontology_queries.take(connection, 64, 0, "HTTP://B.test/")
        left = await ontology_queries.ontologies(connection, 64, 0)
    assert (listed, left) == (["http://b.test/", "http://a.test/"], ["http://a.test/"])


@pytest.mark.parametrize(("did", "index", "there"), [(64, 0, True), (64, 1, False), (999999, 0, False)])
async def test_a_feature_is_there_or_not(
    scratch_database: Database, did: int, index: int, there: bool
) -> None:
    """By its place."""
    async with scratch_database.write() as connection:
        assert await ontology_queries.has_feature(connection, did, index) is there

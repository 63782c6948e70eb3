"""What is decided about clusters, and what cannot be."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from config.errors import BadInput
from proxy.log.clusters import read_cluster
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from proxy.log.writer import utc_now
from proxy.triage.decide import DECISIONS, decide, last_day, put_clusters
from tests.proxy.triage_cases import ID_TYPE_CLUSTER, own_config, undecided_log

FAR = "2999-12-31"


@pytest.fixture
def log(tmp_path: Path) -> str:
    """The URL of a log with one cluster."""
    return asyncio.run(undecided_log(tmp_path))


async def standing(url: str) -> Standing:
    """The state of the cluster."""
    async with reading(url) as connection:
        return (await read_cluster(connection, ID_TYPE_CLUSTER)).cluster.standing


@pytest.mark.parametrize("decision", DECISIONS)
def test_each_decision_says_what_came_of_it(log: str, tmp_path: Path, decision: str) -> None:
    """In one sentence that ends with the state."""
    fields = {"reason": "Soon.", "expires": FAR, "by": "ann", "why": "Ids are numbers."}
    told = asyncio.run(decide(log, own_config(tmp_path), None, ID_TYPE_CLUSTER[:10], decision, fields))
    expected = {
        "accept": f"the cluster is accepted until {FAR} by ann: Soon.",
        "withdraw": "the cluster is open by ann",
        "document": "the cluster is documented by the rules in force: explained by ",
        "recheck": "compared again: still mismatch; the cluster is open",
    }
    assert expected[decision] in told


def test_what_is_closed_is_not_accepted(log: str) -> None:
    """It is clean already."""

    async def closed() -> None:
        # Closed after the cluster came last: one that came later is open by itself.
        state = Standing(ClusterState.RESOLVED, utc_now(), "clean since", "evidence")
        async with reading(log) as connection:
            await put(connection, {ID_TYPE_CLUSTER: state})
            await connection.commit()
        with pytest.raises(BadInput, match="is closed already: resolved by evidence: clean since"):
            await put_clusters(log, [ID_TYPE_CLUSTER], Standing(ClusterState.ACCEPTED, utc_now(), "x", "ann"))
        assert (await standing(log)).state is ClusterState.RESOLVED

    asyncio.run(closed())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("31.12.2999", "--expires wants a date like 2026-12-31, not '31.12.2999'"),
        ("2001-12-31", "has passed"),
    ],
)
def test_the_last_day_is_a_day_to_come(given: str, said: str) -> None:
    """Today is one, too."""
    with pytest.raises(BadInput, match=said):
        last_day(given, "--expires")
    today = utc_now().date()
    assert last_day(today.isoformat(), "--expires") == today
    with pytest.raises(BadInput, match="has passed"):
        last_day((today - timedelta(days=1)).isoformat(), "--expires")

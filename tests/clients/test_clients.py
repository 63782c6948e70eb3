"""Real clients against the backend alone: every step of every client goes well."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.clients.environments import ENVIRONMENTS, FETCH_OPENML, IN_EVERY_TEST, OPENML, SKIP, Environment
from tests.clients.playing import place, play

STEPS = {OPENML: 40, FETCH_OPENML: 13}
"""How many steps a client takes."""
ASKED = {OPENML: {"api", "api_splits", "data", "datasets"}, FETCH_OPENML: {"api", "data"}}
"""What a client asks: the legacy dialect, downloads, and the object store for Parquet."""


@pytest.fixture(scope="module")
def environment() -> Environment:
    """The environment of the client that every run of the tests tries."""
    if os.environ.get(SKIP):
        pytest.skip(f"{SKIP} IS SET: NO REAL CLIENT IS TRIED")
    found = ENVIRONMENTS[IN_EVERY_TEST]
    if not found.ready:
        pytest.fail(f"{found.name} is not installed; make clients (or set {SKIP}=1)")
    return found


@pytest.fixture(scope="module")
def url(environment: Environment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A backend of the clients' own, on SQLite."""
    folder = tmp_path_factory.mktemp("clients")
    with place(folder, f"sqlite:///{folder / 'clients.db'}", environment) as url:
        yield url


# Reads of scikit-learn come before what openml-python writes.
@pytest.mark.parametrize("script", [FETCH_OPENML, OPENML])
def test_every_step_goes_well(environment: Environment, url: str, script: str, tmp_path: Path) -> None:
    """With what the client reads compared with what was loaded, cell by cell."""
    told = play(environment, script, url, tmp_path)
    assert {one.step: one.failure for one in told if one.failure} == {}
    assert len(told) == STEPS[script]
    assert max(Counter(one.step for one in told).values()) == 1
    paths = [request.partition(" ")[2].lstrip("/") for one in told for request in one.requests]
    assert {path.split("/")[0] for path in paths} == ASKED[script]
    assert any(path.endswith(".pq") for path in paths) == (script == OPENML)
    assert any(path.startswith("data/v1/download/") for path in paths)

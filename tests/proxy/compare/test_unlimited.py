"""The request for a whole list."""

from typing import Literal

import pytest

from config.routes import LegacyTemplate, NewTemplate, Route, RowList
from proxy.compare.unlimited import unlimited


@pytest.mark.parametrize(
    ("target", "whole"),
    [
        (b"/runs/list?task=1&limit=5&offset=2&api_key=k", b"/runs/list?task=1&api_key=k"),
        (b"/runs/list?limit=5", b"/runs/list"),
        (b"/runs/list", b"/runs/list"),
    ],
)
def test_the_list_without_limit(target: bytes, whole: bytes) -> None:
    """Filters and key stay."""
    assert unlimited(target) == whole


@pytest.mark.parametrize(
    ("target", "whole"),
    [
        (b"/unprocessed/2/random/3?tag=a&api_key=k", b"/unprocessed/2/random/0?tag=a&api_key=k"),
        (b"/v1/unprocessed/2/random/3?limit=5&offset=1", b"/v1/unprocessed/2/random/0?limit=100"),
        (b"/unprocessed/2/random/3?offset=1", b"/unprocessed/2/random/0"),
        (b"/unprocessed/2/random/3?tag=a", b"/unprocessed/2/random/0?tag=a"),
    ],
)
def test_the_whole_of_a_list_that_is_never_without_limit(target: bytes, whole: bytes) -> None:
    """What cuts the list gets the values of the route map; what was not given stays away."""
    rows = RowList("$", ("id",), whole={"count": "0", "limit": "100"})
    new = NewTemplate("GET", "/unprocessed/{engine}/{order}/{count}")
    assert unlimited(target, Route("x.work", "x", "", False, True, new, rows=(rows,))) == whole


@pytest.mark.parametrize(
    ("bare", "whole"), [("alone", b"/things/list?limit=100"), ("dropped", b"/things/list")]
)
def test_an_offset_that_is_the_only_filter(bare: Literal["alone", "dropped"], whole: bytes) -> None:
    """Where a list without filters is refused, leaving it out would ask for something else."""
    rows = RowList("$", ("id",), whole={"limit": "100"})
    legacy = LegacyTemplate(("*",), "thing/list", filters=("limit", "offset"), bare_filter=bare)
    new = NewTemplate("GET", "/things/list")
    route = Route("thing.list", "thing", "", False, True, new, legacy, rows=(rows,))
    assert unlimited(b"/things/list?offset=3", route) == whole

"""Where each entry is told."""

from dataclasses import replace

import pytest

from config.guide import GuideTexts, Section
from config.routes import RouteMap
from diffing.guide.told import UnknownSection, plan
from tests.diffing.registry import GET, LIST
from tests.diffing.test_derivable import STATUS

ROUTES = RouteMap({"thing.get": GET, "thing.list": LIST})
TEXTS = GuideTexts(
    "",
    "",
    "",
    (),
    (Section("things", "Things", entities=("things",), first=("thing.list",)), Section("apart", "Apart")),
)


def test_endpoints_that_come_first_stand_first() -> None:
    """The others as the route map has them."""
    assert [route.name for route in plan((), ROUTES, TEXTS).routes["things"]] == ["thing.list", "thing.get"]


def test_an_entry_is_told_at_the_first_of_its_endpoints() -> None:
    """The others refer to it."""
    entry = replace(STATUS, routes=("thing.*",))
    found = plan((entry,), ROUTES, TEXTS)
    assert (found.here["thing.list"], found.here["thing.get"]) == ((entry,), ())
    assert (found.elsewhere["thing.list"], found.elsewhere["thing.get"]) == ((), (entry,))
    assert found.referred == {entry.id}


@pytest.mark.parametrize("routes", [("*",), ("(no route)",)])
def test_an_entry_about_all_endpoints_or_none_is_general(routes: tuple[str, ...]) -> None:
    """Told before them."""
    entry = replace(STATUS, routes=routes)
    assert plan((entry,), ROUTES, TEXTS).general == (entry,)


def test_an_entry_of_a_section_without_endpoints_is_told_there() -> None:
    """Whatever endpoints it names: it is not about what their clients meet."""
    entry = replace(STATUS, routes=("thing.get",), guide="apart")
    found = plan((entry,), ROUTES, TEXTS)
    assert (found.apart, found.here["thing.get"]) == ({"apart": (entry,)}, ())


def test_a_section_that_is_not_there_is_an_error() -> None:
    """No entry is left out by a typing error."""
    with pytest.raises(UnknownSection, match="task-unknown: guide: 'thing' is no section"):
        plan((replace(STATUS, guide="thing"),), ROUTES, TEXTS)

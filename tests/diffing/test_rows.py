"""Limited lists and offsets."""

from pathlib import Path

import orjson

from config.problems import load_problems
from config.routes import NewTemplate, Route, RowList, load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Observation, Outcome
from diffing.rows import incomplete, limited_differences, moved, settled, unspecified

ROUTE = Route(
    "x.list",
    "x",
    "",
    False,
    True,
    NewTemplate("GET", "/x/list"),
    rows=(RowList("$", ("id",)), RowList("$[*].tag", ())),
)
ASKED = Asked(ROUTE, "GET", {"limit": "2"})
ALL: list[object] = [{"id": 1, "tag": ["a", "b"]}, {"id": 2, "tag": []}, {"id": 3, "tag": []}]


def found(legacy: list[object], new: list[object]) -> list[tuple[str, str]]:
    """Path and kind of each difference."""
    return [(d.path, d.what) for d in limited_differences(ASKED, legacy, new, ALL)]


def test_any_rows_of_the_unlimited_list_will_do() -> None:
    """Which rows come is unspecified; inner lists may stand in any order."""
    assert found([{"id": 1, "tag": ["b", "a"]}], [ALL[1]]) == []


def test_the_number_of_rows_must_be_equal() -> None:
    """A limit is a limit."""
    assert found([ALL[0]], [ALL[1], ALL[2]]) == [("$", "length")]


def test_a_row_that_is_not_in_the_list_is_named() -> None:
    """Its difference to the row of the same key is told."""
    assert found([{"id": 2, "tag": ["x"]}], [ALL[1]]) == [("$[id=2].tag[0]", "missing")]


def test_a_row_that_new_makes_up_is_named() -> None:
    """The new side's rows must be in its own unlimited list."""
    assert found([ALL[1]], [{"id": 9, "tag": []}]) == [("$[id=9]", "extra")]


def test_a_row_given_twice_is_named() -> None:
    """Rows are a multiset here too."""
    assert found([ALL[1], ALL[1]], [ALL[1], ALL[2]]) == [("$[id=2]", "duplicate")]


def test_only_lists_without_order_are_unspecified() -> None:
    """Where both sides order, rows are compared one by one."""
    ordered = Route(
        "x.list", "x", "", False, True, NewTemplate("GET", "/x"), rows=(RowList("$", ("id",), True),)
    )
    assert unspecified(ASKED)
    assert not unspecified(Asked(ordered, "GET", {"limit": "2"}))
    assert not unspecified(Asked(ROUTE, "GET", {"tag": "x"}))


def test_a_segment_can_cut_a_list() -> None:
    """What the route map names beside limit and offset makes a list a choice of rows, too."""
    rows = (RowList("$", ("id",), whole={"count": "0"}),)
    route = Route("x.list", "x", "", False, True, NewTemplate("GET", "/x/{count}"), rows=rows)
    assert unspecified(Asked(route, "GET", {"count": "3"}))


def test_a_list_as_long_as_it_can_be_may_lack_rows() -> None:
    """Then nothing is proved by a row that is not in it."""
    rows = (RowList("$", ("id",), whole={"limit": "3"}),)
    route = Route("x.list", "x", "", False, True, NewTemplate("GET", "/x"), rows=rows)
    assert (incomplete(route, ALL), incomplete(route, ALL[:2]), incomplete(ROUTE, ALL)) == (
        True,
        False,
        False,
    )


def test_an_offset_chooses_the_tail() -> None:
    """`offset` without `limit`."""
    assert moved(Asked(ROUTE, "GET", {"offset": "2"}), ALL) == ALL[2:]


def test_settled_sorts_only_what_has_no_order() -> None:
    """Other lists stay as they are."""
    assert settled([{"id": 1, "tag": ["b", "a"], "x": ["b", "a"]}], ROUTE.rows) == [
        {"id": 1, "tag": ["a", "b"], "x": ["b", "a"]}
    ]


def test_ontologies_of_a_feature_are_a_set() -> None:
    """Their table has no key, so that the database gives them in any order; each must be there as often."""
    config = Path(__file__).parent.parent.parent / "config"
    asked = Asked(load_routes(config)["dataset.features"], "GET")
    differ = Differ(load_registry(config), load_problems(config))
    flags = {"is_target": "false", "is_ignore": "false", "is_row_identifier": "false"}
    feature = {"index": "0", "name": "a", "data_type": "numeric", **flags, "number_of_missing_values": "0"}

    def judged(old: list[str], new: list[str]) -> Outcome | None:
        typed = {"index": 0, **dict.fromkeys(flags, False), "number_of_missing_values": 0}
        document = {"data_features": {"feature": [{**feature, "ontology": old}, {**feature, "index": "1"}]}}
        rows = [{**feature, **typed, "ontology": new}, {**feature, **typed, "index": 1}]
        return differ.compare(asked, answer(document), answer(rows)).outcome

    def answer(document: object) -> Observation:
        return Observation(200, (("content-type", "application/json"),), orjson.dumps(document))

    same = judged(["https://a.test/", "mailto:a@b.test"], ["https://a.test/", "mailto:a@b.test"])
    assert judged(["https://a.test/", "mailto:a@b.test"], ["mailto:a@b.test", "https://a.test/"]) is same
    assert (
        judged(["https://a.test/", "mailto:a@b.test"], ["https://a.test/", "https://a.test/"])
        is Outcome.MISMATCH
    )
    assert same is not Outcome.MISMATCH


def test_a_list_of_which_rows_are_withheld_is_as_long_as_the_whole_one_gives() -> None:
    """The new side fills the limit with other rows."""
    other = list(limited_differences(ASKED, ALL[:1], ALL[:2], ALL, full=False))
    short = list(limited_differences(ASKED, ALL[:1], ALL[:1], ALL, full=False))
    assert (other, [difference.what for difference in short]) == ([], ["length"])


def test_a_limit_may_have_any_number_of_digits() -> None:
    """Beyond the list there is nothing, and a limit that is none cuts nothing."""
    many = "9" * 5000
    assert moved(Asked(ROUTE, "GET", {"offset": many}), ALL) == []
    assert moved(Asked(ROUTE, "GET", {"limit": many}), ALL) == ALL
    assert moved(Asked(ROUTE, "GET", {"limit": "0" * 5000 + "1"}), ALL) == ALL[:1]
    assert moved(Asked(ROUTE, "GET", {"limit": "0", "offset": "-1"}), ALL) == ALL

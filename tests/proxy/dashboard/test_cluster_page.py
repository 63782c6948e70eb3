"""The page of one cluster."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from proxy.dashboard.about import About
from proxy.dashboard.cluster_page import cluster_page, fitting_requests, header_rows
from proxy.dashboard.page import html, json
from proxy.log.clusters import Shown
from tests.proxy.triage_cases import CONTRACT, asked_for, cluster, damaged, error, problem

REQUESTS = (
    {"request": "GET /1", "role": "none", "parameters": {"status": "all"}},
    {"request": "GET /2", "role": "admin", "parameters": {"status": "active", "limit": "1"}},
)

ABOUT = About("sqlite:///x.db", "here")


def _rename(document: Any) -> None:
    document["task_type"]["name"] = "Another"


@pytest.fixture
def found() -> Shown:
    """A task type of another name."""
    return replace(cluster(*damaged(_rename)), requests=REQUESTS)


def page(found: Shown, **query: str) -> str:
    """The page as HTML."""
    made = cluster_page(found, CONTRACT, query)
    return html(made, "/clusters/x", query, ABOUT).decode()


def test_the_page_says_in_words_what_differs(found: Shown) -> None:
    """As its heading, and in its JSON; names are code."""
    text = page(found)
    assert "<h1><code>task_type.name</code> differs: expected &#34;Supervised Classification&#34;" in text
    document = orjson.loads(json(cluster_page(found, CONTRACT, {})))
    assert document["title"].startswith("`task_type.name` differs: expected")


def test_expected_and_new_are_side_by_side(found: Shown) -> None:
    """The difference is marked inside its line, what is equal is folded."""
    text = page(found)
    assert "<del>Supervised Classification</del>" in text
    assert "<ins>Another</ins>" in text
    assert " equal lines</summary>" in text


@pytest.mark.parametrize(
    ("show", "there"),
    [
        ("legacy", "&#34;task_type&#34;: {"),
        ("new", "<mark>    &#34;name&#34;: &#34;Another&#34;"),
        ("headers", "access-control-allow-origin"),
        ("timing", "legacy 100.0 ms, new 100.0 ms in this exchange"),
    ],
)
def test_the_other_views(found: Shown, show: str, there: str) -> None:
    """Raw legacy, raw new, headers, timing; the one that is shown says so."""
    text = page(found, show=show)
    assert there in text
    assert f'<a href="?show={show}#answers" aria-current="true">' in text


def test_where_nothing_is_expected_the_page_says_so() -> None:
    """No entry is about the error."""
    asked = asked_for("flow.get", {"flow_id": "4"})
    assert "no entry is about legacy&#39;s error" in page(
        cluster(asked, error("999"), problem(404, "flow-not-found", "999"))
    )


def test_requests_are_filtered(found: Shown) -> None:
    """By the name of a parameter, by its value, by role."""
    assert len(fitting_requests(REQUESTS, "", "")) == 2
    assert [item["request"] for item in fitting_requests(REQUESTS, "limit", "")] == ["GET /2"]
    assert [item["request"] for item in fitting_requests(REQUESTS, "status=all", "")] == ["GET /1"]
    assert [item["request"] for item in fitting_requests(REQUESTS, "status", "admin")] == ["GET /2"]
    text = page(found, parameter="limit", role="")
    assert "1 of the 2 requests that are kept of 3." in text
    assert ("GET /1<" in text, "GET /2<" in text) == (False, True)


def test_what_the_requests_have_in_common_is_a_cause(found: Shown) -> None:
    """Of the parameters that they need not have."""
    assert "Its requests: all with <code>status</code>." in page(found)


def test_headers_of_both_sides_are_compared() -> None:
    """By name in any case, doubled ones with each other."""
    rows = header_rows([["A", "1"], ["B", "2"], ["b", "3"]], [["a", "1"], ["b", "2"]])
    assert rows == [("a", "1", "1", True), ("b", "2, 3", "2", False)]


def test_a_recording_and_a_test_can_be_copied(found: Shown) -> None:
    """With the curl lines and what to file."""
    text = page(found)
    assert "Recording, a line for parity check --recordings" in text
    assert "PARITY_CHECK" in text
    assert "As documented" in text

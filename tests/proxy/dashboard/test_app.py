"""Every page answers in its three forms, and shows strangers' text as text."""

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from starlette.types import Receive, Scope, Send

from diffing.cluster import cluster_id
from proxy.dashboard.app import WithDashboard, dashboard
from proxy.log.reading import reading
from proxy.log.states import ClusterState, Standing, put
from tests.proxy.logs import KEPT, NEW, SECOND, two_runs

pytestmark = pytest.mark.anyio
PATHS = (
    "/",
    "/routes/task.get",
    "/clusters",
    f"/clusters/{cluster_id(NEW)[:10]}",
    "/deviations",
    "/latency",
    "/compare",
    "/glossary",
)


@pytest.fixture
async def log(tmp_path: Path) -> str:
    """The URL of a log of two runs."""
    return (await two_runs(tmp_path))[0]


@pytest.fixture
async def browser(log: str, config: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of its pages."""
    transport = httpx.ASGITransport(dashboard(log, config))
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard") as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
async def test_every_page_is_html_json_and_csv(browser: httpx.AsyncClient, path: str) -> None:
    """At the same URL; the table has as many rows in each."""
    page = await browser.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>" in page.text
    document = orjson.loads((await browser.get(path, params={"as": "json"})).content)
    table = list(csv.reader(io.StringIO((await browser.get(path, params={"as": "csv"})).text)))
    assert len(table) > 1
    if "rows" in document:
        assert len(document["rows"]) == len(table) - 1


async def test_nothing_of_an_answer_becomes_markup(browser: httpx.AsyncClient) -> None:
    """The value is <b>a</b>."""
    page = await browser.get(f"/clusters/{cluster_id(NEW)[:10]}")
    assert "&lt;b&gt;a&lt;/b&gt;" in page.text
    assert "<b>" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_a_cluster_shows_both_sides_and_what_to_paste(browser: httpx.AsyncClient) -> None:
    """Bodies, why, curl lines, a test."""
    text = (await browser.get(f"/clusters/{cluster_id(KEPT)}", params={"show": "new"})).text
    expected = ["task-name does not apply", "$LEGACY", "$NEW", "def test_no_route_", "Body of the new side"]
    expected += ["As documented", "As new-wrong", "# New side is wrong: task.get", "--as documented"]
    assert [item for item in expected if item not in text] == []


async def test_the_overview_can_be_filtered(browser: httpx.AsyncClient) -> None:
    """By a part of the name or a glob."""
    for wanted in ("study", "study.*"):
        document = orjson.loads((await browser.get("/", params={"route": wanted, "as": "json"})).content)
        assert [row["route"] for row in document["rows"]] == ["study.get"]


async def test_clusters_can_be_filtered(browser: httpx.AsyncClient) -> None:
    """By a name or a glob."""
    for wanted, routes in (("task.*", ["task.get"] * 2), ("study.get", ["study.get"]), ("task", [])):
        document = orjson.loads(
            (await browser.get("/clusters", params={"route": wanted, "as": "json"})).content
        )
        assert [row["route"] for row in document["rows"]] == routes


async def test_clusters_are_shown_by_their_state(browser: httpx.AsyncClient, log: str) -> None:
    """The open ones, unless others are asked for."""
    async with reading(log) as opened:
        await put(opened, {cluster_id(KEPT): Standing(ClusterState.DOCUMENTED, SECOND, "x", "y")})
        await opened.commit()
    for state, found in (
        ("", ["open"] * 2),
        ("open", ["open"] * 2),
        ("documented", ["documented"]),
        ("accepted", []),
        ("all", ["documented", "open", "open"]),
    ):
        answer = await browser.get("/clusters", params={"state": state, "as": "json"})
        assert sorted(row["state"] for row in orjson.loads(answer.content)["rows"]) == found
    assert "1 clusters (documented), page 1 of 1" in (await browser.get("/clusters?state=documented")).text


@pytest.mark.parametrize(
    ("target", "told"),
    [
        *(
            (f"{path}?routes=task.*", "there is no parameter &#39;routes&#39; here; there are as")
            for path in PATHS
        ),
        ("/?as=xml", "as is html, json, csv, not"),
        ("/clusters?page=0", "page is a number from 1 on"),
        ("/clusters?page=first", "page is a number from 1 on"),
        ("/clusters?state=closed", "state is all or open, documented, accepted, resolved, regressed, not"),
        *(
            (f"{path}?dialect=php", "dialect is legacy or new, not")
            for path in ("/", "/routes/task.get", "/clusters", "/latency")
        ),
        ("/compare?dialect=new", "there is no parameter &#39;dialect&#39; here"),
    ],
)
async def test_what_a_page_does_not_know_is_an_error(
    browser: httpx.AsyncClient, target: str, told: str
) -> None:
    """Nobody takes all for what they asked for."""
    page = await browser.get(target)
    assert (page.status_code, told in page.text) == (400, True), page.text


@pytest.mark.parametrize("path", ["/", "/routes/task.get", "/clusters", "/latency"])
@pytest.mark.parametrize("dialect", ["new", "legacy", ""])
async def test_a_page_knows_the_dialect_asked(browser: httpx.AsyncClient, path: str, dialect: str) -> None:
    """The forms send it, empty for either."""
    assert (await browser.get(path, params={"dialect": dialect})).status_code == 200


async def test_runs_are_compared(browser: httpx.AsyncClient) -> None:
    """The last two when none is named."""
    document = orjson.loads((await browser.get("/compare", params={"as": "json"})).content)
    assert sorted(row["state"] for row in document["rows"]) == [
        "new",
        "not seen again in 1 compared",
        "still",
    ]


@pytest.mark.parametrize("path", ["/routes/task.got", "/clusters/0123", "/compare?before=nothing"])
async def test_what_is_not_there_is_told(browser: httpx.AsyncClient, path: str) -> None:
    """On a page, not as a fault."""
    page = await browser.get(path)
    assert (page.status_code, "Not there" in page.text) == (404, True)


async def test_style_and_script_come_from_here(browser: httpx.AsyncClient, log: str) -> None:
    """No page needs the internet; the log is named, not linked."""
    text = (await browser.get("/")).text.replace(log, "")
    assert "://" not in text
    for name in ("style.css", "script.js"):
        assert (await browser.get(f"/static/{name}")).status_code == 200


async def test_the_admin_side_keeps_its_paths(tmp_path: Path, config: Path) -> None:
    """Machines ask below /-/, people everywhere else."""

    async def admin(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    url, _, _ = await two_runs(tmp_path)
    transport = httpx.ASGITransport(WithDashboard(admin, dashboard(url, config)))
    async with httpx.AsyncClient(transport=transport, base_url="http://admin") as client:
        assert [(await client.get(path)).status_code for path in ("/-/healthz", "/clusters")] == [204, 200]

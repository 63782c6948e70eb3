"""The dashboard in a real browser: open, filter, open a cluster, copy a request and run it, theme, phone, keyboard.

Screenshots of what was seen are kept in tests/screenshots/ (not in git).
"""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, expect, sync_playwright

from diffing.cluster import cluster_id
from tests.proxy.logs import NEW, two_runs
from tests.proxy.triage_cases import own_config, undecided_log

ROOT = Path(__file__).parent.parent.parent
SCREENSHOTS = ROOT / "tests" / "screenshots"
SKIP = "SKIP_BROWSER"
TOKEN = "a token"
CLUSTER = f"/clusters/{cluster_id(NEW)[:10]}"
VIEWS = tuple(f"{CLUSTER}?show={name}" for name in ("legacy", "headers", "timing"))
PATHS = (
    "/",
    "/routes/task.get",
    "/clusters",
    CLUSTER,
    *VIEWS,
    "/deviations",
    "/deviations/rule-type",
    "/latency",
    "/compare",
    "/glossary",
)
IN_THE_DEMO = frozenset({"/routes/task.get", "/clusters", "/deviations", "/latency"})
"""What test_demo_walk shows to axe, wide and narrow, in both themes."""


@contextmanager
def dashboard(log: str, config: Path) -> Iterator[str]:
    """The dashboard of a log, served as an operator serves it; gives its URL."""
    code = "from proxy.cli import main; main()"
    command = [sys.executable, "-c", code, "dashboard", "--log", log, "--config", str(config)]
    environment = {**os.environ, "PARITY_ADMIN_TOKEN": TOKEN}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.search(r"http://\S+", line)
        assert found is not None, line
        yield found[0].rstrip("/")
        process.terminate()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of a log of two runs."""
    log, _, _ = asyncio.run(two_runs(tmp_path_factory.mktemp("log")))
    with dashboard(log, ROOT / "config") as found:
        yield found


@pytest.fixture(scope="module")
def undecided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The dashboard of a log with one cluster, whose configuration may be written."""
    folder = tmp_path_factory.mktemp("undecided")
    log = asyncio.run(undecided_log(folder))
    with dashboard(log, own_config(folder)) as found:
        yield found


@pytest.fixture(scope="module")
def browser_page(url: str, undecided: str) -> Iterator[Page]:
    """A page of Debian's Chromium; opened last, because playwright keeps an event loop of its own running."""
    if os.environ.get(SKIP):
        pytest.skip(f"{SKIP} IS SET: THE DASHBOARD IS NOT TESTED IN A BROWSER")
    program = shutil.which("chromium")
    if program is None:
        pytest.fail(f"chromium is missing; as root: sh tests/install.sh chromium (or set {SKIP}=1)")
    SCREENSHOTS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
        yield context.new_page()
        context.close()
        browser.close()


@pytest.fixture
def page(browser_page: Page) -> Page:
    """The page, as wide as a desk."""
    browser_page.set_viewport_size({"width": 1280, "height": 900})
    return browser_page


def shot(page: Page, name: str) -> None:
    """Keep what is to be seen."""
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_from_the_overview_to_a_cluster(page: Page, url: str) -> None:
    """Open, filter, follow the number of open clusters, open one: the differing line is marked."""
    page.goto(url)
    shot(page, "overview")
    page.get_by_label("Routes", exact=True).fill("task")
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr a").last.click()
    expect(page.locator("h1")).to_have_text("Clusters")
    page.get_by_role("link", name=cluster_id(NEW)[:10]).click()
    expect(page.locator("h1")).to_have_text('new differs: expected "<b>a</b>", got null')
    shot(page, "cluster")
    for side, value in (("Legacy", '"a"'), ("New", "null")):
        page.get_by_role("link", name=f"{side} as it came").click()
        expect(page.locator("mark")).to_have_text([f'"new": {value}'])


def test_from_the_overview_to_a_closed_cluster(page: Page, undecided: str) -> None:
    """Without a terminal, in seven clicks: see it, sign in, document it, see it closed, compare it again."""
    page.goto(undecided)
    needs = page.get_by_role("region", name="To decide")
    expect(needs).to_contain_text("1 cluster needs a decision")
    needs.get_by_role("link").first.click()
    page.get_by_role("link", name="Sign in to decide").click()
    page.get_by_label("Admin token").fill(TOKEN)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Why").fill("Ids are numbers here.")
    shot(page, "decide")
    page.get_by_role("button", name="Document it").click()
    expect(page.locator("main")).to_contain_text("the cluster is documented by the rules in force")
    page.get_by_role("link", name="Back to the cluster").click()
    expect(page.locator(".state")).to_contain_text("documented by the rules in force: explained by ")
    page.get_by_role("button", name="Compare it again").click()
    expect(page.locator("main")).to_contain_text("compared again: explained by ")
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("region", name="To decide")).to_contain_text("No cluster needs a decision.")


class _Sink(BaseHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  # one list for all requests is what the test reads

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is inherited
        """Say nothing."""


def test_a_request_is_copied_and_runs_in_a_shell(page: Page, url: str) -> None:
    """What the clipboard holds reaches the legacy side as it was, without the key."""
    page.goto(url + CLUSTER)
    page.locator(".copy").first.click()
    expect(page.locator("#told")).to_have_text("Copied")
    line = page.evaluate("navigator.clipboard.readText()")
    with HTTPServer(("127.0.0.1", 0), _Sink) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        host, port = server.server_address[:2]
        env = {**os.environ, "LEGACY": f"http://{host!s}:{port}", "no_proxy": "*"}
        subprocess.run(["sh", "-c", line], env=env, check=True, timeout=20, capture_output=True)
        server.shutdown()
        thread.join()
    assert [target.partition("=")[0] for target in _Sink.asked] == ["/api/v1/json/task/1?api_key"]


def test_the_theme_is_switched_and_kept(page: Page, url: str) -> None:
    """On the next page too."""
    page.goto(url)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Theme").click()
    page.goto(url + "/clusters")
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    shot(page, "clusters-other-theme")
    page.get_by_role("button", name="Theme").click()
    assert before != after


@pytest.mark.parametrize("path", PATHS)
def test_a_phone_needs_no_sideways_scrolling(page: Page, url: str, path: str) -> None:
    """Tables are cards."""
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(url + path)
    shot(page, "phone" + re.sub(r"[/?=]", "-", path))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    cut = "Array.from(document.querySelectorAll('.scroll')).filter(e => e.scrollWidth > e.clientWidth).length"
    assert page.evaluate(cut) == 0


def test_everything_is_reached_by_keyboard(page: Page, url: str) -> None:
    """The first tab offers the content; a link is followed by Enter."""
    page.goto(url)
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to content")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Clusters")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Clusters")


def test_live_updates_change_what_is_seen(page: Page, url: str) -> None:
    """The content is fetched again and put in place."""
    page.goto(url)
    page.evaluate("document.querySelector('h1').textContent = 'old'")
    page.get_by_role("button", name="Live").click()
    expect(page.locator("h1")).to_have_text("Overview", timeout=10_000)
    page.get_by_role("button", name="Live").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(page: Page, url: str, scheme: str) -> None:
    """In no theme, on no page that the demo does not show."""
    # Axe is put into the page by the test; the policy of the page forbids all scripts but its own.
    serious = []
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    for path in (path for path in PATHS if path not in IN_THE_DEMO):
        page.goto(url + path)
        found = Axe().run(page).response["violations"]
        serious += [
            (path, item["id"], [node["target"] for node in item["nodes"]][:3])
            for item in found
            if item["impact"] in ("serious", "critical")
        ]
    assert serious == []

"""The walk that the README describes: the demo, its report, a cluster, a proposal, in a real browser.

Screenshots go to tests/screenshots/ (not in git); with WRITE_IMAGES=1 to docs/images/, from where README.md shows them.
With WRITE_README=1 what commands print is written into README.md, too.
"""

import asyncio
import os
import re
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it has no types
from playwright.sync_api import Page, expect, sync_playwright

from proxy.log.writer import utc_now
from tests.proxy.logs import finding, write_run

ROOT = Path(__file__).parent.parent.parent
PAGES = {
    "overview": "/",
    "route": "/routes/dataset.get",
    "clusters": "/clusters",
    "deviations": "/deviations",
    "deviation": "/deviations/dataset-format-lower-case",
    "latency": "/latency",
    "glossary": "/glossary",
    "sign-in": "/-/session",
}
IMAGES = ROOT / ("docs/images" if os.environ.get("WRITE_IMAGES") else "tests/screenshots")
SKIP = "SKIP_BROWSER"
SCRIPTS = Path(sysconfig.get_path("scripts"))
TITLES: dict[str, str | re.Pattern[str]] = {
    "dataset.get": 'format differs: expected "arff", got "ARFF"',
    "dataset.features": re.compile(r"row \d+ is missing"),
    "flow.get": "status differs: expected 404, got 410",
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the demo prints, as long as it stays up; its configuration is a copy, for decisions write into it."""
    config = tmp_path_factory.mktemp("demo") / "config"
    shutil.copytree(ROOT / "config", config, ignore=shutil.ignore_patterns("sample", "*.py"))
    command = [str(SCRIPTS / "parity"), "demo", "--config", str(config)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines: list[str] = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        yield "".join(lines)
        process.terminate()


@pytest.fixture(scope="module")
def page(told: str) -> Iterator[Page]:
    """The dashboard of the demo in Debian's Chromium."""
    if os.environ.get(SKIP):
        pytest.skip(f"{SKIP} IS SET: THE DEMO IS NOT TESTED IN A BROWSER")
    program = shutil.which("chromium")
    if program is None:
        pytest.fail(f"chromium is missing; as root: sh tests/install.sh chromium (or set {SKIP}=1)")
    IMAGES.mkdir(exist_ok=True, parents=True)
    found = re.search(r"^dashboard +(http://\S+)$", told, re.MULTILINE)
    assert found is not None, told
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(base_url=found[1], color_scheme="light")
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        yield context.new_page()
        context.close()
        browser.close()


def picture(page: Page, name: str, height: int = 900) -> None:
    """Keep what is to be seen, as wide as a desk."""
    page.set_viewport_size({"width": 1360, "height": height})
    page.screenshot(path=IMAGES / f"{name}.png")


def serious(page: Page) -> list[tuple[str, list[list[str]]]]:
    """What axe finds that hinders people."""
    return [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in Axe().run(page).response["violations"]
        if item["impact"] in ("serious", "critical")
    ]


def test_from_the_overview_to_what_to_do(page: Page) -> None:
    """Each of the three faults has a cluster, whose page says in words what is wrong, and what to do about it."""
    page.goto("/")
    picture(page, "demo-overview")
    page.get_by_role("link", name="Clusters", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(3)
    picture(page, "demo-clusters", 420)
    for route, title in TITLES.items():
        page.goto(f"/clusters?route={route}")
        page.locator("tbody tr th a").click()
        expect(page.locator("h1")).to_have_text(title)
        if route == "dataset.get":
            expect(page.locator("del")).to_have_text("arff")
            expect(page.locator("ins")).to_have_text("ARFF")
            picture(page, "demo-cluster", 1000)
    page.locator(".copy").last.click()
    issue = page.evaluate("navigator.clipboard.readText()")
    assert issue.startswith("# New side is wrong: flow.get")


def test_a_folded_part_opens_and_requests_are_filtered(page: Page) -> None:
    """By keyboard, too: the summary takes Enter."""
    page.goto("/clusters?route=dataset.get")
    page.locator("tbody tr th a").click()
    first = page.locator("summary").first
    expect(page.locator("details .row").first).to_be_hidden()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details .row").first).to_be_visible()
    everything = page.locator(".requests li").count()
    page.get_by_label("Role").select_option("admin")
    page.get_by_role("button", name="Filter").click()
    assert 0 < page.locator(".requests li").count() < everything


def test_from_a_cluster_to_the_entry_and_back(page: Page) -> None:
    """The entry that the new side does not follow is a link; its page leads to the clusters of its routes."""
    page.goto("/clusters?route=dataset.get")
    page.locator("tbody tr th a").click()
    page.get_by_role("link", name="dataset-format-lower-case").first.click()
    expect(page.locator("h1")).to_have_text("dataset-format-lower-case")
    page.get_by_role("link", name="dataset.get", exact=True).first.click()
    expect(page.locator("tbody tr")).to_have_count(1)


def test_entries_are_searched(page: Page) -> None:
    """By words of what they say; each leads to its page with why, examples and hits."""
    page.goto("/deviations")
    everything = page.locator("tbody tr").count()
    page.get_by_label("Find").fill("format lower case")
    page.keyboard.press("Enter")
    expect(page.locator("tbody th")).to_have_text(["dataset-format-lower-case"])
    assert everything > 100
    page.locator("tbody th a").click()
    expect(page.locator("h2")).to_have_text(["Examples", "What it does not explain", "Hits over time"])
    assert page.locator(".chart rect").count() > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_every_page_can_be_used_by_all(page: Page, width: int, scheme: str) -> None:
    """At any width, in any colours: nothing is cut, axe finds nothing serious."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    page.goto("/clusters")
    clusters = [str(link.get_attribute("href")) for link in page.locator("tbody tr th a").all()]
    pages = {
        **PAGES,
        "cluster": clusters[0],
        **{path: path for path in (*clusters[1:], f"{clusters[0]}?show=headers")},
    }
    for name, path in pages.items():
        page.goto(path)
        if name != path:
            page.screenshot(path=IMAGES / f"{name}-{width}-{scheme}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert (path, serious(page)) == (path, [])


def test_a_difference_is_accepted_for_a_time(page: Page, told: str) -> None:
    """With the token that the demo prints, in five clicks; then two clusters are left to decide about."""
    token = re.search(r"^admin token +(\S+)$", told, re.MULTILINE)
    assert token is not None, told
    page.set_viewport_size({"width": 1360, "height": 1000})
    page.emulate_media(color_scheme="light")
    page.goto("/")
    needs = page.get_by_role("region", name="To decide")
    expect(needs).to_contain_text("3 clusters need a decision")
    needs.locator("li", has_text="flow.get").get_by_role("link").first.click()
    page.get_by_role("link", name="Sign in to decide").click()
    page.get_by_label("Admin token").fill(token[1])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Reason").fill("Until the next release.")
    page.get_by_label("Last day").fill("2999-12-31")
    page.get_by_label("Your name").fill("Ann")
    page.get_by_role("heading", name="Decide").evaluate("heading => heading.scrollIntoView()")
    page.screenshot(path=IMAGES / "demo-decide.png", clip={"x": 0, "y": 0, "width": 1360, "height": 560})
    page.get_by_role("button", name="Accept it").click()
    expect(page.locator("main")).to_contain_text(
        "the cluster is accepted until 2999-12-31 by Ann: Until the next release."
    )
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("region", name="To decide")).to_contain_text("2 clusters need a decision")


def test_states_of_clusters_are_kept(told: str) -> None:
    """The demo has what every proxy has: a keeper, whose first look counts the three faults."""
    found = re.search(r"^dashboard +(http://\S+)$", told, re.MULTILINE)
    assert found is not None, told
    known = re.compile(r'^parity_clusters\{state="(\w+)"\} (\d+)', re.MULTILINE)
    ends = time.monotonic() + 60
    while not (counts := dict(known.findall(httpx.get(f"{found[1]}/-/metrics").text))):
        assert time.monotonic() < ends
        time.sleep(0.2)
    assert sum(map(int, counts.values())) == len(TITLES)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_the_documentation_of_the_backend_can_be_tried(
    page: Page, told: str, width: int, scheme: str
) -> None:
    """An example fills the form, the answer is shown; it can be used by all."""
    found = re.search(r"^new +(http://\S+)$", told, re.MULTILINE)
    assert found is not None
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    page.goto(f"{found[1]}/docs")
    operation = page.locator(r"#tasktype\.get")
    operation.locator("summary").click()
    operation.get_by_role("button", name="Send").click()
    expect(operation.locator("output")).to_contain_text("200 application/json")
    expect(operation.locator("output")).to_contain_text('"task_type"')
    page.screenshot(path=IMAGES / f"docs-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []


def test_the_readme_shows_what_commands_print(told: str) -> None:
    """A request through the proxy, and the report: as the demo answers them, but for ports and files."""
    readme = ROOT / "README.md"
    urls = dict(re.findall(r"^(proxy|report) +(\S.*)$", told, re.MULTILINE))
    log = urls["report"].partition("--log ")[2]
    words = [str(SCRIPTS / "parity"), "report", "--log", log, "--route", "dataset.get"]
    report = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer = httpx.get(f"{urls['proxy']}/api/v1/json/data/61").text[:80]
    table = "\n".join(line.rstrip() for line in report.splitlines()[2:6])
    sample = (
        "$ curl -s http://127.0.0.1:8000/api/v1/json/data/61 | head -c 80          "
        "# a client of the PHP API, through the proxy\n"
        f"{answer}\n"
        "$ parity report --log sqlite:///parity.db --route dataset.get | sed -n 3,6p"
        "   # what the new backend would have answered\n"
        f"{table}\n"
    )
    text = readme.read_text(encoding="utf-8")
    before, fence, rest = text.partition("```\n")
    _, end, after = rest.partition("```\n")
    if os.environ.get("WRITE_README"):
        readme.write_text(f"{before}{fence}{sample}{end}{after}", encoding="utf-8")
    else:
        assert f"{fence}{sample}{end}" in text


def test_the_readme_shows_pictures_that_are_there() -> None:
    """Each one that this test makes."""
    shown = re.findall(r"!\[[^\]]+\]\((docs/images/[^)]+)\)", (ROOT / "README.md").read_text())
    assert len(shown) >= 2
    assert [name for name in shown if not (ROOT / name).is_file()] == []


@pytest.fixture(scope="module")
def later_run(told: str) -> None:
    """A second run in the demo's log: one cluster came again, one did not though its route was asked, one is new."""
    found = re.search(r"^report .*--log (\S+)", told, re.MULTILINE)
    assert found is not None, told
    now = utc_now().replace(microsecond=0)
    seen = [
        finding(now, "dataset.get 200→200 $.format value str→str"),
        finding(now, "task.get 200→200 $.input[*].name value str→str"),
        *(finding(now, route="flow.get") for _ in range(9)),
    ]
    # In a thread: playwright keeps an event loop of its own in this one.
    with ThreadPoolExecutor() as pool:
        pool.submit(asyncio.run, write_run(found[1], now, *seen)).result()


@pytest.mark.usefixtures("later_run")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1360, 390])
def test_two_runs_are_compared(page: Page, width: int, scheme: str) -> None:
    """What is new, still there, not seen again, and what nobody asked for."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light" if scheme == "light" else "dark")
    page.goto("/compare")
    expect(page.locator("tbody tr")).to_have_count(4)
    for text in ("new 1", "still 1", "fixed 0", "not seen again 1", "unasked 1"):
        counted = page.get_by_text(text, exact=True)
        expect(counted).to_be_visible()
        # What is one pixel wide is for screen readers only.
        assert (counted.bounding_box() or {"width": 0})["width"] > 20
    page.screenshot(path=IMAGES / f"compare-{width}-{scheme}.png")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert serious(page) == []

"""The migration guide is rules, entries and route map, told once, and short enough to be read."""

import re
from collections import Counter
from pathlib import Path

import pytest

from config.guide import GuideTexts, Section, Topic, load_guide
from config.problems import load_problems
from config.routes import RouteMap, load_routes
from diffing.deviations import load_registry
from diffing.guide.page import guide
from diffing.guide.told import UnknownSection
from diffing.guide.words import anchor, heading
from diffing.rules.book import RULES
from tests.diffing.registry import ENTRIES, GET, LIST, PROBLEMS, registry

CONFIG = Path("config")
REGISTRY, ROUTE_MAP = load_registry(CONFIG), load_routes(CONFIG)
ROUTES = RouteMap({"thing.get": GET, "thing.list": LIST})
TEXTS = GuideTexts(
    "About things.",
    "All endpoints.",
    "All errors.",
    (Topic("Answers", tells=("rule-type",)), Topic("The rest")),
    (Section("things", "Things", "Things have endpoints.", ("things",), ("thing.list",)),),
)
PUBLISHED = Path("docs/migration-guide.md").read_text(encoding="utf-8")


def test_the_published_guide_is_current() -> None:
    """`parity deviations guide` writes it."""
    current = guide(REGISTRY, ROUTE_MAP, load_problems(CONFIG), load_guide(CONFIG))
    assert current == PUBLISHED


def test_an_entry_is_told_once_and_referred_to(tmp_path: Path) -> None:
    """Under the first endpoint that it is about, with one before and after."""
    text = guide(registry(tmp_path), ROUTES, PROBLEMS, TEXTS)
    first, second = text.index("### GET /things/list"), text.index("### GET /things/{id}")
    assert first < text.index('  - `$.id: "1"` →\n    `$.id: 1`\n') < second
    assert text.count('<a id="thing-id"></a>') == 1
    assert "(#thing-id)" in text[second:]


def test_an_entry_about_all_endpoints_is_told_before_them(tmp_path: Path) -> None:
    """And its code stands in the table of errors, for all endpoints."""
    entries = ENTRIES.replace('routes = ["thing.list"]\nlegacy = { status = 412, code = "372" }\nnew = { status = 404', 'routes = ["*"]\nlegacy = { status = 412, code = "372" }\nnew = { status = 404')  # fmt: skip  # noqa: E501  # one entry
    text = guide(registry(tmp_path, entries), ROUTES, PROBLEMS, TEXTS)
    assert text.index("`412, code 372` → `404 no-results, code 372`") < text.index("## Endpoints")
    assert "| 372 | 412 | 404 | `no-results` |  |" in text


def test_an_unknown_section_is_an_error(tmp_path: Path) -> None:
    """No entry is left out of the guide by a typing error."""
    other = GuideTexts("", "", "", TEXTS.topic, (Section("other", "Other"),))
    with pytest.raises(UnknownSection, match="thing-envelope"):
        guide(registry(tmp_path), ROUTES, PROBLEMS, other)


def test_all_is_told() -> None:
    """Each rule and each entry by its title, each endpoint under a heading of its own, each code in the table."""
    titles = {one.id: one.title for one in RULES} | {one.id: one.title for one in REGISTRY.deviations}
    assert {name: title for name, title in titles.items() if title not in PUBLISHED} == {}
    for route in ROUTE_MAP:
        assert PUBLISHED.count(f"\n### {heading(route)}\n") == 1
        for code, error in route.errors.items():
            assert re.search(
                rf"^\| {code} \| \d+ \| \d+ \| `{error.type}` \|.*\[{route.name}\]", PUBLISHED, re.M
            )


def test_whoever_reads_about_one_endpoint_finds_all_that_is_about_it() -> None:
    """Told there, or by a link to where it is told; what is about all endpoints stands before them."""
    general, parts = PUBLISHED.split("\n## Endpoints\n")[0], PUBLISHED.split("\n### ")
    for route in ROUTE_MAP:
        [part] = [part for part in parts if part.startswith(f"{heading(route)}\n")]
        for entry in REGISTRY.deviations:
            if entry.names(route.name) and entry.guide != "rehearsals":
                assert entry.title in (general if "*" in entry.routes else part), (route.name, entry.id)


def test_every_link_leads_somewhere() -> None:
    """To a heading, or to an entry that is referred to; no two have one anchor."""
    headings = [anchor(title) for title in re.findall(r"^#+ (.*)$", PUBLISHED, re.M)]
    anchors = Counter([*headings, *re.findall(r'<a id="([^"]+)">', PUBLISHED)])
    assert {name for name, count in anchors.items() if count > 1} == set()
    assert set(re.findall(r"\]\(#([^)]+)\)", PUBLISHED)) <= anchors.keys()


def test_it_is_short() -> None:
    """Two screens of what holds everywhere, then the index; the whole is read endpoint by endpoint."""
    lines = PUBLISHED.splitlines()
    before = next(number for number, line in enumerate(lines) if line.startswith("### GET /"))
    assert before <= 120
    assert len(lines) <= 1700


def test_no_sentence_stands_twice() -> None:
    """Apart from examples; a line of a list or a table is a sentence, too."""
    prose = re.sub(r"^ *```diff.*?^ *```$|^  - `[^\n]*` →\n    `[^\n]*`$", "", PUBLISHED, flags=re.M | re.S)
    lines = [re.sub(r"<a id=[^>]*></a>", "", line).strip(" -*") for line in prose.splitlines()]
    sentences = Counter(
        sentence.strip("*").strip()
        for line in lines
        if not line.startswith("|--")
        for sentence in re.split(r"(?<=[.!?])\**\s+", line)
    )
    assert {sentence for sentence, count in sentences.items() if count > 1 and sentence} == set()

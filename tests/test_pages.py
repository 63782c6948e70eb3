"""Pages for people: what they name is there, and what they link to."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
_LINK: Final = re.compile(r"\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)")
_FILE: Final = re.compile(r"`((?:proxy|backend|diffing|config|tests|docs)/[\w/.-]+)`")


def anchors(page: Path) -> set[str]:
    """What links can lead to in a page: its headings, as GitHub names them, and anchors of its own."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings} | set(
        re.findall(r'<a (?:id|name)="([^"]+)"', text)
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    """To a file of the repository, and to a heading that it has."""
    broken = []
    for target, anchor in _LINK.findall(page.read_text(encoding="utf-8")):
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_the_index_leads_to_every_page() -> None:
    """Each once, in one of the four kinds."""
    index = ROOT / "docs" / "README.md"
    led = [target for target, anchor in _LINK.findall(index.read_text(encoding="utf-8")) if not anchor]
    assert sorted(led) == sorted(
        str(page.relative_to(index.parent))
        for page in PAGES
        if page.is_relative_to(index.parent) and page != index
    )


def test_the_capacity_adds_up() -> None:
    """Cores are rates times costs, at 60 %; those of workers of a fleet, too."""
    rows = [
        [float(cell.replace(",", "")) for cell in re.findall(r"(?<=\| )[\d.,]+(?= )", line)]
        for line in (ROOT / "docs" / "capacity.md").read_text(encoding="utf-8").splitlines()
        if line.startswith("| ")
    ]
    costs = [row[0] for row in rows if len(row) == 2][:3]
    for rate, *told in (row for row in rows if len(row) == 6):
        serves, asks, compares = (rate * cost / 1e6 / 0.6 for cost in costs)
        sums = (serves + asks + compares, serves + (asks + compares) / 10)
        assert told == [round(cores, 2) for cores in (serves, asks, compares, *sums)]
    workers = [row for row in rows if len(row) == 3]
    assert [rate for rate, *_ in workers] == [10, 1000, 50_000]
    for rate, *told in workers:
        cores = rate * 1840 / 1e6 / 0.6
        assert told == [round(cores, 2), round(cores / 10, 2)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_a_page_names_is_there(page: Path) -> None:
    """Folders too; ENTITY stands for any."""
    named = _FILE.findall(page.read_text(encoding="utf-8"))
    assert [name for name in named if "ENTITY" not in name and not (ROOT / name).exists()] == []


def test_the_architecture_follows_one_request() -> None:
    """From its first byte to the report."""
    named = _FILE.findall((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))
    folders = [name.rpartition("/")[0] for name in named]
    assert folders.index("proxy/inbound") < folders.index("proxy/serve") < folders.index("proxy/shadow")
    assert folders.index("proxy/shadow") < folders.index("proxy/compare") < folders.index("proxy/reporting")


@pytest.mark.parametrize("name", ["architecture.md", "glossary.md", "adding-an-endpoint.md"])
def test_the_readme_leads_to_the_pages_for_newcomers(name: str) -> None:
    """By links."""
    assert f"](docs/{name})" in (ROOT / "README.md").read_text(encoding="utf-8")

"""The glossary: docs/glossary.md, which the wheel brings along."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

GLOSSARY: Final = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


def terms() -> Iterator[tuple[str, str, str]]:
    """The rows of the page's tables: heading of the table, word, meaning."""
    heading, titles = "", [""]
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            heading, titles = line.removeprefix("## "), []
        elif line.startswith("| "):
            cells = line.replace("`", "").strip("| ").split(" | ")
            if not titles:
                titles = cells
                continue
            said = [f"{title}: {cell}" for title, cell in zip(titles, cells, strict=True)]
            yield heading, cells[0], cells[1] if len(cells) == 2 else "; ".join(said[1:])

"""The sections of the migration guide (config/guide.toml)."""

from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from config.typed import read_toml


@dataclass(frozen=True, slots=True)
class Section:
    """One section.

    Args:
        name: How registry entries name it.
        title: Its heading.
        text: Its introduction, Markdown.
    """

    name: str
    title: str
    text: str = ""


def load_sections(config: Path) -> tuple[Section, ...]:
    """Read the sections in their order.

    Args:
        config: The configuration directory.

    Raises:
        ConfigError: names the file, the section and the key.
    """
    file = config / "guide.toml"
    sections = []
    for table in read_toml(file).get("section", []):
        if not isinstance(table, dict) or not {"name", "title"} <= table.keys() <= {"name", "title", "text"}:
            raise ConfigError(f"{file}: [[section]]: needs name and title, and may have text: {table}")
        sections.append(Section(**{key: str(value).strip() for key, value in table.items()}))
    return tuple(sections)

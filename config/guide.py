"""The migration guide's order, headings and introductions (config/guide.toml)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from config.typed import Place, build, read_toml


@dataclass(frozen=True, slots=True)
class Topic:
    """A part of what holds everywhere.

    Args:
        title: Its heading.
        text: Its introduction, Markdown.
        tells: The rules and entries that it tells, in this order; those that no topic names are told by the last one.
    """

    title: str
    text: str = ""
    tells: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The endpoints of one kind.

    Args:
        name: How registry entries name it.
        title: Its heading.
        text: Its introduction, Markdown.
        entities: The files of the route map whose endpoints it tells.
        first: The endpoints that it tells first, in this order; the others follow as the route map has them.
    """

    name: str
    title: str
    text: str = ""
    entities: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GuideTexts:
    """All of it, in the order of the page.

    Args:
        text: What stands below the title.
        endpoints: What stands above the index of endpoints.
        errors: What stands above the table of errors.
        topic: What holds everywhere.
        section: The endpoints, kind by kind.
        statuses: The status with which PHP answers a code, where that is not 412.
    """

    text: str
    endpoints: str
    errors: str
    topic: tuple[Topic, ...]
    section: tuple[Section, ...]
    statuses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))


def load_guide(config: Path) -> GuideTexts:
    """Read the texts. Raises ConfigError: names the file, the table and the key."""
    file = config / "guide.toml"
    place = Place(file)
    texts = build(GuideTexts, read_toml(file), place)
    if not texts.topic:
        raise place.error("must have at least one", "topic")
    return texts

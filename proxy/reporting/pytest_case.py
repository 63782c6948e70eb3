"""A cluster's sample as a test: paste it into a file, and it is red until the difference is gone."""

import re
from collections.abc import Mapping
from typing import Any, Final

from config import text
from proxy.exchange.sample import answer_of

_TEMPLATE: Final = '''"""{title}"""

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Observation

LEGACY = Observation(
    {legacy.status!r},
    {legacy_headers},
    {legacy_body},
)
NEW = Observation(
    {new.status!r},
    {new_headers},
    {new_body},
)


def test_{name}() -> None:
    """The new side's answer to {request} is right or documented."""
    config = config_directory(None)
    differ = Differ(load_registry(config), load_problems(config))
    asked = Asked(
        {route},
        {method},
        {parameters},
        role={asked[role]!r},
        format={asked[format]!r},
        known={asked[known]!r},
        rehearsed={rehearsed!r},
    )
    comparison = differ.compare(asked, LEGACY, NEW)
    assert comparison.differences == ()
    assert comparison.verdict in ("match", "explained")
'''


def pytest_case(cluster: str, signature: str, sample: Mapping[str, Any]) -> str:
    """The source of a test module. ``sample``: its sample (proxy.exchange.sample). Returns Python source; it says so
    when a body was too long to be kept whole.
    """
    asked = sample["asked"]
    name = re.sub(r"\W+", "_", str(asked["route"] or "no_route")).lower()
    title = f"Cluster {cluster}: {text.line(signature)}"
    legacy, new = answer_of(sample["legacy"]), answer_of(sample["new"])
    if sample["legacy"]["truncated"] or sample["new"]["truncated"]:
        title += "\n\nA body was too long to be kept whole: ask both sides again and put the answers here.\n"
    return _TEMPLATE.format(
        title=_quotable(title),
        name=f"{name}_{cluster[:10]}",
        request=_quotable(text.line(sample["legacy"]["request"])),
        route=f"load_routes(config)[{asked['route']!r}]" if asked["route"] else "None",
        asked=asked,
        rehearsed=asked.get("rehearsed", False),
        method=_literal(asked["method"]),
        parameters=_literal(asked["parameters"]),
        legacy=legacy,
        legacy_headers=_literal(legacy.headers),
        legacy_body=_literal(legacy.body),
        new=new,
        new_headers=_literal(new.headers),
        new_body=_literal(new.body),
    )


def _literal(value: object) -> str:
    """A value as Python writes it; what a CI system would obey is an escape in it."""
    return repr(value).replace("::", ":\\x3a").replace("##", "#\\x23")


def _quotable(line: str) -> str:
    """Text that can stand in a docstring."""
    return line.replace("\\", "\\\\").replace('"', "'")

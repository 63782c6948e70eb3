"""A cluster's witness as a test: paste it into a file, and it is red until the difference is gone."""

import re
from collections.abc import Mapping
from typing import Any, Final

from proxy.log.witness import answer_of

_TEMPLATE: Final = '''"""{title}"""

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.model import Asked, Observation

LEGACY = Observation(
    {legacy.status!r},
    {legacy.headers!r},
    {legacy.body!r},
)
NEW = Observation(
    {new.status!r},
    {new.headers!r},
    {new.body!r},
)


def test_{name}() -> None:
    """The new side's answer to {request} is right or documented."""
    config = config_directory(None)
    differ = Differ(load_registry(config), load_problems(config))
    asked = Asked(
        {route},
        {asked[method]!r},
        {asked[parameters]!r},
        role={asked[role]!r},
        format={asked[format]!r},
        known={asked[known]!r},
        rehearsed={rehearsed!r},
    )
    comparison = differ.compare(asked, LEGACY, NEW)
    assert comparison.differences == ()
    assert comparison.verdict in ("match", "explained")
'''


def pytest_case(cluster: str, signature: str, witness: Mapping[str, Any]) -> str:
    """The source of a test module.

    Args:
        cluster: Name of the cluster.
        signature: Its signature.
        witness: Its witness (proxy.log.witness).

    Returns:
        Python source; it says so when a body was too long to be kept whole.
    """
    asked = witness["asked"]
    name = re.sub(r"\W+", "_", str(asked["route"] or "no_route")).lower()
    title = f"Cluster {cluster}: {signature}"
    if witness["legacy"]["truncated"] or witness["new"]["truncated"]:
        title += "\n\nA body was too long to be kept whole: ask both sides again and put the answers here.\n"
    return _TEMPLATE.format(
        title=_quotable(title),
        name=f"{name}_{cluster[:10]}",
        request=_quotable(witness["legacy"]["request"]),
        route=f"load_routes(config)[{asked['route']!r}]" if asked["route"] else "None",
        asked=asked,
        rehearsed=asked.get("rehearsed", False),
        legacy=answer_of(witness["legacy"]),
        new=answer_of(witness["new"]),
    )


def _quotable(text: str) -> str:
    """Text that can stand in a docstring."""
    return text.replace("\\", "\\\\").replace('"', "'")

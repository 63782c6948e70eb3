"""A check as SARIF 2.1.0: code scanning shows each cluster at its route's entry in the route map."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from config import text
from config.routes import RouteMap
from diffing.cluster import cluster_id
from diffing.model import UNDOCUMENTED, Outcome
from diffing.parity import FAILING
from proxy.check import CheckResult
from proxy.checking.junit import cluster_text
from proxy.tally import Cluster

_MOST: Final = 20_000
_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MEANING: Final[Mapping[str, str]] = {
    Outcome.MISMATCH: "The new side answers otherwise than the legacy side, and no deviation explains it.",
    Outcome.NEW_ERROR: "The new side did not answer, or failed.",
    UNDOCUMENTED: "The legacy side did not answer, or failed, and no deviation says why.",
    Outcome.BOTH_ERROR: "Neither side answered.",
    Outcome.TIMEOUT: "A side did not answer in time.",
    Outcome.TOO_LARGE: "An answer was too large to be compared.",
    Outcome.TOO_EXPENSIVE: "Comparing took too long.",
}


def sarif(
    result: CheckResult, routes: RouteMap, config: Path, accepted: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """A check as SARIF.

    Args:
        result: What the check found.
        routes: The route map.
        config: The configuration directory, for the lines of the routes.
        accepted: Clusters that the baseline accepts: they are suppressed.

    Returns:
        The document.
    """
    rules = [str(verdict) for verdict in FAILING]
    clusters = sorted(result.tally.clusters.values(), key=lambda found: (-found.count, found.signature))
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "parity",
                        "informationUri": "https://github.com/openml",
                        "rules": [
                            {
                                "id": rule,
                                "name": "".join(word.capitalize() for word in re.split("[_:]", rule)),
                                "shortDescription": {"text": _MEANING[rule]},
                                "defaultConfiguration": {"level": "error"},
                            }
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(cluster, rules, routes, config, accepted) for cluster in clusters],
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "exitCode": 1 if result.breaches else 0,
                        "toolExecutionNotifications": [
                            {"level": "error", "message": {"text": text.clean(breach)}}
                            for breach in result.breaches
                        ],
                    }
                ],
            }
        ],
    }


def _result(
    cluster: Cluster, rules: list[str], routes: RouteMap, config: Path, accepted: frozenset[str]
) -> dict[str, Any]:
    name = cluster_id(cluster.signature)
    rule = cluster.verdict if cluster.verdict in rules else str(Outcome.MISMATCH)
    found: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "error",
        "message": {"text": text.clean(f"{cluster.count}× {cluster_text(cluster)}", _MOST)},
        "locations": [{"physicalLocation": _location(cluster.route, routes, config)}],
        "partialFingerprints": {"parityCluster/v1": name},
        "occurrenceCount": max(1, cluster.count),
        "baselineState": "unchanged" if name in accepted else "new",
    }
    if name in accepted:
        found["suppressions"] = [{"kind": "external", "justification": "accepted by the baseline"}]
    return found


def _location(name: str, routes: RouteMap, config: Path) -> dict[str, Any]:
    route = routes.routes.get(name)
    file = config / "routes" / f"{route.entity}.toml" if route else config / "proxy.toml"
    line = 1
    if route is not None and file.is_file():
        wanted = f'name = "{name}"'
        lines = file.read_text(encoding="utf-8").splitlines()
        line = next((number for number, found in enumerate(lines, 1) if found.strip() == wanted), 1)
    shown = f"{config.name}/{file.relative_to(config).as_posix()}"
    return {"artifactLocation": {"uri": shown}, "region": {"startLine": line}}

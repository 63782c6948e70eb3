"""A check as SARIF 2.1.0: code scanning shows each cluster at its route's entry in the route map."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from config import text
from config.routes import RouteMap
from diffing.cluster import cluster_id
from diffing.model import UNDOCUMENTED, Outcome
from diffing.parity import FAILING
from proxy.checking.check import CheckResult
from proxy.checking.junit import cluster_text
from proxy.compare.tally import Cluster
from proxy.reporting.baseline import NOTHING, Acceptance

MOST: Final = 5_000
"""Most results: code scanning shows no more of a run."""
_LONGEST: Final = 20_000
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
_HELP: Final = (
    "Mend the new side, or say that the difference is intended: `parity file CLUSTER --as documented` makes the entry "
    "of config/deviations, `--as legacy-defect` one for an answer that PHP broke. A difference that may stay for a "
    "time goes into the baseline (`parity baseline`). docs/reading-reports.md tells more."
)


def sarif(
    result: CheckResult,
    routes: RouteMap,
    config: Path,
    accepted: Acceptance = NOTHING,
    *,
    category: str = "new",
) -> dict[str, Any]:
    """A check as SARIF. Returns the document.

    Args:
        result: What the check found.
        config: The configuration directory, for the lines of the routes.
        accepted: What the baseline accepts: notes that are suppressed.
        category: Tells this check from others of the same commit.
    """
    rules = [str(verdict) for verdict in FAILING]
    found = sorted(
        result.tally.clusters.values(),
        # What is accepted comes last: it is the first that has no place.
        key=lambda cluster: (
            cluster_id(cluster.signature) in accepted.entries,
            -cluster.count,
            cluster.signature,
        ),
    )
    told = [("error", breach) for breach in result.breaches]
    if accepted is not NOTHING:
        told.append(("note", accepted.sentence))
    if len(found) > MOST:
        told.append(
            ("warning", f"{len(found) - MOST} of {len(found)} clusters are left out, the rarest ones")
        )
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "parity",
                        "informationUri": "https://github.com/openml",
                        "rules": list(map(_rule, rules)),
                    }
                },
                "automationDetails": {"id": f"parity/{quote(category, safe='')}/"},
                "columnKind": "unicodeCodePoints",
                "results": [_result(cluster, rules, routes, config, accepted) for cluster in found[:MOST]],
                "invocations": [
                    {
                        "executionSuccessful": True,
                        "exitCode": 1 if result.breaches else 0,
                        "toolExecutionNotifications": [
                            {"level": level, "message": {"text": text.clean(sentence)}}
                            for level, sentence in told
                        ],
                    }
                ],
            }
        ],
    }


def _rule(verdict: str) -> dict[str, Any]:
    meaning = _MEANING[verdict]
    return {
        "id": verdict,
        "name": "".join(word.capitalize() for word in re.split("[_:]", verdict)),
        "shortDescription": {"text": meaning},
        "fullDescription": {"text": f"{meaning} All exchanges that share the difference are one result."},
        "help": {"text": _HELP.replace("`", ""), "markdown": _HELP},
        "defaultConfiguration": {"level": "error"},
    }


def _result(
    cluster: Cluster, rules: list[str], routes: RouteMap, config: Path, accepted: Acceptance
) -> dict[str, Any]:
    name = cluster_id(cluster.signature)
    rule = cluster.verdict if cluster.verdict in rules else str(Outcome.MISMATCH)
    until = accepted.told(name)
    shown = f"{cluster.count}× {cluster_text(cluster)}" + (f"\n{until}" if until else "")
    found: dict[str, Any] = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": "note" if until else "error",
        "message": {"text": text.clean(shown, _LONGEST)},
        "locations": [{"physicalLocation": _location(cluster.route, routes, config)}],
        # Code scanning would else hash the line, and all clusters of a route would be one alert.
        "partialFingerprints": {"primaryLocationLineHash": f"{name}:1", "parityCluster/v1": name},
        "occurrenceCount": max(1, cluster.count),
        "baselineState": "unchanged" if until else "new",
    }
    if until:
        found["suppressions"] = [{"kind": "external", "justification": text.clean(until)}]
    return found


def _location(name: str, routes: RouteMap, config: Path) -> dict[str, Any]:
    route = routes.routes.get(name)
    file = config / "routes" / f"{route.entity}.toml" if route else config / "proxy.toml"
    line = 1
    if route is not None and file.is_file():
        wanted = f'name = "{name}"'
        lines = file.read_text(encoding="utf-8").splitlines()
        line = next((number for number, found in enumerate(lines, 1) if found.strip() == wanted), 1)
    return {"artifactLocation": {"uri": _uri(file, config)}, "region": {"startLine": line}}


def _uri(file: Path, config: Path) -> str:
    """The path from where the command was started, which CI makes the repository's root; encoded as a URI has it."""
    whole, here = file.resolve(), Path.cwd()
    shown = whole.relative_to(here) if whole.is_relative_to(here) else config.name / file.relative_to(config)
    return quote(shown.as_posix())

"""A check as SARIF."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson

from config.routes import load_routes
from diffing.cluster import cluster_id
from proxy.check import CheckResult
from proxy.checking.report import json_bytes
from proxy.checking.sarif import sarif
from tests.proxy.checks import ACCEPTED, KNOWN, NEW, parity, result

SCHEMA = orjson.loads((Path(__file__).parent / "schemas" / "sarif.json").read_bytes())


def written(found: CheckResult, config: Path) -> Any:
    """The run in the file as code scanning reads it: it fits the schema."""
    document = orjson.loads(json_bytes(sarif(found, load_routes(config), config, ACCEPTED)))
    jsonschema_rs.validate(SCHEMA, document)
    return document["runs"][0]


def test_each_cluster_is_a_result_with_its_name_as_fingerprint(config: Path) -> None:
    """So that code scanning knows it again."""
    results = written(result(), config)["results"]
    prints = [item["partialFingerprints"]["parityCluster/v1"] for item in results]
    assert prints == [cluster_id(NEW), cluster_id(KNOWN)]


def test_it_stands_where_its_route_is_declared(config: Path) -> None:
    """File and line."""
    place = written(result(), config)["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "config/routes/tasks.toml"
    line = (config / "routes" / "tasks.toml").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert line == 'name = "task.get"'


def test_an_accepted_one_is_suppressed(config: Path) -> None:
    """The others are new."""
    results = written(result(), config)["results"]
    assert [(item["baselineState"], "suppressions" in item) for item in results] == [
        ("new", False),
        ("unchanged", True),
    ]


def test_rules_are_found_by_their_index(config: Path) -> None:
    """Of the verdicts that fail a check."""
    run = written(result(), config)
    rules = run["tool"]["driver"]["rules"]
    assert {rules[item["ruleIndex"]]["id"] for item in run["results"]} == {"mismatch"}


def test_rules_have_names_in_words(config: Path) -> None:
    """Also that of a verdict with a reason."""
    rules = written(result(), config)["tool"]["driver"]["rules"]
    assert "LegacyErrorUndocumented" in {rule["name"] for rule in rules}


def test_parity_has_no_result(config: Path) -> None:
    """And exit code 0."""
    run = written(parity(), config)
    assert (run["results"], run["invocations"][0]["exitCode"]) == ([], 0)

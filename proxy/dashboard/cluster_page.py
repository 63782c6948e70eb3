"""The page of one cluster: what differs in words, both documents side by side, the requests, and what to paste."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from config.templates import parse_template
from diffing.compare import Differ
from diffing.expected import documents
from proxy.dashboard.bodies import lines
from proxy.dashboard.deviation_pages import told_by_id
from proxy.dashboard.document_diff import diff
from proxy.dashboard.page import Page
from proxy.exchange.sample import answer_of, asked_of
from proxy.log.clusters import Shown
from proxy.log.writer import utc_now
from proxy.reporting.cluster_view import DIFFERENCE_TITLES, difference_rows
from proxy.reporting.cluster_words import causes_of, common_of, title_of
from proxy.reporting.pytest_case import pytest_case
from proxy.reporting.recording_line import recording_line
from proxy.rollout.live_config import LiveConfig
from proxy.triage.file_cluster import TriageError, TriageVerdict, file_cluster

VIEWS: Final = ("expected", "legacy", "new", "headers", "timing")
_NEARLY: Final = 20


def cluster_page(found: Shown, in_force: LiveConfig, query: Mapping[str, str], offered: str = "") -> Page:
    """The page.

    Args:
        in_force: Routes, registry and problem types of today.
        query: ``show`` (one of `VIEWS`), ``parameter`` (a name, or ``NAME=VALUE``) and ``role`` of requests.
        offered: What may be decided about it, as `proxy.dashboard.decisions.Decisions.offered` says.
    """
    rows = difference_rows(found)
    differences = found.differences
    sample = found.sample
    show = query.get("show") or VIEWS[0]
    requests = fitting_requests(found.requests, query.get("parameter", ""), query.get("role", ""))
    context: dict[str, Any] = {
        "cluster": found.cluster,
        "heading": title_of(found),
        "causes": causes_of(found),
        "example": found.example,
        "sample": sample,
        "nearly": list(dict.fromkeys(sentence for item in differences for sentence in item["nearly"]))[
            :_NEARLY
        ],
        "known": told_by_id(in_force.registry).keys(),
        "show": show,
        "views": VIEWS,
        "requests": requests,
        "kept": len(found.requests),
        "common": common_of(found.requests, _segments(found, in_force)),
        "parameters": sorted({name for item in found.requests for name in item["parameters"]}),
        "roles": sorted({str(item["role"]) for item in found.requests if item["role"]}),
        "wanted": {"parameter": query.get("parameter", ""), "role": query.get("role", "")},
        "parts": None,
        "body": [],
        "headers": [],
        "recording": "",
        "test": "",
        "filing": filing(found, in_force),
        "offered": offered,
        "today": utc_now().date().isoformat(),
    }
    if sample:
        context["recording"] = recording_line(found.cluster.short, sample)
        context["test"] = pytest_case(found.cluster.short, found.cluster.signature, sample)
        if show == "expected":
            context["parts"] = _parts(sample, in_force)
        elif show in ("legacy", "new"):
            context["body"] = lines(sample[show]["body"], [str(item["path"]) for item in differences])
        elif show == "headers":
            context["headers"] = header_rows(sample["legacy"]["headers"], sample["new"]["headers"])
    document = {**found.document(), "title": context["heading"], "filing": context["filing"]}
    return Page("cluster.html", f"Cluster {found.cluster.short}", DIFFERENCE_TITLES, rows, context, document)


def fitting_requests(
    requests: Sequence[Mapping[str, Any]], parameter: str, role: str
) -> list[Mapping[str, Any]]:
    """The requests with a parameter (a name, or ``NAME=VALUE``) and of a role; empty for any."""
    name, equals, value = parameter.partition("=")
    return [
        item
        for item in requests
        if (not name or (name in item["parameters"] and (not equals or item["parameters"][name] == value)))
        and (not role or str(item["role"]) == role)
    ]


def header_rows(
    legacy: Sequence[Sequence[str]], new: Sequence[Sequence[str]]
) -> list[tuple[str, str, str, bool]]:
    """Name, values of both sides, and whether they are the same, of each header that one of them has."""
    sides: list[dict[str, list[str]]] = [{}, {}]
    for found, headers in zip(sides, (legacy, new), strict=True):
        for name, value in headers:
            found.setdefault(str(name).lower(), []).append(str(value))
    told = []
    for name in sorted({*sides[0], *sides[1]}):
        values = [", ".join(found.get(name, ())) for found in sides]
        told.append((name, values[0], values[1], sides[0].get(name) == sides[1].get(name)))
    return told


def filing(found: Shown, in_force: LiveConfig) -> dict[str, dict[str, str]]:
    """By verdict: what to paste and what to do with it, or why it cannot be that."""
    filed: dict[str, dict[str, str]] = {}
    for verdict in TriageVerdict:
        try:
            made = file_cluster(found, verdict, in_force)
            filed[str(verdict)] = {"text": made.text, "remark": made.remark}
        except TriageError as error:
            filed[str(verdict)] = {"text": "", "remark": str(error)}
    return filed


def _parts(sample: Mapping[str, Any], in_force: LiveConfig) -> Any:
    """The lines of both documents; None where nothing is expected, or a body was cut."""
    route = sample["asked"]["route"]
    cut = sample["legacy"]["truncated"] or sample["new"]["truncated"]
    if cut or (route is not None and route not in in_force.routes.routes):
        return None
    differ = Differ(in_force.registry, in_force.problems)
    asked = asked_of(sample, in_force.routes)
    try:
        found = documents(differ, asked, answer_of(sample["legacy"]), answer_of(sample["new"]))
    except RecursionError:
        return None
    return None if found is None else diff(found.expected, found.new, asked.route.rows if asked.route else ())


def _segments(found: Shown, in_force: LiveConfig) -> set[str]:
    """Parameters that every request of the route has: those of its path."""
    route = in_force.routes.routes.get(found.cluster.route)
    if route is None or route.legacy is None:
        return set()
    return {segment.text for segment in parse_template(route.legacy.path) if segment.kind != "literal"}

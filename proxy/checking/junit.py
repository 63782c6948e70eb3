"""A check as JUnit XML, which every CI system shows: a suite per route, a case per route and per cluster."""

import re
from collections import defaultdict
from typing import Final

from lxml import etree

from config import text
from diffing.cluster import cluster_id
from diffing.model import Outcome
from proxy.checking.check import CheckResult
from proxy.compare.tally import Cluster, Counts
from proxy.reporting.baseline import NOTHING, Acceptance
from proxy.reporting.values import sides

_MOST: Final = 100_000
_NUMBER: Final = re.compile(r"\b\d+\b")


def junit(result: CheckResult, accepted: Acceptance = NOTHING) -> bytes:
    """A check as JUnit XML. ``result``: what the check found. ``accepted``: what the baseline accepts: skipped cases.
    Returns UTF-8 with declaration.
    """
    root = etree.Element("testsuites", name="parity")
    totals = [0, 0, 0]
    seconds = defaultdict[str, float](float)
    for exchange in result.exchanges:
        seconds[exchange.route] += exchange.new.seconds if exchange.new is not None else 0.0
    root.set("time", f"{sum(seconds.values()):.3f}")
    if accepted is not NOTHING:
        _add(totals, _baseline(root, accepted))
    suites = {route: list[Cluster]() for route in result.tally.routes}
    for cluster in sorted(result.tally.clusters.values(), key=lambda found: (-found.count, found.signature)):
        suites.setdefault(cluster.route, []).append(cluster)
    for route, clusters in sorted(suites.items()):
        counts = result.tally.routes.get(route, Counts())
        _add(totals, _suite(root, route, counts, clusters, accepted, seconds.get(route, 0.0)))
    if result.breaches:
        _add(totals, _breaches(root, result.breaches))
    for name, number in zip(("tests", "failures", "skipped"), totals, strict=True):
        root.set(name, str(number))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _suite(
    root: etree._Element,
    route: str,
    counts: Counts,
    clusters: list[Cluster],
    accepted: Acceptance,
    seconds: float,
) -> tuple[int, int, int]:
    suite = etree.SubElement(root, "testsuite", name=_text(route))
    case = etree.SubElement(
        suite, "testcase", classname=_text(route), name="compared exchanges", time=f"{seconds:.3f}"
    )
    failures, skipped = 0, 0
    if counts.compared == 0:
        skipped += 1
        etree.SubElement(case, "skipped", message=f"none of {counts.received} was compared")
    told = ", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.verdicts.items()))
    etree.SubElement(case, "system-out").text = _text(told)
    for cluster in clusters:
        name = cluster_id(cluster.signature)
        case = etree.SubElement(
            suite,
            "testcase",
            classname=_text(route),
            name=_text(f"{name[:10]} {cluster.signature}"),
            time="0.000",
        )
        message = (
            f"{cluster.count} exchanges, at {cluster.example.get('path')} ({cluster.example.get('what')})"
        )
        if told := accepted.told(name):
            skipped += 1
            etree.SubElement(case, "skipped", message=_text(f"{told}; {message}"))
        else:
            failures += 1
            failed = etree.SubElement(
                case, "failure", message=_text(message), type=_text(cluster.verdict or Outcome.MISMATCH)
            )
            failed.text = _text(cluster_text(cluster))
    numbers = (len(clusters) + 1, failures, skipped)
    _tell(suite, numbers, seconds)
    return numbers


def _baseline(root: etree._Element, accepted: Acceptance) -> tuple[int, int, int]:
    """A case that passes and tells how much is accepted."""
    suite = etree.SubElement(root, "testsuite", name="baseline")
    case = etree.SubElement(suite, "testcase", classname="parity", name="baseline", time="0.000")
    etree.SubElement(case, "system-out").text = accepted.sentence
    _tell(suite, (1, 0, 0))
    return (1, 0, 0)


def _breaches(root: etree._Element, breaches: tuple[str, ...]) -> tuple[int, int, int]:
    suite = etree.SubElement(root, "testsuite", name="parity")
    for breach in breaches:
        # A name with a count in it would be another test in each run.
        name = _NUMBER.sub("N", breach)
        case = etree.SubElement(suite, "testcase", classname="parity", name=_text(name), time="0.000")
        etree.SubElement(case, "failure", message=_text(breach), type="breach")
    numbers = (len(breaches), len(breaches), 0)
    _tell(suite, numbers)
    return numbers


def cluster_text(cluster: Cluster) -> str:
    """What a reader needs to see a difference."""
    example = cluster.example
    lines = [
        cluster.signature,
        str(example.get("curl") or example.get("request")),
        *(f"{side:<8} {value}" for side, value in sides(example)),
        *example.get("nearly", ()),
    ]
    return "\n".join(lines)


def _tell(suite: etree._Element, numbers: tuple[int, int, int], seconds: float = 0.0) -> None:
    for name, number in zip(("tests", "failures", "skipped"), numbers, strict=True):
        suite.set(name, str(number))
    suite.set("errors", "0")
    suite.set("time", f"{seconds:.3f}")


def _add(totals: list[int], numbers: tuple[int, int, int]) -> None:
    for index, number in enumerate(numbers):
        totals[index] += number


def _text(content: object) -> str:
    return text.clean(content, _MOST)

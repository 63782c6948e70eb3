"""A check as JUnit XML, which every CI system shows: a suite per route, a case per route and per cluster."""

from typing import Final

from lxml import etree

from config import text
from diffing.cluster import cluster_id
from diffing.model import Outcome
from proxy.check import CheckResult
from proxy.tally import Cluster, Counts

_MOST: Final = 100_000


def junit(result: CheckResult, accepted: frozenset[str] = frozenset()) -> bytes:
    """A check as JUnit XML.

    Args:
        result: What the check found.
        accepted: Clusters that the baseline accepts: they are skipped cases.

    Returns:
        UTF-8 with declaration.
    """
    root = etree.Element("testsuites", name="parity")
    totals = [0, 0, 0]
    suites = {route: list[Cluster]() for route in result.tally.routes}
    for cluster in sorted(result.tally.clusters.values(), key=lambda found: (-found.count, found.signature)):
        suites.setdefault(cluster.route, []).append(cluster)
    for route, clusters in sorted(suites.items()):
        counts = result.tally.routes.get(route, Counts())
        _add(totals, _suite(root, route, counts, clusters, accepted))
    if result.breaches:
        _add(totals, _breaches(root, result.breaches))
    for name, number in zip(("tests", "failures", "skipped"), totals, strict=True):
        root.set(name, str(number))
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _suite(
    root: etree._Element, route: str, counts: Counts, clusters: list[Cluster], accepted: frozenset[str]
) -> tuple[int, int, int]:
    suite = etree.SubElement(root, "testsuite", name=_text(route))
    case = etree.SubElement(suite, "testcase", classname=_text(route), name="compared exchanges")
    failures, skipped = 0, 0
    if counts.compared == 0:
        skipped += 1
        etree.SubElement(case, "skipped", message=f"none of {counts.received} was compared")
    told = ", ".join(f"{verdict} {count}" for verdict, count in sorted(counts.verdicts.items()))
    etree.SubElement(case, "system-out").text = _text(told)
    for cluster in clusters:
        name = cluster_id(cluster.signature)
        case = etree.SubElement(
            suite, "testcase", classname=_text(route), name=_text(f"{name[:10]} {cluster.signature}")
        )
        message = (
            f"{cluster.count} exchanges, at {cluster.example.get('path')} ({cluster.example.get('what')})"
        )
        if name in accepted:
            skipped += 1
            etree.SubElement(case, "skipped", message=_text(f"in the baseline: {message}"))
        else:
            failures += 1
            failed = etree.SubElement(
                case, "failure", message=_text(message), type=_text(cluster.verdict or Outcome.MISMATCH)
            )
            failed.text = _text(cluster_text(cluster))
    numbers = (len(clusters) + 1, failures, skipped)
    _tell(suite, numbers)
    return numbers


def _breaches(root: etree._Element, breaches: tuple[str, ...]) -> tuple[int, int, int]:
    suite = etree.SubElement(root, "testsuite", name="parity")
    for breach in breaches:
        case = etree.SubElement(suite, "testcase", classname="parity", name=_text(breach))
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
        f"legacy {example.get('legacy')!r}",
        f"new    {example.get('new')!r}",
        *example.get("nearly", ()),
    ]
    return "\n".join(lines)


def _tell(suite: etree._Element, numbers: tuple[int, int, int]) -> None:
    for name, number in zip(("tests", "failures", "skipped"), numbers, strict=True):
        suite.set(name, str(number))
    suite.set("errors", "0")


def _add(totals: list[int], numbers: tuple[int, int, int]) -> None:
    for index, number in enumerate(numbers):
        totals[index] += number


def _text(content: object) -> str:
    return text.clean(content, _MOST)

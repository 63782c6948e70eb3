"""What a check leaves for machines beside its exit status: JUnit, SARIF, Markdown, the summary of a GitHub job."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from config.routes import load_routes
from diffing.cluster import cluster_id
from proxy.checking.check import CheckError, CheckResult
from proxy.checking.junit import junit
from proxy.checking.report import headline
from proxy.checking.sarif import sarif
from proxy.reporting import markdown
from proxy.reporting.baseline import NOTHING, Acceptance, Baseline
from proxy.reporting.tables import GLOSSARY, json_bytes, summary

SUMMARY = "GITHUB_STEP_SUMMARY"
"""Environment variable of GitHub Actions: a file whose Markdown is shown on the page of the job."""

_CLUSTERS = 50


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results of a check go; None for nowhere.

    Args:
        junit: File for JUnit XML.
        sarif: File for SARIF 2.1.0.
        markdown: File for Markdown.
        category: Tells the SARIF of this check from others of the same commit.
    """

    junit: Path | None = None
    sarif: Path | None = None
    markdown: Path | None = None
    category: str = "new"


def write_outputs(
    result: CheckResult,
    outputs: Outputs,
    config: Path,
    *,
    baseline: Baseline | None,
    today: date,
    environ: Mapping[str, str] | None = None,
) -> list[str]:
    """Write them all. Returns remarks on the baseline. Raises CheckError: a file cannot be written.

    Args:
        result: What the check found.
        baseline: What is accepted.
        environ: The environment; None for that of the process.
    """
    accepted = baseline.on(today) if baseline else NOTHING
    seen = [cluster_id(cluster.signature) for cluster in result.tally.clusters.values()]
    remarks = baseline.remarks(seen, today) if baseline else []
    if outputs.junit:
        _write(outputs.junit, junit(result, accepted))
    if outputs.sarif:
        document = sarif(result, load_routes(config), config, accepted, category=outputs.category)
        _write(outputs.sarif, json_bytes(document))
    text = check_markdown(result, accepted, remarks).encode()
    if outputs.markdown:
        _write(outputs.markdown, text)
    shown = (os.environ if environ is None else environ).get(SUMMARY)
    if shown:
        _write(Path(shown), text, append=True)
    return remarks


def check_markdown(result: CheckResult, accepted: Acceptance, remarks: list[str]) -> str:
    """A check as Markdown: parity or not and why, then the differences, then the counts."""
    clusters = result.tally.clusters.values()
    new = [cluster for cluster in clusters if cluster_id(cluster.signature) not in accepted.entries]
    known = [cluster for cluster in clusters if cluster_id(cluster.signature) in accepted.entries]
    parts = [f"# {headline(result, accepted)}\n", summary(result.tally) + "\n"]
    parts += [f"- {markdown.cell(breach)}" for breach in result.breaches]
    if accepted is not NOTHING:
        parts.append(f"- {markdown.cell(accepted.sentence)}")
    parts += [f"- {markdown.cell(remark)}" for remark in remarks]
    parts.append("")
    if new:
        parts += ["## Differences\n", markdown.clusters(new, _CLUSTERS)]
    if known:
        parts += ["## In the baseline\n", markdown.clusters(known, _CLUSTERS, accepted.told)]
    parts.append(f"<details><summary>Routes</summary>\n\n{markdown.routes(result.tally)}\n</details>\n")
    parts.append(f"{GLOSSARY}\n")
    return "\n".join(parts)


def _write(file: Path, content: bytes, *, append: bool = False) -> None:
    try:
        with file.open("ab" if append else "wb") as opened:
            opened.write(content)
    except OSError as error:
        raise CheckError(f"{file} cannot be written: {error.strerror}") from error

"""What a check leaves for machines."""

from datetime import date
from pathlib import Path

import pytest

from diffing.cluster import cluster_id
from proxy.checking.check import CheckError
from proxy.checking.outputs import SUMMARY, Outputs, check_markdown, write_outputs
from proxy.reporting.baseline import Accepted, Baseline
from proxy.reporting.tables import GLOSSARY
from tests.proxy.checks import ACCEPTED, KNOWN, parity, result

TODAY = date(2026, 11, 22)


def test_all_files_are_written(tmp_path: Path, config: Path) -> None:
    """Those that were asked for."""
    outputs = Outputs(tmp_path / "j.xml", tmp_path / "s.sarif", tmp_path / "m.md")
    write_outputs(result(), outputs, config, baseline=None, today=TODAY, environ={})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["j.xml", "m.md", "s.sarif"]


def test_the_summary_of_a_job_is_appended_to(tmp_path: Path, config: Path) -> None:
    """Other steps write it too."""
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    write_outputs(parity(), Outputs(), config, baseline=None, today=TODAY, environ={SUMMARY: str(summary)})
    assert summary.read_text().startswith("before\n# Parity: yes\n")


def test_the_baseline_is_remarked_on(config: Path) -> None:
    """When an entry has ended."""
    entry = Accepted(cluster_id(KNOWN), KNOWN, "Known.", date(2026, 11, 21))
    remarks = write_outputs(
        result(), Outputs(), config, baseline=Baseline({entry.cluster: entry}), today=TODAY, environ={}
    )
    assert [remark.split()[:2] for remark in remarks] == [["the", "baseline"]]


def test_markdown_tells_what_is_new_apart_from_what_is_known() -> None:
    """And why there is no parity."""
    text = check_markdown(result(), ACCEPTED, [])
    assert text.endswith(f"\n{GLOSSARY}\n")
    assert "accepted until 2026-12-01: Known since Monday." in text
    assert "- baseline: 1 accepted, 1 expires within 14 days" in text
    new, _, known = text.partition("## In the baseline")
    assert ("$.new" in new, "$.known" in new, "$.known" in known) == (True, False, True)
    assert "- 2 mismatch beside 1 in the baseline" in text


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, config: Path) -> None:
    """With its name."""
    with pytest.raises(CheckError, match="cannot be written"):
        write_outputs(parity(), Outputs(markdown=tmp_path), config, baseline=None, today=TODAY, environ={})

"""What is accepted for a time."""

from datetime import date
from pathlib import Path

import pytest

from config.errors import ConfigError
from proxy.log.clusters import StoredCluster
from proxy.log.states import ClusterState, Standing
from proxy.reporting.baseline import Accepted, Baseline, baseline_text, exported, load_baseline, updated
from tests.proxy.logs import FIRST

DAY, LATER = date(2026, 11, 22), date(2026, 12, 31)
ENTRY = Accepted("ab" * 32, 'task.get "$.a" \\ \x7f\x01', "Known since\nMonday.", DAY, 'Ann "A"')
BASELINE = Baseline({ENTRY.cluster: ENTRY})


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """Whatever a signature contains."""
    (tmp_path / "b.toml").write_text(baseline_text(BASELINE))
    assert load_baseline(tmp_path / "b.toml") == BASELINE


def test_the_last_day_counts() -> None:
    """The next one does not."""
    assert BASELINE.on(DAY).entries == {ENTRY.cluster: ENTRY}
    assert BASELINE.on(LATER).entries == {}


@pytest.mark.parametrize(("day", "told"), [(DAY, "1 expires"), (date(2026, 11, 7), "0 expire")])
def test_how_much_is_accepted_is_told(day: date, told: str) -> None:
    """And how much of it ends soon; of each entry until when and why, on one line."""
    accepted = BASELINE.on(day)
    assert accepted.sentence == f"baseline: 1 accepted, {told} within 14 days"
    assert accepted.told(ENTRY.cluster) == "accepted until 2026-11-22: Known since Monday."
    assert accepted.told("cd" * 32) == ""


def test_what_has_ended_or_gone_is_told() -> None:
    """So that the file is kept short."""
    assert BASELINE.remarks([ENTRY.cluster], DAY) == []
    [remark] = BASELINE.remarks([ENTRY.cluster], LATER)
    assert "until 2026-11-22 only" in remark
    assert f"parity file {ENTRY.cluster[:10]}" in remark
    assert "parity baseline FOUND.json --reason WHY --expires DATE" in remark
    assert "did not come again" in BASELINE.remarks([], DAY)[0]


def test_an_update_keeps_reasons_adds_what_is_new_and_drops_what_is_gone() -> None:
    """Unless it shall be kept."""
    found = updated(BASELINE, {"cd" * 32: "task.get $.b"}, "New.", LATER, today=DAY)
    assert found.entries == {"cd" * 32: Accepted("cd" * 32, "task.get $.b", "New.", LATER)}
    kept = updated(BASELINE, {"cd" * 32: "task.get $.b"}, "New.", LATER, today=DAY, prune=False)
    assert (len(kept.entries), kept.entries[ENTRY.cluster]) == (2, ENTRY)


def test_what_has_ended_and_comes_again_is_accepted_anew() -> None:
    """With the new reason and end; what has not ended keeps its own."""
    came = {ENTRY.cluster: ENTRY.signature}
    assert updated(BASELINE, came, "Again.", LATER, today=DAY) == BASELINE
    [entry] = updated(BASELINE, came, "Again.", LATER, today=LATER).entries.values()
    assert (entry.reason, entry.expires) == ("Again.", LATER)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[accept]]", "accept"),
        ('[[accepted]]\ncluster = "a"\nsignature = "b"\nreason = " "\nexpires = 2026-12-31', "reason"),
        ('[[accepted]]\ncluster = "a"\nsignature = "b"\nreason = "c"', "expires"),
    ],
)
def test_an_entry_without_reason_or_end_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """Nothing is accepted for ever or for nothing."""
    (tmp_path / "b.toml").write_text(text)
    with pytest.raises(ConfigError, match=told):
        load_baseline(tmp_path / "b.toml")


def test_accepted_clusters_of_a_log_are_a_baseline() -> None:
    """Nothing of it is lost; clusters in other states are not in it."""
    found = [
        StoredCluster(ENTRY.cluster, ENTRY.signature, "r", "mismatch", 1, FIRST, FIRST, standing=standing)
        for standing in (ENTRY.standing, Standing(), Standing(ClusterState.DOCUMENTED, FIRST, "why", "who"))
    ]
    assert exported(found[:1]) == BASELINE
    assert exported(found[1:]) == Baseline({})

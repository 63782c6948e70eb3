"""Clusters that a team has accepted for a time: a check fails only on what is new.

An entry is no documented deviation. It says that a difference is known, why it may stay, and until when.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from config.errors import ConfigError
from config.typed import Place, build, read_toml
from proxy.log.clusters import StoredCluster
from proxy.log.states import ClusterState, Standing
from proxy.log.writer import utc_now

_HEAD: Final = """# Differences that are known and may stay for a time: `parity check --baseline` does not fail on them.
# Written by `parity baseline`; edit reason and expires by hand. What is intended belongs into config/deviations/.
"""

_SOON: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted cluster.

    Args:
        cluster: Its name (diffing.cluster), whole.
        signature: What its exchanges share, for readers.
        reason: Why it may stay.
        expires: The last day on which it is accepted.
        by: Who accepted it; empty where nobody is named.
    """

    cluster: str
    signature: str
    reason: str
    expires: date
    by: str = ""

    @property
    def standing(self) -> Standing:
        """The same as a state in a diff log, from now on."""
        return Standing(ClusterState.ACCEPTED, utc_now(), self.reason, self.by, self.expires)


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What is accepted on a day. ``entries``: the entries that hold on it, by the names of their clusters."""

    entries: Mapping[str, Accepted]
    today: date

    @property
    def soon(self) -> int:
        """How many of them hold for two more weeks at most."""
        return sum(entry.expires <= self.today + _SOON for entry in self.entries.values())

    @property
    def sentence(self) -> str:
        """How many there are, and how many of them expire soon."""
        expire = "expires" if self.soon == 1 else "expire"
        return f"baseline: {len(self.entries)} accepted, {self.soon} {expire} within {_SOON.days} days"

    def told(self, cluster: str) -> str:
        """Until when a cluster is accepted and why; empty for one that is not."""
        entry = self.entries.get(cluster)
        return "" if entry is None else f"accepted until {entry.expires}: {' '.join(entry.reason.split())}"


NOTHING: Final = Acceptance({}, date.min)
"""Without a baseline nothing is accepted."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """All accepted clusters, by name."""

    entries: Mapping[str, Accepted]

    def on(self, today: date) -> Acceptance:
        """What is accepted today."""
        return Acceptance(
            {name: entry for name, entry in self.entries.items() if today <= entry.expires}, today
        )

    def remarks(self, seen: Iterable[str], today: date) -> list[str]:
        """What to do about the baseline, one sentence each. ``seen``: names of the clusters that a check found."""
        found = set(seen)
        return [
            f"the baseline accepted {name[:10]} until {entry.expires} only: {entry.signature}; mend it, document it "
            f"(parity file {name[:10]}), or accept it anew (parity baseline FOUND.json --reason WHY --expires DATE)"
            for name, entry in self.entries.items()
            if name in found and entry.expires < today
        ] + [
            f"{name[:10]} did not come again and can leave the baseline: {entry.signature}"
            for name, entry in self.entries.items()
            if name not in found
        ]


def load_baseline(file: Path) -> Baseline:
    """Read a baseline. ``file``: the TOML file. Raises ConfigError: it cannot be read, or an entry lacks its reason or
    its end.
    """
    document = read_toml(file)
    for key in document:
        if key != "accepted":
            raise ConfigError("is not known; a baseline holds [[accepted]]", file=file, key=key)
    entries: dict[str, Accepted] = {}
    tables = document.get("accepted", [])
    for number, table in enumerate(tables if isinstance(tables, list) else [tables], start=1):
        place = Place(file, f"[[accepted]] number {number}")
        entry = build(Accepted, table, place)
        if not entry.reason.strip():
            raise place.error("must say why the difference may stay", "reason")
        entries[entry.cluster] = entry
    return Baseline(entries)


def updated(
    before: Baseline,
    clusters: Mapping[str, str],
    reason: str,
    expires: date,
    *,
    today: date,
    prune: bool = True,
) -> Baseline:
    """The baseline after a check.

    Args:
        before: The baseline so far; its entries keep reason and end, unless they have ended.
        clusters: Name to signature of what the check found.
        reason: Of those that are new in it.
        expires: Likewise.
        prune: Leave out those that did not come again.
    """
    kept = {name: entry for name, entry in before.entries.items() if name in clusters or not prune}
    new = {
        name: Accepted(name, signature, reason, expires)
        for name, signature in clusters.items()
        if name not in before.entries or before.entries[name].expires < today
    }
    return Baseline({**kept, **new})


def exported(clusters: Iterable[StoredCluster]) -> Baseline:
    """The accepted ones among clusters of a diff log."""
    return Baseline(
        {
            cluster.id: Accepted(cluster.id, cluster.signature, found.reason, found.expires, found.by)
            for cluster in clusters
            if (found := cluster.standing).state is ClusterState.ACCEPTED and found.expires is not None
        }
    )


def baseline_text(baseline: Baseline) -> str:
    """The TOML of a baseline, its entries in the order of their signatures."""
    entries = sorted(baseline.entries.values(), key=lambda entry: (entry.signature, entry.cluster))
    return _HEAD + "".join(
        f"\n[[accepted]]\ncluster = {_toml(entry.cluster)}\nsignature = {_toml(entry.signature)}\n"
        f"reason = {_toml(entry.reason)}\nexpires = {entry.expires.isoformat()}\n"
        + (f"by = {_toml(entry.by)}\n" if entry.by else "")
        for entry in entries
    )


def _toml(text: str) -> str:
    # A basic string of TOML is one of JSON, but for DEL, which must be escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

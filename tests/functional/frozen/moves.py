"""What moved since the verdicts were frozen, and the moves that are listed with their reasons (`moved/*.toml`)."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final

from config.renamed import renamed
from diffing.parity import FAILING
from proxy.checking.check import VERDICTS
from tests.functional.frozen.verdicts import Verdict, Verdicts

FOLDER: Final = Path(__file__).parent / "moved"

Moves = Mapping[str, tuple[str, ...]]
Renamed = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Listed:
    """A group of moves that has a reason.

    Args:
        ids: Globs of the ids of exchanges.
        what: Globs of what moved, as `compare` prints it.
        reason: Why this is right.
    """

    ids: tuple[str, ...]
    what: tuple[str, ...]
    reason: str
    file: str

    def names(self, exchange: str) -> bool:
        """Whether an exchange is of the group."""
        return any(fnmatchcase(exchange, glob) for glob in self.ids)

    def allows(self, exchange: str, move: str) -> bool:
        """Whether a move is of the group."""
        return self.names(exchange) and any(fnmatchcase(move, glob) for glob in self.what)


def moves(before: Verdicts, after: Verdicts, renamed: Renamed) -> dict[str, tuple[str, ...]]:
    """What moved, by exchange; those that were not recorded when the verdicts were frozen are not looked at."""
    found = {
        name: tuple(_moved(verdict, after[name], renamed)) if name in after else ("gone",)
        for name, verdict in before.items()
    }
    return {name: moved for name, moved in found.items() if moved}


def _moved(before: Verdict, after: Verdict, renamed: Renamed) -> Iterable[str]:
    for field in fields(Verdict):
        old, new = getattr(before, field.name), getattr(after, field.name)
        if field.name in ("by", "effect"):
            gone, come = _other_ids(set(old.split()), set(new.split()), renamed)
            yield from (f"{field.name}: -{name}" for name in sorted(gone))
            yield from (f"{field.name}: +{name}" for name in sorted(come))
        elif old != new:
            yield f"{field.name}: {old or 'none'} -> {new or 'none'}"


def _other_ids(old: set[str], new: set[str], renamed: Renamed) -> tuple[set[str], set[str]]:
    """The ids that are gone, and those that came, where another name of the same is neither."""
    gone = {name for name in old - new if renamed.get(name, frozenset()).isdisjoint(new)}
    known = old.union(*(renamed.get(name, frozenset()) for name in old))
    return gone, new - known


def load_listed(folder: Path = FOLDER, kind: str = "") -> list[Listed]:
    """The listed moves of the files of a folder. ``kind``: `read` or `write`: without those that are about the other
    only (`NAME.read.toml`). Raises ValueError: a file does not list groups with `ids`, `what` and a `reason`.
    """
    found = []
    for file in sorted(folder.glob("*.toml")):
        if kind and file.stem.partition(".")[2] not in ("", kind):
            continue
        for group in tomllib.loads(file.read_text(encoding="utf-8")).get("moved", []):
            if set(group) != {"ids", "what", "reason"} or not all(group.values()):
                raise ValueError(f"{file.name}: each [[moved]] has ids, what and a reason, not {group}")
            found.append(Listed(tuple(group["ids"]), tuple(group["what"]), group["reason"], file.name))
    return found


def load_renamed(file: Path | None = None) -> dict[str, frozenset[str]]:
    """The ids that are called otherwise now. ``file``: with a table `renamed` of new ids and lists of old ones; None
    for that of the configuration.
    """
    if file is None:
        return {old: frozenset({new}) for old, new in renamed().items()}
    table = tomllib.loads(file.read_text(encoding="utf-8"))["renamed"]
    found: dict[str, frozenset[str]] = {}
    for new, several in table.items():
        for old in several:
            found[old] = found.get(old, frozenset()) | {new}
    return found


def unlisted(found: Moves, listed: Sequence[Listed]) -> dict[str, tuple[str, ...]]:
    """The moves that no group allows."""
    left = {
        name: tuple(move for move in moved if not any(group.allows(name, move) for group in listed))
        for name, moved in found.items()
    }
    return {name: moved for name, moved in left.items() if moved}


def stale(found: Moves, before: Verdicts, listed: Iterable[Listed]) -> list[str]:
    """Where a group lists a move that did not happen, unless it names none of the exchanges."""
    sentences: list[str] = []
    for group in listed:
        if not any(group.names(name) for name in before):
            continue
        moved = [(name, move) for name, several in found.items() for move in several]
        sentences.extend(
            f"{group.file}: nothing moved like {what!r} for {', '.join(group.ids)}"
            for what in group.what
            if not any(group.names(name) and fnmatchcase(move, what) for name, move in moved)
        )
    return sentences


def known_failures(before: Verdicts, listed: Sequence[Listed]) -> set[str]:
    """The exchanges that failed when the verdicts were frozen, without those of which a mend is listed."""
    fine = VERDICTS - set(FAILING)

    def mended(name: str, verdict: str) -> bool:
        mends = {f"verdict: {verdict} -> {good}" for good in fine}
        return any(not mends.isdisjoint(group.what) for group in listed if group.names(name))

    return {
        name for name, found in before.items() if found.verdict in FAILING and not mended(name, found.verdict)
    }


def known_effects(before: Verdicts, listed: Sequence[Listed]) -> set[str]:
    """The steps whose effect differed when the verdicts were frozen, without those of which a mend is listed."""
    mended = [group for group in listed if "effect: -different" in group.what]
    return {
        name
        for name, found in before.items()
        if found.effect == "different" and not any(group.names(name) for group in mended)
    }


def worse(listed: Iterable[Listed]) -> list[str]:
    """Listed moves that let a verdict or an effect become a failure: none may be."""
    fine = VERDICTS - set(FAILING)
    bad = ["effect: +different", *(f"verdict: {old} -> {new}" for old in fine for new in FAILING)]
    return [
        f"{group.file}: {what}"
        for group in listed
        for what in group.what
        if any(fnmatchcase(move, what) for move in bad)
    ]


def told(found: Moves, most: int = 5) -> list[str]:
    """Moves in groups for a person, the largest first: what moved, how often, and for which exchanges."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name, moved in found.items():
        for move in moved:
            key = "document: other" if move.startswith("document: ") else move
            groups[key].append(name)
    return [
        f"{len(names)}x {move}   {' '.join(sorted(names)[:most])}{' ...' if len(names) > most else ''}"
        for move, names in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    ]

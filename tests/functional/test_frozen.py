"""Comparing verdicts with frozen ones: what counts as a move, and which moves are listed."""

from pathlib import Path

import pytest

from tests.functional.frozen.moves import (
    Listed,
    known_effects,
    known_failures,
    load_listed,
    load_renamed,
    moves,
    stale,
    told,
    unlisted,
    worse,
)
from tests.functional.frozen.verdicts import Verdict, frozen, written

BEFORE = {
    "data.1": Verdict("explained", "abc", by="data-envelope data-integers"),
    "live.2": Verdict("mismatch", demand="404 no-page", differs="c1", by="no-page"),
    "live.3": Verdict("explained", effect="different"),
}
GROUP = Listed(("live.*",), ("verdict: mismatch -> explained", "differs: *"), "Mended.", "a.toml")


def test_the_same_does_not_move() -> None:
    """Exchanges that are recorded later are no move."""
    assert moves(BEFORE, BEFORE | {"new.1": Verdict("mismatch")}, {}) == {}


@pytest.mark.parametrize(
    ("name", "after", "expected"),
    [
        (
            "data.1",
            Verdict("match", "abc"),
            ("verdict: explained -> match", "by: -data-envelope", "by: -data-integers"),
        ),
        (
            "data.1",
            Verdict("explained", "abd", by="data-envelope data-integers"),
            ("document: abc -> abd",),
        ),
        (
            "live.2",
            Verdict("mismatch", demand="403 no", differs="c1", by="no-page"),
            ("demand: 404 no-page -> 403 no",),
        ),
        (
            "live.2",
            Verdict("mismatch", demand="404 no-page", differs="c2", by="no-page"),
            ("differs: c1 -> c2",),
        ),
        ("live.3", Verdict("explained", effect="equal"), ("effect: -different", "effect: +equal")),
    ],
)
def test_each_part_of_a_verdict_moves(name: str, after: Verdict, expected: tuple[str, ...]) -> None:
    """Verdict, document, demand, cluster, effect and ids."""
    assert moves(BEFORE, BEFORE | {name: after}, {}) == {name: expected}


def test_an_exchange_that_is_gone_is_a_move() -> None:
    """A recording that is taken away proves nothing any more."""
    assert moves(BEFORE, {}, {})["data.1"] == ("gone",)


def test_another_name_of_the_same_is_no_move() -> None:
    """An entry that became a rule; one that became several, of which not all have to do something."""
    renamed = {
        "data-envelope": frozenset({"envelope"}),
        "data-integers": frozenset({"typed-json", "typed-dates"}),
    }
    after = BEFORE | {"data.1": Verdict("explained", "abc", by="envelope typed-json")}
    assert moves(BEFORE, after, renamed) == {}
    without = BEFORE | {"data.1": Verdict("explained", "abc", by="envelope")}
    assert moves(BEFORE, without, renamed) == {"data.1": ("by: -data-integers",)}
    other = BEFORE | {
        "live.2": Verdict("mismatch", demand="404 no-page", differs="c1", by="envelope no-page")
    }
    assert moves(BEFORE, other, renamed) == {"live.2": ("by: +envelope",)}


def test_listed_moves_are_taken_out() -> None:
    """Only those of the exchanges and kinds that a group names."""
    found = {"live.2": ("verdict: mismatch -> explained", "by: +other"), "data.1": ("differs: c1 -> none",)}
    assert unlisted(found, [GROUP]) == {"live.2": ("by: +other",), "data.1": ("differs: c1 -> none",)}


def test_a_group_that_lists_too_much_is_told() -> None:
    """What did not move is not listed, unless other exchanges were compared."""
    found = {"live.2": ("verdict: mismatch -> explained",)}
    assert stale(found, BEFORE, [GROUP]) == ["a.toml: nothing moved like 'differs: *' for live.*"]
    assert stale(found, {"data.1": BEFORE["data.1"]}, [GROUP]) == []


def test_a_mend_shrinks_what_is_known_to_fail() -> None:
    """Verdicts and effects."""
    assert known_failures(BEFORE, []) == {"live.2"}
    assert known_failures(BEFORE, [GROUP]) == set()
    assert known_effects(BEFORE, [GROUP]) == {"live.3"}
    assert known_effects(BEFORE, [Listed(("live.3",), ("effect: -different",), "Mended.", "b.toml")]) == set()


@pytest.mark.parametrize("what", ["verdict: explained -> mismatch", "verdict: *", "*", "effect: +different"])
def test_a_failure_cannot_be_listed(what: str) -> None:
    """Nor can it hide behind a glob."""
    assert worse([Listed(("*",), (what,), "Why not.", "a.toml")]) == [f"a.toml: {what}"]
    assert worse([GROUP]) == []


def test_moves_are_told_in_groups() -> None:
    """The largest group first; digests are not told apart."""
    found = {"a": ("document: 1 -> 2", "by: +x"), "b": ("document: 3 -> 4",)}
    assert told(found) == ["2x document: other   a b", "1x by: +x   a"]


def test_files_are_read(tmp_path: Path) -> None:
    """Groups with their reasons; names that changed."""
    (tmp_path / "a.toml").write_text('[[moved]]\nids = ["x"]\nwhat = ["*"]\nreason = "Because."\n')
    assert load_listed(tmp_path) == [Listed(("x",), ("*",), "Because.", "a.toml")]
    (tmp_path / "b.toml").write_text('[[moved]]\nids = ["x"]\nwhat = ["*"]\n')
    with pytest.raises(ValueError, match=r"b\.toml: each"):
        load_listed(tmp_path)
    names = tmp_path / "names"
    names.write_text('[renamed]\nb = ["a"]\nd = ["c"]\ne = ["c"]\n')
    assert load_renamed(names) == {"a": frozenset({"b"}), "c": frozenset({"d", "e"})}


def test_frozen_verdicts_are_kept_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written and read they are the same."""
    file = tmp_path / "read.tsv.gz"
    file.write_bytes(written(BEFORE))
    monkeypatch.setattr("tests.functional.frozen.verdicts.FILES", {"read": file})
    assert frozen("read") == BEFORE

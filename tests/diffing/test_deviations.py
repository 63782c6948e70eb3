"""Reading the registry."""

import shutil
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.location import PACKAGED
from diffing.deviations import load_entries, load_registry
from diffing.registry import Kind
from tests.diffing.registry import ENTRIES, registry


def test_entries_keep_their_order(tmp_path: Path) -> None:
    """Each works on the outcome of the ones before."""
    names = [deviation.id for deviation in registry(tmp_path).of_route("thing.get")]
    assert names == ["thing-envelope", "thing-id", "thing-dies"]


def test_an_entry_is_read_whole(tmp_path: Path) -> None:
    """Kind, sides and premise."""
    entry = registry(tmp_path).by_id["thing-limit-zero"]
    assert entry.kind is Kind.STATUS
    assert entry.legacy is not None
    assert entry.new is not None
    assert (entry.legacy.codes, entry.new.status) == (frozenset({"372"}), 422)


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ('kind = "transform"', 'kind = "ignore"', "must be one of 'transform'"),
        ('transform = "unwrap"', 'transform = "unwarp"', "'unwarp' is unknown"),
        ('with = { key = "thing" }', "with = { }", "key is missing"),
        ('at = "$"', 'at = "id"', "must start with"),
        ('why = "w"', "", "why: is missing; it must be text"),
        ('guide = "things"', 'guide = "things"\nignore = true', "ignore: is not known here"),
        ("[[deviation.near_miss]]\nlegacy = { other = 1 }\nnew = 1", "", "at least one example"),
        ('limit = "0+"', 'limit = "("', "no regular expression"),
        (', type = "no-results" }', " }", "slug"),
        ('derive = "offset"', 'derive = "trust"', "must be one of"),
        ('defect = "empty_500"', 'defect = "bad"', "must be one of"),
        ('transform = "integer"', 'transform = "integer"\nbefore = ["thing-envelope"]', "stands before it"),
        ('transform = "integer"', 'transform = "integer"\nbefore = ["thing-gone"]', "is no entry"),
    ],
)
def test_a_wrong_entry_is_an_error_that_names_it(tmp_path: Path, before: str, after: str, word: str) -> None:
    """File, entry, key and what would be right."""
    assert before in ENTRIES
    with pytest.raises(ConfigError, match=r"things\.toml \[\[deviation\]\] thing-") as caught:
        registry(tmp_path, ENTRIES.replace(before, after, 1))
    assert word in str(caught.value)


def test_an_id_is_given_once(tmp_path: Path) -> None:
    """Hits are counted by id."""
    with pytest.raises(ConfigError, match="an entry of that id is in"):
        registry(tmp_path, ENTRIES + ENTRIES[: ENTRIES.index('[[deviation]]\nid = "thing-id"')])


@pytest.mark.parametrize(
    ("text", "tables"),
    [('"study"', frozenset({"study"})), ('["study", "files"]', frozenset({"study", "files"}))],
)
def test_an_entry_says_how_an_effect_differs(tmp_path: Path, text: str, tables: frozenset[str]) -> None:
    """Something else is changed in these tables."""
    changed = ENTRIES.replace('guide = "things"', f'guide = "things"\neffect = {text}', 1)
    assert registry(tmp_path, changed).by_id["thing-envelope"].effect == tables


@pytest.mark.parametrize("text", ["[]", "true", "[1]"])
def test_another_effect_is_an_error(tmp_path: Path, text: str) -> None:
    """The message names the key."""
    with pytest.raises(ConfigError, match="thing-envelope effect"):
        registry(tmp_path, ENTRIES.replace('guide = "things"', f'guide = "things"\neffect = {text}', 1))


def test_an_entry_names_routes_that_there_are(tmp_path: Path) -> None:
    """A pattern that fits none would never apply."""
    shutil.copytree("config", tmp_path / "config", ignore=shutil.ignore_patterns("__pycache__"))
    file = tmp_path / "config" / "deviations" / "flows.toml"
    file.write_text(file.read_text().replace('routes = ["flow.get"]', 'routes = ["flow.gets"]', 1))
    with pytest.raises(ConfigError, match=r"there is no route flow\.gets"):
        load_registry(tmp_path / "config")


def test_a_configuration_without_entries_is_refused(tmp_path: Path) -> None:
    """Nobody compares without knowing what is intended."""
    shutil.copytree(PACKAGED / "routes", tmp_path / "routes")
    with pytest.raises(ConfigError, match=r"deviations: holds no entry"):
        load_entries(tmp_path)

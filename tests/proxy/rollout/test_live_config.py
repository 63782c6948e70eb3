"""The configuration is one thing with one name."""

import shutil
from pathlib import Path

from proxy.rollout.live_config import Snapshot, digest, files_of, load_live_config, marks, rules_digest


def test_the_digest_is_of_all_files(config: Path, tmp_path: Path) -> None:
    """Wherever they are; another stage is another digest."""
    copy = tmp_path / "config"
    shutil.copytree(config, copy, ignore=shutil.ignore_patterns("sample", "__pycache__"))
    assert digest(copy) == digest(config) == load_live_config(config).digest
    before = marks(copy)
    with (copy / "rollout.toml").open("a") as file:
        file.write("# a word\n")
    assert digest(copy) != digest(config)
    assert marks(copy) != before
    assert rules_digest(copy) == rules_digest(config)
    with (copy / "patterns.toml").open("a") as file:
        file.write("# a word\n")
    assert rules_digest(copy) != rules_digest(config)


def test_a_snapshot_is_the_same_configuration(config: Path) -> None:
    """For a process that starts later."""
    snapshot = Snapshot(config)
    assert digest(snapshot.path) == digest(config)
    snapshot.close()
    assert not snapshot.path.exists()


def test_rollout_and_routes_are_among_the_files(config: Path) -> None:
    """Settings are not: they are read once."""
    names = {file.name for file in files_of(config)}
    assert {"rollout.toml", "datasets.toml", "problems.toml"} <= names
    assert "proxy.toml" not in names


def test_killed_is_legacy_for_all(config: Path) -> None:
    """And keeps the digest: it is the same configuration."""
    in_force = load_live_config(config)
    assert in_force.killed().rollout.kill_switch
    assert in_force.killed().digest == in_force.digest

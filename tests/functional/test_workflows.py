"""The workflows that docs/ci has for GitHub and GitLab: their schemas take them, and each command has its options."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # as in test_deployment

from tests.proxy.command import parity

CI = Path(__file__).parent.parent.parent / "docs" / "ci"
SCHEMAS = {"github-actions.yml": "vendor.github-workflows", "gitlab-ci.yml": "vendor.gitlab-ci"}


def lint(schema: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Hold a workflow to the schema of its system, which the linter brings along."""
    return subprocess.run(
        [str(Path(sys.executable).parent / "check-jsonschema"), "--builtin-schema", schema, str(file)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_linter_takes_it(name: str) -> None:
    """Keys and values are those that the system knows."""
    done = lint(SCHEMAS[name], CI / name)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [("github-actions.yml", "runs-on:", "run-on:"), ("gitlab-ci.yml", "when: always", "when: often")],
)
def test_the_linter_finds_what_is_wrong(tmp_path: Path, name: str, right: str, wrong: str) -> None:
    """So that it can be relied on."""
    text = (CI / name).read_text(encoding="utf-8")
    assert right in text
    (tmp_path / name).write_text(text.replace(right, wrong), encoding="utf-8")
    assert lint(SCHEMAS[name], tmp_path / name).returncode == 1


def scripts(node: object) -> Iterator[str]:
    """The shell lines of a workflow."""
    if isinstance(node, dict):
        for key, value in node.items():
            lines = value if isinstance(value, list) else [value]
            if key in ("run", "script"):
                yield from (line for line in lines if isinstance(line, str))
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for item in node:
            yield from scripts(item)


@pytest.mark.parametrize("name", SCHEMAS)
def test_commands_have_their_options(name: str) -> None:
    """Each option is one of the command that it is given to."""
    found = 0
    for script in scripts(yaml.safe_load((CI / name).read_text(encoding="utf-8"))):
        subprocess.run(["sh", "-n", "-c", script], check=True, timeout=10)
        # What stands in $( ) is options as well.
        words = shlex.split(re.sub(r"\$\(test [^&]*&& echo ([^)]*)\)", r"\1", script))
        if words[0] != ".venv/bin/parity":
            continue
        command = [word for word in words[1:3] if word.isalpha()]
        told = parity(*command, "--help").stdout
        options = [word for word in words if word.startswith("--")]
        assert [option for option in options if option not in told] == []
        found += 1
    assert found == 2

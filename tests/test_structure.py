"""The tree keeps its shape: tests mirror sources, imports point one way, nothing of one machine is in it."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("proxy", "backend", "diffing", "config")
SOURCES = sorted(path.relative_to(ROOT) for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = ROOT / "tests"
NOT_MIRRORED = {"functional", "benchmarks", "clients", "fuzz", "recordings"}


def mirrored(source: Path) -> Path:
    """Where the tests of a source module are."""
    return Path("tests") / source.parent / f"test_{source.name}"


@pytest.mark.parametrize("source", [s for s in SOURCES if s.name != "__init__.py"], ids=str)
def test_every_module_has_its_mirrored_test(source: Path) -> None:
    """A module's tests are found without searching."""
    assert (ROOT / mirrored(source)).is_file()


def test_every_test_mirrors_a_module() -> None:
    """No test file is left behind when its module goes."""
    expected = {mirrored(source) for source in SOURCES}
    strays = [
        path.relative_to(ROOT)
        for path in TESTS.rglob("test_*.py")
        if path.parent != TESTS and path.relative_to(TESTS).parts[0] not in NOT_MIRRORED
    ]
    assert [path for path in strays if path not in expected] == []


def imported(source: Path) -> Iterator[str]:
    """Top-level packages and modules that a file imports, as dotted names."""
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


ALLOWED = {"proxy": {"proxy", "diffing", "config"}, "diffing": {"diffing", "config"}}
ALLOWED |= {"backend": {"backend", "config"}, "config": {"config"}}
RUNS_THE_BACKEND = ("proxy/check", "proxy/demo")
STARTS_THE_COMMANDS = "config/installed.py"
"""Installed, it lies above all packages."""


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_imports_point_one_way(source: Path) -> None:
    """proxy → diffing → config and backend → config; only check and demo run the backend in-process."""
    package = source.parts[0]
    allowed = ALLOWED[package] | ({"backend"} if str(source).startswith(RUNS_THE_BACKEND) else set())
    allowed |= set(PACKAGES) if str(source) == STARTS_THE_COMMANDS else set()
    wrong = [
        name
        for name in imported(source)
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in allowed
    ]
    assert wrong == []


def test_only_one_module_speaks_http_for_the_proxy() -> None:
    """The HTTP client is swapped by changing one file: only that one knows the wire, and no library's own is used."""
    users: dict[str, list[Path]] = {"aiohttp": [], "httptools": [], "proxy.wire": []}
    for source in (s for s in SOURCES if s.parts[0] == "proxy"):
        for name in imported(source):
            top = "proxy.wire" if f"{name}.".startswith("proxy.wire.") else name.split(".")[0]
            if top in users and (top != "proxy.wire" or source.parts[1] != "wire"):
                users[top].append(source)
    assert users["aiohttp"] == []
    assert users["httptools"] == [Path("proxy/wire/answer.py")]
    assert set(users["proxy.wire"]) == {Path("proxy/outbound/upstream.py")}


# What clients are answered is made by rules of its own; the recorded server plays what was recorded.
_WRITE_JSON = {
    "proxy/serve/adapt.py",
    "proxy/inbound/answers.py",
    "proxy/inbound/protocol.py",
    "proxy/recordings/server.py",
    "proxy/process/workers.py",
}


def test_text_from_outside_comes_from_one_module() -> None:
    """Outputs encode JSON, escape markup and decode bytes by config.text; no other way of it is left."""
    found = []
    for source in (s for s in SOURCES if s.parts[0] == "proxy"):
        text = (ROOT / source).read_text(encoding="utf-8")
        if "orjson.dumps" in text and str(source) not in _WRITE_JSON:
            found.append(f"{source}: orjson.dumps")
        if "rich.markup" in text and str(source) != "proxy/reporting/console.py":
            found.append(f"{source}: rich.markup")
        if "typer.echo" in text and str(source) not in ("proxy/commands/output.py", "proxy/commands/file.py"):
            found.append(f"{source}: typer.echo")
    assert found == []


def test_nothing_of_one_machine_is_in_the_tree() -> None:
    """The project stands alone: no absolute home of one checkout, no folder beside it."""
    files = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout
    pattern = re.compile(rb"/" + rb"work/|\.\./sha" + rb"red")
    found = [
        name
        for name in files.split("\0")
        if name
        and not name.endswith(".gz")
        and (ROOT / name).is_file()
        and pattern.search((ROOT / name).read_bytes())
    ]
    assert found == []

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


def imported(source: Path, package: str = "") -> Iterator[str]:
    """Modules that a file imports, as dotted names: all, or what is below one package."""
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.module
            assert not node.level, f"{source} imports by a relative name"
            # Of a package itself, modules are imported by their own names.
            own = node.module == package
            names = [f"{package}.{alias.name}" for alias in node.names] if own else [node.module]
        else:
            continue
        yield from (name for name in names if not package or name.startswith(f"{package}."))


ALLOWED = {"proxy": {"proxy", "diffing", "config"}, "diffing": {"diffing", "config"}}
ALLOWED |= {"backend": {"backend", "config"}, "config": {"config"}}
RUNS_THE_BACKEND = {"proxy/checking/check.py", "proxy/checking/sandbox.py", "proxy/process/demo.py"}
STARTS_THE_COMMANDS = "config/installed.py"
"""Installed, it lies above all packages."""


@pytest.mark.parametrize("source", SOURCES, ids=str)
def test_imports_point_one_way(source: Path) -> None:
    """proxy → diffing → config and backend → config; only check and demo run the backend in-process."""
    package = source.parts[0]
    allowed = ALLOWED[package] | ({"backend"} if str(source) in RUNS_THE_BACKEND else set())
    allowed |= set(PACKAGES) if str(source) == STARTS_THE_COMMANDS else set()
    wrong = [
        name
        for name in imported(source)
        if name.split(".")[0] in PACKAGES and name.split(".")[0] not in allowed
    ]
    assert wrong == []


_LAYERS = {
    "proxy": """
        message runtime wire outbound translate recordings har inbound exchange compare log rollout reporting triage
        fleet shadow serve dashboard checking process exploring commands cli
    """,
    "backend": """
        tables bounded_protocol http_protocol serve problems deadline clock database storage search input legacy
        access rehearsal fetching resources request_bodies operations openapi transaction performing handling
        moments tag_lists private_data writing_reads setups tagging flows users jobs votes gamification badges datasets
        evaluationmeasures estimationprocedures studies tasktypes runs tasks evaluations files downloads
        sending gateway legacy_gateway schema_text documentation app cli
    """,
}
LAYERS = {package: names.split() for package, names in _LAYERS.items()}
"""Folders and single modules; each may import only those before it."""


def layer(package: str, name: str) -> str:
    """The folder or module directly below a package that a dotted name leads to."""
    return name.removeprefix(f"{package}.").partition(".")[0]


@pytest.mark.parametrize("package", LAYERS)
def test_layers_import_one_way(package: str) -> None:
    """Data flow one way, folder by folder: no folder is needed by one that it needs."""
    layers = LAYERS[package]
    sources = [source for source in SOURCES if source.parts[0] == package and len(source.parts) > 1]
    present = {source.parts[1].removesuffix(".py") for source in sources} - {"__init__"}
    assert present == set(layers)
    wrong = []
    for source in sources:
        here = source.parts[1].removesuffix(".py")
        for name in imported(source, package):
            there = layer(package, name)
            if here != "__init__" and layers.index(there) > layers.index(here):
                wrong.append(f"{source} imports {name}")
    assert wrong == []


PARTS = {
    *("Proxy", "ServedSides", "Rehearsing", "ShadowLink", "ShadowWorkers", "Outbox", "Tap"),
    *("Comparer", "Repairs", "Counters", "Recorder", "Supervisor", "KillSwitch"),
    *("CaptureStream", "CaptureSender", "CaptureTaker", "CaptureWorkers", "AskedSender", "OnceRecorder"),
}
"""What a running proxy, or a worker of a fleet, is put together of."""


def called(source: Path) -> Iterator[tuple[str, ast.Call]]:
    """The calls in a file, with the last name of what is called."""
    for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func).rpartition(".")[2], node


@pytest.mark.parametrize("source", [s for s in SOURCES if s.parts[0] == "proxy"], ids=str)
def test_a_proxy_is_put_together_in_one_folder(source: Path) -> None:
    """In ``process`` parts are constructed and processes have their main functions; commands run what it made."""
    calls = list(called(source))
    started = [ast.unparse(call.args[0]) for _, call in calls if ast.unparse(call.func) == "child.command"]
    assert [name for name in started if not name.startswith("'proxy.process.")] == []
    if source.parts[1] != "process":
        assert [name for name, _ in calls if name in PARTS] == []
        assert not re.search(r"^def work\(", (ROOT / source).read_text(encoding="utf-8"), re.MULTILINE)
        assert source.parts[1] in ("commands", "runtime") or "run_loop" not in {name for name, _ in calls}


def test_every_part_is_put_together() -> None:
    """None is listed that is gone."""
    sources = [
        (ROOT / source).read_text("utf-8") for source in SOURCES if source.parts[:2] == ("proxy", "process")
    ]
    named = {node.id for text in sources for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    assert PARTS - named == set()


def test_no_class_name_stands_for_two_things() -> None:
    """Whoever reads a name knows what it is, in all packages."""
    places: dict[str, list[str]] = {}
    for source in SOURCES:
        for node in ast.walk(ast.parse((ROOT / source).read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(source))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


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

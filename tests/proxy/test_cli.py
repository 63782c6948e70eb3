"""The commands: bad input is one line and exit status 2, never a traceback."""

from importlib.metadata import version
from pathlib import Path

import orjson
import pytest

from proxy.runtime.listen import bind
from tests.proxy.command import parity

ROOT = Path(__file__).parent.parent.parent
TASKTYPES = str(ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz")


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A recording with a broken line."""
    file = tmp_path_factory.mktemp("recordings") / "broken.jsonl"
    file.write_text("{nonsense\n")
    return str(file)


BAD: dict[str, tuple[list[str], str]] = {
    "no side": (["check", "--recordings", TASKTYPES], "give either --new URL or --database URL"),
    "no recording": (["check", "--recordings", "nothing", "--new", "http://127.0.0.1:1"], "no such file"),
    "reads and writes": (
        ["check", "--recordings", TASKTYPES, "--scenarios", TASKTYPES, "--database", "sqlite:///x.db"],
        "give either --recordings PATH or --scenarios PATH",
    ),
    "nothing to replay": (["check", "--database", "sqlite:///x.db"], "give either --recordings PATH"),
    "scenarios over the network": (
        ["check", "--scenarios", TASKTYPES, "--new", "http://127.0.0.1:1"],
        "--scenarios needs --database URL",
    ),
    "a sample for reads": (
        ["check", "--recordings", TASKTYPES, "--sample", "x", "--new", "http://127.0.0.1:1"],
        "--sample and --force only go with --scenarios",
    ),
    "scenarios without a database": (
        ["legacy", "--scenarios", TASKTYPES],
        "--scenarios needs --database URL",
    ),
    "files for reads": (
        ["legacy", "--recordings", TASKTYPES, "--files", "x"],
        "--sample, --files and --force only go with --scenarios",
    ),
    "no config": (
        ["check", "--recordings", TASKTYPES, "--new", "http://127.0.0.1:1", "--config", "nothing"],
        "no such directory",
    ),
    "no database": (
        ["check", "--recordings", TASKTYPES, "--database", "sqlite:///nothing.db"],
        "nothing.db; load one with",
    ),
    "nobody there": (["check", "--recordings", TASKTYPES, "--new", "http://127.0.0.1:1"], "does not answer"),
    "wrong maximum": (
        ["check", "--recordings", TASKTYPES, "--new", "http://127.0.0.1:1", "--max-skipped", "xml"],
        "--max-skipped wants REASON=N",
    ),
    "wrong time": (
        ["check", "--recordings", TASKTYPES, "--database", "sqlite:///x.db", "--now", "noon"],
        "--now wants a time like",
    ),
    "no sides": (["serve", "--port", "0", "--admin-port", "0"], "give --legacy URL"),
    "no log": (["report", "--log", "sqlite:///nothing.db"], "there is no diff log"),
    "wrong log": (["report", "--log", "nonsense"], "is no URL of a diff log"),
    "wrong port in a URL": (
        ["check", "--recordings", TASKTYPES, "--new", "http://127.0.0.1:x"],
        "is no URL of a side; expected http://HOST:PORT",
    ),
    "a port beyond all": (
        ["serve", "--legacy", "http://127.0.0.1:99999", "--new", "http://127.0.0.1:1"],
        "legacy: must be an http or https URL",
    ),
    "no URL to explore": (
        ["explore", "--legacy", "127.0.0.1:1", "--new", "http://127.0.0.1:1"],
        "is no URL of a side",
    ),
    "wrong port of a database": (
        ["check", "--recordings", TASKTYPES, "--database", "mysql://h:x/"],
        "is no database URL; right would be",
    ),
    "a guide that has no place": (
        ["deviations", "guide", "--to", "nothing/guide.md"],
        "nothing/guide.md cannot be written: there is no folder nothing; --to FILE names another place",
    ),
    "operations that have no place": (
        ["deviations", "operations", "--to", "nothing/operations.md"],
        "nothing/operations.md cannot be written: there is no folder nothing; --to FILE names another place",
    ),
    "a page that is not there": (
        ["deviations", "switching", "--to", "nothing/page.md"],
        "nothing/page.md cannot be read: No such file or directory; --to FILE names the page",
    ),
    "no such route": (["deviations", "list", "--route", "data.*"], "no route fits 'data.*'"),
    "wrong fault": (["legacy", "--recordings", TASKTYPES, "--fault", "sulk"], "--fault wants one of"),
    "wrong latency": (["legacy", "--recordings", TASKTYPES, "--latency", "slow"], "--latency wants seconds"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_and_status_2(name: str) -> None:
    """The line says what is wrong and what would be right."""
    arguments, expected = BAD[name]
    done = parity(*arguments)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert expected in done.stderr


@pytest.mark.parametrize("option", ["--port", "--admin-port"])
def test_a_busy_port_names_the_option_that_chooses_another(option: str, tmp_path: Path) -> None:
    """That of clients, or that of operators."""
    sides = ("--legacy", "http://127.0.0.1:1", "--new", "http://127.0.0.1:1")
    with bind("127.0.0.1", 0) as taken:
        ports = {"--port": "0", "--admin-port": "0", option: str(taken.getsockname()[1])}
        words = (word for pair in ports.items() for word in pair)
        done = parity("serve", *sides, *words, "--log", f"sqlite:///{tmp_path}/log.db")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert f"Address already in use; choose another {option}\n" in done.stderr


def test_the_version_is_told() -> None:
    """With the name of the package."""
    done = parity("--version")
    assert (done.returncode, done.stdout) == (0, f"openml-parity {version('openml-parity')}\n")


def test_a_broken_recording_names_file_and_line(broken: str) -> None:
    """So that it can be mended."""
    done = parity("check", "--recordings", broken, "--new", "http://127.0.0.1:1")
    assert done.stderr.startswith(f"parity: {broken}:1: is not JSON")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_a_check_writes_its_json_to_stdout(sqlite_url: str) -> None:
    """With ``--json -`` scripts read nothing else; several recordings may follow the option."""
    done = parity(
        "check",
        "--recordings",
        TASKTYPES,
        TASKTYPES.replace("tasktype", "evaluationmeasure"),
        "--database",
        sqlite_url,
        "--json",
        "-",
    )
    document = orjson.loads(done.stdout)
    assert document["totals"]["received"] == 37 + 9
    assert done.returncode == (1 if document["breaches"] else 0)


def test_the_registry_passes_its_own_examples() -> None:
    """Every entry explains its examples and none of its near misses."""
    done = parity("deviations", "lint")
    assert (done.returncode, done.stdout.rpartition(", ")[2]) == (0, "0 findings\n")


def test_deviations_are_listed() -> None:
    """Id, kind, routes and title of each."""
    done = parity("deviations", "list", "--route", "dataset.get")
    assert (done.returncode, "read-by-post" in done.stdout) == (0, True)

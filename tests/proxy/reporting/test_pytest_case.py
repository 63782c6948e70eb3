"""A sample as a test that asks the backend."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.location import config_directory
from config.routes import load_routes
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.sample import SampleSide, sample
from proxy.message.redact import Redactor
from proxy.message.translation import Request
from proxy.recordings.recording import Recording, read_recordings
from proxy.reporting.pytest_case import pytest_case
from tests.proxy.command import ROOT
from tests.proxy.logs import FIRST

RIGHT = "/api/v1/json/data/qualities/list"


@pytest.fixture(scope="module")
def recorded() -> Recording:
    """What PHP answered."""
    found = read_recordings([ROOT / "config" / "sample" / "recordings"])
    return next(item for item in found if item.request.target == RIGHT.encode() and item.caller == "none")


def written(recorded: Recording, legacy: bytes, target: bytes = RIGHT.encode()) -> str:
    """The test of an exchange in which PHP answered a body, and the new side something wrong."""
    answer = Observation(200, recorded.response.headers, legacy)
    wrong = Observation(200, (("Content-Type", "application/json"),), b'["a wrong answer"]')
    made = sample(
        Asked(load_routes(config_directory(None))["dataset.quality_names"], "GET"),
        FIRST,
        SampleSide(Request("GET", target), answer),
        SampleSide(Request("GET", b"/datasets/qualities/list"), wrong),
        Comparison(Outcome.MISMATCH),
        Redactor(),
    )
    return pytest_case("0123456789ab", 'dataset.quality_names 200→200 $[*] """', made)


def run(source: str, folder: Path, options: str = "") -> "subprocess.CompletedProcess[str]":
    """Run the test as somebody does who has pasted it."""
    file = folder / "test_pasted.py"
    file.write_text(source, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        str(file),
    ]
    # It needs no plugin, and ours take a second to load.
    plain = {"PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    env = {**os.environ, **plain, "PARITY_CHECK": options, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)


def test_the_backend_is_asked(recorded: Recording, tmp_path: Path) -> None:
    """Green where it answers right today, whatever it answered then; red where it does not."""
    right = written(recorded, recorded.response.body)
    wrong = written(recorded, recorded.response.body.replace(b"AutoCorrelation", b"Another"))
    assert "wrong answer" not in right
    done = [run(source, tmp_path) for source in (right, wrong)]
    assert [item.returncode for item in done] == [0, 1], done[0].stdout
    assert "dataset.quality_names 200→200" in done[1].stdout


def test_another_backend_can_be_asked(recorded: Recording, tmp_path: Path) -> None:
    """One that is not there."""
    done = run(written(recorded, recorded.response.body), tmp_path, "--new http://127.0.0.1:9")
    assert (done.returncode, "http://127.0.0.1:9 does not answer" in done.stdout) == (1, True), done.stdout


def test_any_text_can_be_pasted(recorded: Recording) -> None:
    """Quotes, backslashes and what a CI system would obey are escapes."""
    source = written(
        recorded, b'{"a":"::error:: ##[x] \\"\\"\\" \\\\"}', b'/api/v1/json/data/qualities/list?"""\\'
    )
    compile(source, "case", "exec")
    assert ("::error" in source, "##[" in source) == (False, False)


def test_half_an_exchange_is_no_test(recorded: Recording) -> None:
    """A body that was cut would be red for ever."""
    assert written(recorded, b"x" * 70_000) == ""

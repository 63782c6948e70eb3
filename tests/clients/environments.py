"""The clients, each in an environment of its own: ``python -m tests.clients.environments`` makes them.

One is made once and kept until the file of its requirements changes.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / ".venv-clients"
REQUIREMENTS: Final = Path(__file__).parent / "requirements"
SKIP: Final = "SKIP_CLIENTS"


@dataclass(frozen=True, slots=True)
class Environment:
    """An environment. ``name``: also of the file of its requirements. ``scripts``: what runs in it: the client's name
    by script.
    """

    name: str
    scripts: tuple[str, ...]

    @property
    def requirements(self) -> Path:
        """What is installed."""
        return REQUIREMENTS / f"{self.name}.txt"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return FOLDER / self.name / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """A copy of the requirements, once they are installed."""
        return FOLDER / self.name / "installed.txt"

    @property
    def ready(self) -> bool:
        """Whether it is there and as its requirements say."""
        return self.stamp.is_file() and self.stamp.read_bytes() == self.requirements.read_bytes()

    def version(self, package: str) -> str:
        """The version of a package that is installed in it."""
        line = next(
            line for line in self.requirements.read_text().splitlines() if line.startswith(f"{package}==")
        )
        return line.partition("==")[2]

    def make(self) -> None:
        """Make it anew if it is not ready. Raises subprocess.CalledProcessError: something cannot be installed; pip
        has told what.
        """
        if self.ready:
            return
        shutil.rmtree(FOLDER / self.name, ignore_errors=True)
        venv.create(FOLDER / self.name, with_pip=True)
        install: list[str | Path] = [
            self.python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        subprocess.run([*install, "--requirement", self.requirements], check=True)
        shutil.copyfile(self.requirements, self.stamp)


OPENML, FETCH_OPENML = "with_openml", "with_fetch_openml"
PACKAGES: Final = {OPENML: "openml", FETCH_OPENML: "scikit-learn"}
ENVIRONMENTS: Final = {
    one.name: one
    for one in (
        Environment("openml-0.15.1", (OPENML, FETCH_OPENML)),
        Environment("openml-0.15.0", (OPENML,)),
        Environment("scikit-learn-1.9.1", (FETCH_OPENML,)),
    )
}
IN_EVERY_TEST: Final = "openml-0.15.1"


def main() -> int:
    """Make the environments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--one", action="store_true", help="only the one that every run of the tests needs")
    for name in [IN_EVERY_TEST] if parser.parse_args().one else ENVIRONMENTS:
        try:
            ENVIRONMENTS[name].make()
        except subprocess.CalledProcessError:
            sys.stderr.write(f"{name} could not be installed (or run without: make test {SKIP}=1)\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Real clients against the backend alone, on both databases, and requests of clients in other languages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients import running
from tests.clients.environments import ENVIRONMENTS, PACKAGES, Environment
from tests.clients.playing import place, play
from tests.clients.raw_requests import CLIENTS, read_requests, send
from tests.mariadb import running_server
from tests.prove.proof import Proof

TITLE = "Clients that exist work with the backend alone"
HEAD = (
    "| client | version | database | steps | requests | failed |",
    "| --- | --- | --- | ---: | ---: | --- |",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What became of a client on one database."""

    client: str
    version: str
    database: str
    steps: str
    requests: int
    failed: list[str]

    def __str__(self) -> str:
        """As a row of the table."""
        failed = ", ".join(self.failed) or "none"
        return f"| {self.client} | {self.version} | {self.database} | {self.steps} | {self.requests} | {failed} |"


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "mariadb").mkdir()
    with running_server(folder / "mariadb") as server:
        yield {"SQLite": "sqlite:///{}/clients.db", "MariaDB": server}


def _real(folder: Path, environment: Environment, kind: str, database: str) -> Iterator[Line]:
    """A line for each client that is installed in an environment."""
    with place(folder, database, environment) as backend:
        # Reads of scikit-learn come before what openml-python writes.
        for script in sorted(environment.scripts):
            told = play(environment, script, backend, folder / script)
            package = PACKAGES[script]
            requests = sum(len(one.requests) for one in told)
            failed = [one.step for one in told if one.failure] or ([] if told else ["all"])
            yield Line(package, environment.version(package), kind, str(len(told)), requests, failed)


def _raw(folder: Path, kind: str, database: str) -> Iterator[Line]:
    """A line for each client whose requests are sent as its source has them."""
    with running.backend(folder, database) as backend:
        for client in CLIENTS:
            asked = [one for one in read_requests() if one.name.startswith(client)]
            failed = [one.name for one in asked if one.wrong(*send(one, backend))]
            yield Line(client, "requests of its source", kind, "", len(asked), failed)


def prove() -> Proof:
    """All steps of all clients, and all raw requests."""
    lines: list[Line] = []
    with tempfile.TemporaryDirectory() as root, _databases(Path(root)) as databases:
        for kind, url in databases.items():
            for environment in ENVIRONMENTS.values():
                folder = Path(root) / f"{environment.name}-{kind}"
                folder.mkdir()
                lines += _real(folder, environment, kind, url.format(folder))
            folder = Path(root) / f"raw-{kind}"
            folder.mkdir()
            lines += _raw(folder, kind, url.format(folder))
    return Proof(TITLE, not any(line.failed for line in lines), (*HEAD, *map(str, lines)))

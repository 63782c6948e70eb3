"""Real clients against the backend alone, on both databases, and recorded requests of clients in other languages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients.environments import ENVIRONMENTS, PACKAGES
from tests.clients.playing import place, play
from tests.mariadb import running_server
from tests.prove.proof import Proof

TITLE = "Clients that exist work with the backend alone"


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "mariadb").mkdir()
    with running_server(folder / "mariadb") as server:
        yield {"SQLite": "sqlite:///{}/clients.db", "MariaDB": server}


def prove() -> Proof:
    """All steps of all clients."""
    lines = [
        "| client | version | database | steps | requests | failed |",
        "| --- | --- | --- | ---: | ---: | --- |",
    ]
    holds = True
    with tempfile.TemporaryDirectory() as root, _databases(Path(root)) as databases:
        for environment in ENVIRONMENTS.values():
            for kind, url in databases.items():
                folder = Path(root) / f"{environment.name}-{kind}"
                folder.mkdir()
                with place(folder, url.format(folder), environment) as backend:
                    # Reads of scikit-learn come before what openml-python writes.
                    for script in sorted(environment.scripts):
                        told = play(environment, script, backend, folder / script)
                        failed = [one.step for one in told if one.failure]
                        requests = sum(len(one.requests) for one in told)
                        package = PACKAGES[script]
                        lines.append(
                            f"| {package} | {environment.version(package)} | {kind} | {len(told)} "
                            f"| {requests} | {', '.join(failed) or 'none'} |"
                        )
                        holds = holds and not failed and bool(told)
    return Proof(TITLE, holds, tuple(lines))

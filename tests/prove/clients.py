"""Real clients against the backend alone, on both databases, and requests of clients in other languages."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.clients import running
from tests.clients.environments import ENVIRONMENTS, PACKAGES
from tests.clients.playing import place, play
from tests.clients.raw_requests import CLIENTS, RawRequest, read_requests, send
from tests.mariadb import running_server
from tests.prove.proof import Proof

TITLE = "Clients that exist work with the backend alone"


@contextmanager
def _databases(folder: Path) -> Iterator[dict[str, str]]:
    (folder / "mariadb").mkdir()
    with running_server(folder / "mariadb") as server:
        yield {"SQLite": "sqlite:///{}/clients.db", "MariaDB": server}


def _answered(request: RawRequest, backend: str) -> bool:
    status, _, body = send(request, backend)
    return status == request.status and not request.missing(body)


def prove() -> Proof:
    """All steps of all clients, and all raw requests."""
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
        for kind, url in databases.items():
            folder = Path(root) / f"raw-{kind}"
            folder.mkdir()
            with running.backend(folder, url.format(folder)) as backend:
                for client in CLIENTS:
                    requests = [one for one in read_requests() if one.name.startswith(client)]
                    failed = [one.name for one in requests if not _answered(one, backend)]
                    lines.append(
                        f"| {client} | its sources' requests | {kind} | - | {len(requests)} "
                        f"| {', '.join(failed) or 'none'} |"
                    )
                    holds = holds and not failed
    return Proof(TITLE, holds, tuple(lines))

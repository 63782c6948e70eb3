"""A backend on a database and a folder of its own, as its command runs it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from backend.database.connections import Database
from tests.backend.conftest import scratch_url


@contextmanager
def backend_on(
    database: Database,
    sample: Path,
    root: Path,
    serving: Callable[..., AbstractContextManager[Any]],
    **environment: str,
) -> Iterator[Any]:
    """Run a backend.

    Args:
        database: What it serves.
        sample: Whose files it has.
        root: Where they are copied to.
        serving: The fixture.
        environment: Further settings of it.
    """
    shutil.copytree(sample / "files", root)
    names = {
        "OPENML_DATABASE_NAMES_OPENML": database.names.openml,
        "OPENML_DATABASE_NAMES_OPENML_EXPDB": database.names.openml_expdb,
    }
    options = ("--database", scratch_url(database), "--files", str(root), "--port", "0")
    with (
        mock.patch.dict(os.environ, names | environment),
        serving("backend.cli", "serve", *options) as server,
    ):
        yield server

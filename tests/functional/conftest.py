"""Commands as a user runs them: processes, sockets, files."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.functional.servers import Server
from tests.functional.servers import serving as a_server


@pytest.fixture(scope="session")
def serving() -> Callable[..., AbstractContextManager[Server]]:
    """Runs a command that serves: ``with serving("proxy.cli", "legacy", …) as server``."""
    return a_server

"""Processes that the proxy starts for itself.

They are neither forked, which would copy sockets and event loop of the process that serves, nor spawned by
multiprocessing, which would run the main module of that process again.
"""

import os
import sys
from typing import Final

_PROGRAM: Final = """\
import os
os.nice({nice})
from config.startup import loading
with loading():
    from {module} import work
work()
"""


def command(module: str, *arguments: str, nice: int = 0) -> list[str]:
    """What starts a process.

    Args:
        module: Whose function ``work`` it runs.
        arguments: What the function finds in ``sys.argv``, from the second place on.
        nice: By how much its priority is lower than that of this process, from the loading of its modules on.
    """
    # -P: a config.py in the working directory is not ours.
    return [sys.executable, "-P", "-c", _PROGRAM.format(module=module, nice=nice), *arguments]


def environment() -> dict[str, str]:
    """The environment of such a process, which finds its modules where this one found them."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}

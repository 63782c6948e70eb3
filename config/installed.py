"""What the wheel installs as ``openml_parity``: the commands, which find our packages before others of the same names.

In the repository the packages lie at the root; installed they lie in this one, which takes no other name.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
if (_HERE / "config").is_dir():
    sys.path.insert(0, str(_HERE))


def parity() -> None:
    """The commands of the proxy side."""
    from proxy.cli import main

    main()


def backend() -> None:
    """The commands of the backend."""
    from backend.cli import main

    main()

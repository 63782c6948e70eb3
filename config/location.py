"""Where the configuration lives."""

from pathlib import Path
from typing import Final

from config.errors import ConfigError

ROUTES: Final = "routes"
PACKAGED: Final = Path(__file__).resolve().parent
"""The configuration that comes with the program."""
_WHEEL: Final = "openml_parity"


def config_directory(option: str | None = None) -> Path:
    """Find the configuration directory.

    ``option``: the value of ``--config``, if the command got one. Returns the directory of the option, else
    ``./config`` when it holds a route map, else the packaged one. Raises ConfigError: the directory of the option does
    not exist or holds no ``routes`` directory.
    """
    if option is not None:
        chosen = Path(option)
        if not chosen.is_dir():
            raise ConfigError(
                "no such directory; --config wants the directory that holds routes/", file=chosen
            )
        if not (chosen / ROUTES).is_dir():
            raise ConfigError(
                f"no {ROUTES}/ directory in it; --config wants the whole directory", file=chosen
            )
        return chosen
    here = Path("config")
    if (here / ROUTES).is_dir():
        return here
    return PACKAGED


def check_writable(place: Path) -> None:
    """Refuse to write where a package manager has put files: the next version would take them away. ``place``: a file
    or folder. Raises ConfigError: it is part of the installed package.
    """
    if PACKAGED.parent.name == _WHEEL and place.resolve().is_relative_to(PACKAGED.parent):
        raise ConfigError(
            "belongs to the installed package and is not written; parity config export DIR makes a copy, "
            "--config DIR takes it",
            file=place,
        )

"""Where the configuration lives."""

from pathlib import Path

from config.errors import ConfigError

ROUTES = "routes"


def config_directory(option: str | None = None) -> Path:
    """Find the configuration directory.

    Args:
        option: The value of ``--config``, if the command got one.

    Returns:
        The directory of the option, else ``./config`` when it holds a route map, else the packaged one.

    Raises:
        ConfigError: The directory of the option does not exist or holds no ``routes`` directory.
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
    return Path(__file__).resolve().parent

"""Which version this is."""

from importlib.metadata import PackageNotFoundError, version

_NAME = "openml-parity"


def told() -> str:
    """The version of the package; 0 where it is not installed."""
    try:
        return version(_NAME)
    except PackageNotFoundError:
        return "0"


def show(wanted: bool) -> None:  # typer calls it with the option's value
    """What ``--version`` does: say it, and end."""
    if wanted:
        import typer  # processes that only name their version have no command line

        typer.echo(f"{_NAME} {told()}")
        raise typer.Exit

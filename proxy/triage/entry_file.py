"""Write entries into their file of the registry, and take them back when the lint does not like them."""

from pathlib import Path

from config.errors import ConfigError
from config.location import check_writable
from config.problems import load_problems
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.registry_lint import lint_registry


def write_entries(text: str, file: Path, config: Path) -> None:
    """Append entries to a file of the registry. Raises ConfigError: the file cannot be written, or the registry with
    them cannot be read or has a finding; the file is as it was.

    ``text``: whole entries as TOML, each with its why. ``file``: the file, below ``config``.
    """
    check_writable(file)
    try:
        before = file.read_bytes() if file.exists() else None
        file.write_bytes((before or b"") + (b"\n" if before else b"") + text.encode())
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", file=file) from error
    try:
        _lint(config, file)
    except BaseException:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
        raise


def _lint(config: Path, file: Path) -> None:
    for finding in lint_registry(load_registry(config), load_routes(config), load_problems(config)):
        if finding.fails:
            raise ConfigError(
                f"nothing was written, for the lint finds {finding.deviation}: {finding.kind}: {finding.text}",
                file=file,
            )

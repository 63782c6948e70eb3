"""proxy.commands.options: what several commands are given."""

import pytest

from proxy.cli import COMMANDS
from tests.proxy.command import parity

WITH_CONFIG = [
    name for name in COMMANDS if name not in {"baseline", "export", "deviations", "rollout", "config"}
]


@pytest.mark.parametrize("name", WITH_CONFIG)
def test_every_command_that_reads_the_configuration_says_so(name: str) -> None:
    """In the same words."""
    assert "Directory of the configuration." in " ".join(parity(name, "--help").stdout.split())


@pytest.mark.parametrize("name", ["serve", "demo", "legacy", "dashboard"])
def test_a_port_out_of_range_is_wrong_use(name: str) -> None:
    """Status 2 and what would be right."""
    done = parity(name, "--port", "65536")
    assert (done.returncode, "less than or equal to 65535" in done.stderr) == (2, True), done.stderr

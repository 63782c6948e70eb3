"""Which version this is."""

from importlib.metadata import version

from config.version import told


def test_it_is_that_of_the_package() -> None:
    """As pip shows it."""
    assert told() == version("openml-parity")

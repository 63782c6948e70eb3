"""The table of problem types is read strictly."""

from pathlib import Path

import pytest

from config.errors import ConfigError
from config.location import config_directory
from config.problems import ProblemType, load_problems


def test_the_packaged_table_holds_the_contracted_types() -> None:
    """A type of the contract has its title and status."""
    expected = ProblemType("dataset-no-access", "Dataset Access Denied", 403)
    assert expected == load_problems(config_directory())["dataset-no-access"]


def test_a_type_has_a_full_uri() -> None:
    """The URI is the base and the slug."""
    assert ProblemType("no-results", "", 404).uri == "https://openml.org/problems/no-results"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[Not_Found]\ntitle = "x"\nstatus = 404', "a slug is lower-case"),
        ('[a]\ntitle = "x"\nstatus = 200', "must be an error status"),
        ('[a]\ntitle = " "\nstatus = 404', "must not be empty"),
        ("[a]\nstatus = 404", "title: is missing"),
    ],
)
def test_a_wrong_entry_is_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error says what would be right."""
    (tmp_path / "problems.toml").write_text(text)
    with pytest.raises(ConfigError, match=message):
        load_problems(tmp_path)

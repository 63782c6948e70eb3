"""What requests for studies may say."""

import pytest
from pydantic import ValidationError

from backend.input.parameters import Reader
from backend.studies.parameters import (
    DigitsOrNone,
    IdOrAlias,
    MemberKind,
    StudyFilters,
    StudyKey,
    StudyPart,
    StudyPath,
    StudyStatus,
    SuiteId,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("99", StudyKey(99, "99")),
        ("099", StudyKey(99, "099")),
        ("-1", StudyKey(-1, "-1")),
        ("lantern-cc", StudyKey(None, "lantern-cc")),
        ("2-starts-with-digit", StudyKey(None, "2-starts-with-digit")),
        ("%31", StudyKey(None, "%31")),
    ],
)
def test_what_is_no_number_is_an_alias(text: str, key: StudyKey) -> None:
    """Digits are an id, everything that PHP does not call numeric is an alias."""
    assert StudyPath.model_validate({"study_id": text}).study_id == key


@pytest.mark.parametrize("text", ["1.0", "1e0", ".5"])
def test_a_number_that_is_no_integer_is_refused(text: str) -> None:
    """A numeric alias is unreachable in PHP, so it is no alias here."""
    with pytest.raises(ValidationError):
        StudyPath.model_validate({"study_id": text})


def test_an_unknown_part_is_refused() -> None:
    """The parts are a closed list, and letter case counts."""
    with pytest.raises(ValidationError, match="Runs is none of runs"):
        StudyPart.model_validate({"study_id": "1", "part": "Runs"})


def test_an_unknown_part_is_named_as_it_was_meant() -> None:
    """A part is percent-decoded once, so that the answer names what the caller wrote before that."""
    with pytest.raises(ValidationError, match="%64ata is none of runs"):
        StudyPart.model_validate({"study_id": "1", "part": "%2564ata"})


@pytest.mark.parametrize("name", ["uploader", "benchmark_suite"])
@pytest.mark.parametrize(("text", "number"), [("0", None), ("00", 0), ("02", 2)])
def test_only_the_text_0_lifts_a_restriction(name: str, text: str, number: int | None) -> None:
    """PHP takes `0` for no filter; `00` is a filter, of an id that none has."""
    assert getattr(StudyFilters.model_validate({name: text}), name) == number


def test_active_studies_are_listed_unless_asked_otherwise() -> None:
    """The default of PHP's list; `all` lifts it."""
    assert StudyFilters().status == "active"
    assert StudyFilters.model_validate({"status": "all"}).status is None


@pytest.mark.parametrize("status", ["Active", "ALL", "bogus", "0"])
def test_the_status_is_compared_exactly(status: str) -> None:
    """The column is a binary one."""
    with pytest.raises(ValidationError, match="Give one of"):
        StudyFilters.model_validate({"status": status})


@pytest.mark.parametrize(
    ("reader", "text", "read"),
    [
        (IdOrAlias(), "1.0", "1"),
        (IdOrAlias(), "lantern-cc", "lantern-cc"),
        (StudyStatus(), "0", "active"),
        (StudyStatus(), "all", "all"),
        (SuiteId(), "99,100", "099"),
        (SuiteId(), "0", "0"),
        (DigitsOrNone(), "99,100", "99,100"),
        (DigitsOrNone(), "0", "0"),
        (MemberKind(), "bogus", "bogus"),
    ],
)
def test_phps_texts_as_the_readers_take_them(reader: Reader, text: str, read: str) -> None:
    """A list is the number that it begins with, and never no restriction."""
    assert reader.from_php(text) == read


def test_the_handler_judges_the_part_of_php() -> None:
    """Any text passes the reader."""
    assert StudyPart.model_validate({"study_id": "1", "part": MemberKind().from_php("bogus")}).part == "bogus"

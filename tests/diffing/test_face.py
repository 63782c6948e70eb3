"""Comparing PHP's answer with the legacy face's."""

import pytest

from diffing.face import CHOICE, ORDER, VOLATILE, WHITE_SPACE, FaceAsked, compare_faces
from diffing.model import Comparison, FollowUp, Observation, Outcome

JSON = (("Content-Type", "application/json; charset=utf-8"),)
XML = (("Content-Type", "text/xml; charset=utf-8"),)
LIST = FaceAsked(native=True, envelope=("a", "b"), unordered=True)


def compared(
    asked: FaceAsked,
    legacy: str,
    face: str,
    whole: str | None = None,
    kind: tuple[tuple[str, str], ...] = JSON,
) -> Comparison:
    """Two answers with status 200."""

    def seen(body: str) -> Observation:
        return Observation(200, kind, body.encode())

    return compare_faces(asked, seen(legacy), seen(face), None if whole is None else seen(whole))


def test_equal_bytes_match() -> None:
    """Status and headers, too."""
    assert compared(FaceAsked(), '{"a":"1"}', '{"a":"1"}').outcome is Outcome.MATCH
    other = compare_faces(FaceAsked(), Observation(200, JSON, b"{}"), Observation(412, JSON, b"{}"))
    assert [found.path for found in other.differences] == ["status"]
    other = compare_faces(FaceAsked(), Observation(200, JSON, b"{}"), Observation(200, XML, b"{}"))
    assert [found.path for found in other.differences] == ["header.content-type"]


@pytest.mark.parametrize(
    ("legacy", "face"),
    [
        ('{"a":"1"}', '{"a":1}'),
        ('{"a":"1"}', '{"a": "1"}'),
        ('{"a":"\\/"}', '{"a":"/"}'),
        ('{"a":"\\u00e9"}', '{"a":"é"}'),
        ('{"a":"1","b":"2"}', '{"b":"2","a":"1"}'),
        ('{"a":["1","2"]}', '{"a":["2","1"]}'),
        ('{"a":"x "}', '{"a":"x"}'),
    ],
)
def test_nothing_else_of_converted_json_is_equal(legacy: str, face: str) -> None:
    """Types, spelling, order of keys and of rows."""
    assert compared(FaceAsked(), legacy, face).outcome is Outcome.MISMATCH


def test_white_space_of_own_templates() -> None:
    """Not inside of texts; numbers stay numbers."""
    native = FaceAsked(native=True)
    assert compared(native, '{ "a": [\n1 ] }', '{"a":[1]}').deviations == (WHITE_SPACE,)
    assert compared(native, '{"a":"x  y"}', '{"a":"x y"}').outcome is Outcome.MISMATCH
    assert compared(native, '{"a":1.0}', '{"a":1}').outcome is Outcome.MISMATCH


def test_order_of_rows_without_one() -> None:
    """As a multiset."""
    assert compared(LIST, '{"a":{"b":[1,2]}}', '{"a":{"b":[2,1]}}').deviations == (WHITE_SPACE, ORDER)
    assert compared(LIST, '{"a":{"b":[1,1,2]}}', '{"a":{"b":[2,1,2]}}').outcome is Outcome.MISMATCH


def test_choice_of_rows() -> None:
    """As many, and each one of all."""
    asked = FaceAsked(native=True, envelope=("a", "b"), limited=True)
    mine, theirs, all_rows = '{"a":{"b":[1]}}', '{"a":{"b":[2]}}', '{"a":{"b":[1,2]}}'
    assert compared(asked, mine, theirs).follow_up is FollowUp.UNLIMITED
    assert CHOICE in compared(asked, mine, theirs, all_rows).deviations
    assert compared(asked, mine, '{"a":{"b":[2,1]}}', all_rows).outcome is Outcome.MISMATCH
    assert compared(asked, '{"a":{"b":[3]}}', theirs, all_rows).outcome is Outcome.MISMATCH


def test_volatile_values() -> None:
    """Only where they are said to be."""
    asked = FaceAsked(volatile=("$.a.b",))
    assert compared(asked, '{"a":{"b":"1"}}', '{"a":{"b":"2"}}').deviations == (VOLATILE,)
    assert compared(asked, '{"a":{"c":"1"}}', '{"a":{"c":"2"}}').outcome is Outcome.MISMATCH


def test_xml_is_canonical() -> None:
    """White space between elements aside, inside of texts not."""
    legacy = '<o:a xmlns:o="u">\n <o:b x="1"></o:b>\n</o:a>'
    assert (
        compared(FaceAsked(), legacy, '<o:a xmlns:o="u"><o:b x="1"/></o:a>', kind=XML).outcome
        is Outcome.MATCH
    )
    for face in ('<o:a xmlns:o="u"><o:b x="2"/></o:a>', '<o:a xmlns:o="u"><b x="1"/></o:a>', "<a/>"):
        assert compared(FaceAsked(), legacy, face, kind=XML).outcome is Outcome.MISMATCH
    text = '<o:a xmlns:o="u">x </o:a>', '<o:a xmlns:o="u">x</o:a>'
    assert compared(FaceAsked(), *text, kind=XML).outcome is Outcome.MISMATCH


def test_what_broke_is_never_a_success() -> None:
    """PHP's crash is a legacy error, the face's is a new one, what it does not answer is skipped."""
    page = Observation(500, (), b"")
    assert compare_faces(FaceAsked(defect=True), page, Observation(200, JSON, b"{}")).verdict == (
        "legacy_error:undocumented"
    )
    assert compare_faces(FaceAsked(), Observation(200, JSON, b"{}"), page).outcome is Outcome.NEW_ERROR
    missing = Observation(501, (), b"")
    assert compare_faces(FaceAsked(), page, missing).verdict == "skipped:not_implemented"
    assert compare_faces(
        FaceAsked(page=True), Observation(404, (), b""), Observation(404, JSON, b"x")
    ).outcome is (Outcome.MATCH)


def test_texts_of_own_templates_are_spelled_alike() -> None:
    """Whatever their order."""
    legacy = '{"a":{"b":[{"c":"x\\/"},{"c":"\\"y"}]}}'
    assert compared(LIST, legacy, '{"a":{"b":[{"c":"\\"y"},{"c":"x\\/"}]}}').outcome is Outcome.EXPLAINED
    assert compared(LIST, legacy, '{"a":{"b":[{"c":"\\"y"},{"c":"x/"}]}}').outcome is Outcome.MISMATCH
    assert compared(LIST, legacy, '{"a":{"b":[{"c":"\\u0022y"},{"c":"x\\/"}]}}').outcome is Outcome.MISMATCH


def test_a_choice_has_no_row_more_often_and_keeps_its_brackets() -> None:
    """Of a list of two."""
    limited = FaceAsked(native=True, envelope=("a", "b"), limited=True)
    whole = '{"a":{"b":[1,2]}}'
    assert compared(limited, '{"a":{"b":[1,2]}}', '{"a":{"b":[2,2]}}', whole).outcome is Outcome.MISMATCH
    assert compared(limited, '{"a":{"b":[1]}}', '{"a":{"b":2}}', whole).outcome is Outcome.MISMATCH
    assert compared(limited, '{"a":{"b":[1]}}', '{"a":{"b":[2]}}', whole).outcome is Outcome.EXPLAINED

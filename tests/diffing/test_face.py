"""Comparing PHP's answer with the legacy face's."""

from dataclasses import replace

import pytest

from diffing.face import CHOICE, ORDER, VOLATILE, WHITE_SPACE, FaceAsked, compare_faces, face_asked
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome

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


def test_a_side_that_gives_no_answer_is_no_difference() -> None:
    """Whichever of both it is; neither is an answer that was cut off."""
    good = Observation(200, JSON, b"{}")
    late, cut = Observation(None, (), b"", error="timeout"), Observation(200, JSON, b"{", error="too_large")
    gone = Observation(None, (), b"", error="refused")
    outcomes = [
        (good, gone, Outcome.NEW_ERROR),
        (gone, good, Outcome.LEGACY_ERROR),
        (gone, gone, Outcome.BOTH_ERROR),
        (late, good, Outcome.TIMEOUT),
        (good, late, Outcome.TIMEOUT),
        (good, cut, Outcome.TOO_LARGE),
    ]
    for legacy, face, outcome in outcomes:
        assert compare_faces(FaceAsked(), legacy, face).outcome is outcome


def test_of_a_page_for_people_the_status_counts() -> None:
    """PHP's own page of an error is another one than the face's; a crash of PHP stays one."""
    page = Observation(404, (("Content-Type", "text/html; charset=UTF-8"),), b"<html>Not found</html>")
    ours = Observation(404, (("Content-Type", "text/html"),), b"<title>404</title>")
    assert compare_faces(face_asked(Asked(None, "GET", {}), page), page, ours).outcome is Outcome.MATCH
    died = replace(page, status=500)
    asked = face_asked(Asked(None, "GET", {}), died)
    assert compare_faces(asked, died, ours).outcome is Outcome.LEGACY_ERROR


def test_no_comparison_keeps_more_differences_than_are_looked_at() -> None:
    """Nor the whole of a long name for each of them."""
    name = "k" * 50_000
    numbers = [f'{{"{name}":[{",".join(str(number + more) for number in range(5000))}]}}' for more in (0, 1)]
    found = compared(FaceAsked(), numbers[0], numbers[1])
    assert found.outcome is Outcome.MISMATCH
    assert len(found.differences) == 200
    assert max(len(difference.path) for difference in found.differences) < 250


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

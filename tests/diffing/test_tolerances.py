"""Tolerances: both documents in one canonical form."""

import json

import pytest

from diffing.further import ExchangeFacts, Needed, Sources
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import parse
from diffing.tolerances import (
    MOST_ROWS,
    NEW_ID,
    UNPRINTED,
    handed_out_ids,
    pasted_texts,
    unprinted_pairs,
)

INPUTS = [parse("$[*].input")]
QUOTED = [{"name": "target_feature", "value": 'say "x"'}]
OTHER = [{"name": "target_feature", "value": 'say "y"'}]
PLAIN = [{"name": "target_feature", "value": "class"}]


def of_tasks(said: object) -> ExchangeFacts:
    """An exchange in which the new side says these inputs of each task."""
    answer = Observation(200, (("Content-Type", "application/json"),), json.dumps({"input": said}).encode())
    paths = [f"/tasks/inputs/{number}" for number in range(MOST_ROWS)]
    return ExchangeFacts(Asked(None, "GET"), Sources({(FollowUp.PREMISE, path): answer for path in paths}))


def test_an_unprinted_list_stands_for_one_that_is_no_json() -> None:
    """PHP shows nothing, the new side the values: one form."""
    unprinted, listed = [{"task_id": 1, "input": []}], [{"task_id": 1, "input": QUOTED}]
    legacy, new = unprinted_pairs(unprinted, listed, INPUTS, of_tasks(QUOTED))
    assert legacy == new == [{"task_id": 1, "input": UNPRINTED}]


def test_an_unprinted_list_is_that_of_the_task_by_itself() -> None:
    """Which is asked for, of the first ones; PHP shows it there."""
    unprinted, listed = [{"task_id": 1, "input": []}], [{"task_id": 1, "input": QUOTED}]
    legacy, new = unprinted_pairs(unprinted, listed, INPUTS, of_tasks(OTHER))
    assert (legacy, new) == ([{"task_id": 1, "input": UNPRINTED}], [{"task_id": 1, "input": QUOTED}])
    with pytest.raises(Needed):
        unprinted_pairs([{"task_id": 1, "input": []}], listed, INPUTS, ExchangeFacts(Asked(None, "GET")))
    for number in ("1", 1.0, [1], None):
        odd = [{"task_id": number, "input": QUOTED}]
        assert unprinted_pairs(unprinted, odd, INPUTS, of_tasks(QUOTED))[1] == [
            {**odd[0], "input": UNPRINTED}
        ]
    many = [{"task_id": number, "input": QUOTED} for number in range(MOST_ROWS + 3)]
    legacy, new = unprinted_pairs([{**row, "input": []} for row in many], many, INPUTS, of_tasks(QUOTED))
    assert legacy == new


@pytest.mark.parametrize("new", [PLAIN, []])
def test_an_unprinted_list_stands_for_no_other(new: object) -> None:
    """What PHP could have printed, and nothing at all, are differences."""
    legacy, other = unprinted_pairs(
        [{"input": []}], [{"input": new}], INPUTS, ExchangeFacts(Asked(None, "GET"))
    )
    assert legacy != other


def test_a_printed_list_was_read_as_json() -> None:
    """A backslash has begun an escape."""
    stored, shown = ([{"name": "n", "value": text}, *PLAIN] for text in (r"\u00e9 \\x", "\u00e9 \\x"))
    documents = unprinted_pairs(
        [{"input": shown}], [{"input": stored}], INPUTS, ExchangeFacts(Asked(None, "GET"))
    )
    assert documents == ([{"input": shown}], [{"input": shown}])
    legacy, other = unprinted_pairs(
        [{"input": stored}], [{"input": stored}], INPUTS, ExchangeFacts(Asked(None, "GET"))
    )
    assert legacy != other


def test_a_printed_list_stays_as_it_is() -> None:
    """Only unprintable lists have a form of their own."""
    documents = unprinted_pairs(
        [{"input": PLAIN}], [{"input": PLAIN}], INPUTS, ExchangeFacts(Asked(None, "GET"))
    )
    assert documents == ([{"input": PLAIN}], [{"input": PLAIN}])


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("plain", "plain"),
        ("a <![CDATA[< b]]> <!-- c -->", "a < b"),
        ("a &amp;amp; b", "a &amp; b"),
        ("some <b>bold</b> text", {"b": "bold", "value": "some  text"}),
        ("a < b", "a < b"),
        ("half \ud83d", "half \ud83d"),
        ("", ""),
    ],
)
def test_a_pasted_text_is_read_as_php_reads_it(stored: str, shown: object) -> None:
    """What an XML parser makes of the new side's text; what is no XML stays."""
    _, new = pasted_texts([], [{"text": stored}], [parse("$[*].text")], ExchangeFacts(Asked(None, "GET")))
    assert new == [{"text": shown}]


IDS = [parse("$.id"), parse("$.url")]


def test_a_later_id_stands_for_the_rehearsed_one() -> None:
    """Wherever the answer names it."""
    legacy, new = handed_out_ids(
        {"id": 12, "url": "/x/12/112"},
        {"id": 11, "url": "/x/11/112"},
        IDS,
        ExchangeFacts(Asked(None, "POST")),
    )
    assert legacy == new == {"id": NEW_ID, "url": f"/x/{NEW_ID}/112"}


@pytest.mark.parametrize("new", [13, 12, 0, -1, "11", 11.0, None])
def test_an_id_stands_for_no_other_value(new: object) -> None:
    """Of one counter, and not before the rehearsal's; equal ones stay as they are."""
    documents = handed_out_ids({"id": 12}, {"id": new}, IDS, ExchangeFacts(Asked(None, "POST")))
    assert documents == ({"id": 12}, {"id": new})


def test_an_id_of_another_time_is_another_one() -> None:
    """A thousand writes do not fit between a rehearsal and its write."""
    documents = handed_out_ids({"id": 1012}, {"id": 11}, IDS, ExchangeFacts(Asked(None, "POST")))
    assert documents == ({"id": 1012}, {"id": 11})


def test_an_answer_without_an_id_stays_as_it_is() -> None:
    """Such as a list."""
    assert handed_out_ids({"id": 12}, [1], IDS, ExchangeFacts(Asked(None, "POST"))) == ({"id": 12}, [1])

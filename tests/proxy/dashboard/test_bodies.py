"""Bodies with their differing lines marked."""

from proxy.dashboard.bodies import MOST_LINES, lines


def marked(body: str, *paths: str) -> list[str]:
    """The marked lines."""
    return [line.text.strip() for line in lines(body, paths) if line.marked]


def test_a_value_is_marked() -> None:
    """The line of its key."""
    assert marked('{"a":{"name":1},"b":{"name":2}}', "$.b.name") == ['"name": 2']


def test_rows_are_found_by_their_column() -> None:
    """Whatever row it is: rows of both sides come in any order."""
    assert marked('[{"did":1,"x":null}]', "$[did=1].x") == ['"x": null']


def test_envelopes_of_the_legacy_side_are_passed_over() -> None:
    """Paths are those of the new document."""
    assert marked('{"task":{"task_name":"a"}}', "$.task_name") == ['"task_name": "a"']


def test_the_lines_are_the_document() -> None:
    """Indented; nothing is lost."""
    text = "\n".join(line.text for line in lines('{"a":[1,{}],"b":"\u00e9"}', ()))
    assert text == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": "\u00e9"\n}'


def test_what_is_no_json_is_shown_as_it_is() -> None:
    """A page of PHP."""
    assert [line.text for line in lines("<html>\n<b>", ("$.a",))] == ["<html>", "<b>"]


def test_a_status_marks_no_line() -> None:
    """It is not in the body."""
    assert marked('{"status":1}', "status", "$") == []


def test_long_bodies_end() -> None:
    """And say how much is left out."""
    found = lines("\n".join("x" for _ in range(MOST_LINES + 5)), ())
    assert (len(found), found[-1].text) == (MOST_LINES + 1, "… 5 more lines")

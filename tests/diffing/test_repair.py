"""What PHP meant to say where it pasted text into JSON or XML."""

import json

import pytest

from config.location import config_directory
from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.decode import Form, decode
from diffing.deviations import load_registry
from diffing.further import Further
from diffing.model import Asked, FollowUp, Observation
from diffing.repair import Unrepairable, read_list, repaired, untouched
from tests.diffing.test_compare import answer, problem

NAMES = frozenset({"a", "b", "c", "d", "version", "uploader"})


@pytest.mark.parametrize(
    ("text", "document"),
    [
        ('{"a": "b"c"}', {"a": 'b"c'}),
        ('{"a": "b", c", "d": 1}', {"a": 'b", c', "d": 1}),
        ('{"a": ["x"y", "z"]}', {"a": ['x"y', "z"]}),
        ('{"a": "C:\\temp\\new"}', {"a": "C:\\temp\\new"}),
        ('{"a": "\\ud83d"}', {"a": "\\ud83d"}),
        ('{"a": "one\ntwo\tthree"}', {"a": "one\ntwo\tthree"}),
        ('{"version":1.0-beta, "b": .5}', {"version": "1.0-beta", "b": ".5"}),
        ('{"uploader": , "b": 1}', {"b": 1}),
        ('{"a": [1, 2.5, true, null], "b": {}, "c": []}', {"a": [1, 2.5, True, None], "b": {}, "c": []}),
        (
            '{"a": "java: {"code": "5", "message": "x"}, and", "b": 1}',
            {"a": 'java: {"code": "5", "message": "x"}, and', "b": 1},
        ),
        (' {"a": {"b": "\\"}} ', {"a": {"b": "\\"}}),
    ],
)
def test_text_stands_as_it_is(text: str, document: object) -> None:
    """Between the quotation marks that what follows shows to be PHP's."""
    assert read_list(text, NAMES) == document


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"a": "b',
        '{"a": 1',
        '{"a" 1}',
        '{"a": 1, "a": 2}',
        '{"a": 1 "b": 2}',
        '{"a": [,]}',
        '{"a": 1} x',
        '{"a": ' + "[" * 25 + "]" * 25 + "}",
    ],
)
def test_what_is_no_list_of_php_is_refused(text: str) -> None:
    """Rather than read as something else."""
    with pytest.raises(Unrepairable):
        read_list(text, NAMES)


def read(body: str) -> list[object]:
    """The readings of a broken XML document."""
    answer = decode(Observation(200, (("content-type", "text/xml"),), body.encode()))
    assert answer.form is Form.BROKEN
    return [reading.document for reading in repaired(answer, NAMES)]


@pytest.mark.parametrize(
    ("inner", "documents"),
    [
        ("<oml:a>x & <y></oml:a>", [{"r": {"a": "x & <y>"}}]),
        ("<oml:a>x &amp; y</oml:a><oml:b>&</oml:b>", [{"r": {"a": "x & y", "b": "&"}}]),
        ("<oml:a>&uuml;</oml:a>", [{"r": {"a": "ü"}}, {"r": {"a": "&uuml;"}}]),
        ("<oml:a>u:rl</oml:>", [{"r": {"a": "u:rl"}}]),
    ],
)
def test_text_between_the_tags_of_php_is_text(inner: str, documents: list[object]) -> None:
    """An HTML entity has two readings."""
    assert read(f'<oml:r xmlns:oml="http://openml.org/openml">{inner}</oml:r>') == documents


def test_xml_that_is_broken_elsewhere_has_no_reading() -> None:
    """A tag without an end, or a character that XML has not."""
    assert read("<oml:r><oml:a></oml:r>") == []
    assert read("<oml:r>\x01</oml:r>") == []


CONFIG = config_directory(None)
DIFFER = Differ(load_registry(CONFIG), load_problems(CONFIG))
CORS = (
    ("access-control-allow-origin", "*"),
    ("access-control-allow-headers", "Origin, X-Requested-With, Content-Type, Accept"),
)
FLOW = '{"flows":{"flow":[{"id":1,"full_name":"a(1)","name":"%s","version":1,"external_version":"1","uploader":2}]}}'


@pytest.mark.parametrize(
    ("stored", "answered", "verdict"),
    [
        ("C:\\xemp", "C:\\xemp", "legacy_error"),
        ("C:\\xemp", "C:xemp", "mismatch"),
        ("C:\\temp\\new", "C:\\temp\\new", "explained"),
        ("C:\\temp\\new", "C:\temp\new", "mismatch"),
        ('say "no"', 'say "no"', "legacy_error"),
        ('say "no"', 'say "yes"', "mismatch"),
        ('{"k": "v", "w": "x"}', '{"k": "v", "w": "x"}', "legacy_error"),
        ("plain", "plain", "explained"),
    ],
)
def test_the_new_side_must_show_the_text_that_is_stored(stored: str, answered: str, verdict: str) -> None:
    """Not what a JSON reader makes of PHP's answer."""
    asked = Asked(load_routes(CONFIG)["flow.list"], "GET", {}, "none")
    row = {
        "id": 1,
        "full_name": "a(1)",
        "name": answered,
        "version": 1,
        "external_version": "1",
        "uploader": 2,
    }
    kind = (("content-type", "application/json"), *CORS)
    legacy = Observation(200, kind, (FLOW % stored).encode())
    new = Observation(200, kind, json.dumps([row]).encode())
    assert DIFFER.compare(asked, legacy, new).verdict == verdict


def test_what_broke_php_is_looked_for_in_its_own_answer() -> None:
    """Where a limit cuts a list, the new side may show other rows; each must be one of the whole list."""
    asked = Asked(load_routes(CONFIG)["flow.list"], "GET", {"limit": "1"}, "none")
    kind = (("content-type", "application/json"), *CORS)
    rows = [
        {
            "id": number,
            "full_name": "a(1)",
            "name": name,
            "version": 1,
            "external_version": "1",
            "uploader": 2,
        }
        for number, name in ((1, 'say "no"'), (2, "plain"))
    ]
    legacy = Observation(200, kind, (FLOW % 'say "no"').encode())
    new = Observation(200, kind, json.dumps(rows[1:]).encode())
    for whole, verdict in ((rows, "legacy_error"), (rows[1:], "mismatch")):
        everything = Observation(200, kind, json.dumps(whole).encode())
        answers: dict[Further, Observation] = {(FollowUp.UNLIMITED, None): everything}
        assert DIFFER.compare(asked, legacy, new, answers).verdict == verdict


NO_RESULTS = DIFFER.problems["no-results"].title
RUN = """{"runs":{"run":[
    {"run_id":25,
   "task_id":19,
   "setup_id":1,
   "flow_id":1,
   "uploader":2,
   "task_type_id":1,
   "upload_time":"2017-02-04 23:53:37",
   "error_message":"say "no"",
   "run_details":""}
   ]}}"""


@pytest.mark.parametrize(
    ("task", "code", "verdict"),
    [(404, "512", "legacy_error"), (200, "512", "mismatch"), (404, "372", "mismatch")],
    ids=["hidden", "shown", "another code"],
)
def test_a_broken_list_of_hidden_rows_has_no_result(task: int, code: str, verdict: str) -> None:
    """The only run is one on a private data set; its message breaks PHP's list."""
    asked = Asked(load_routes(CONFIG)["run.list"], "GET", {"run": "25"}, "user")
    legacy = Observation(200, (("content-type", "application/json"), *CORS), RUN.encode())
    question = "/tasks/list?status=all&task_id=19"
    listed = answer([{"task_id": 19}]) if task == 200 else problem(404, "no-results", NO_RESULTS, "482")
    answers: dict[Further, Observation] = {(FollowUp.PREMISE, question): listed}
    new = problem(404, "no-results", NO_RESULTS, code)
    found = DIFFER.compare(asked, legacy, new, answers)
    assert found.verdict == verdict
    if verdict == "legacy_error":
        assert {"list-text-unescaped", "rows-on-private-data"} <= set(found.deviations)


@pytest.mark.parametrize(
    "body", ["x", '{"flows":{"flow":[{"id":1,', '<b>Warning</b>: x {"flows":{"flow":[]}}', '{"error":{']
)
def test_what_cannot_be_read_is_excused_by_nothing(body: str) -> None:
    """Whatever the new side shows."""
    asked = Asked(load_routes(CONFIG)["flow.list"], "GET", {}, "none")
    kind = (("content-type", "application/json"), *CORS)
    row = {"id": 1, "full_name": 'a"', "name": "a", "version": 1, "external_version": "1"}
    new = Observation(200, kind, json.dumps([row]).encode())
    legacy = Observation(200, kind, body.encode())
    assert DIFFER.compare(asked, legacy, new).verdict == "legacy_error:undocumented"


def without_uploader(uploader: str, row: dict[str, object]) -> str:
    """The verdict on a list of flows in which PHP wrote this for an uploader."""
    asked = Asked(load_routes(CONFIG)["flow.list"], "GET", {}, "none")
    kind = (("content-type", "application/json"), *CORS)
    legacy = (FLOW % "a").replace('"uploader":2', f'"uploader":{uploader}')
    return DIFFER.compare(
        asked, Observation(200, kind, legacy.encode()), Observation(200, kind, json.dumps([row]).encode())
    ).verdict


def test_a_list_with_nothing_for_an_uploader_shows_none() -> None:
    """All else is compared: the entry excuses no other value, no other status, and no list that PHP can write."""
    row: dict[str, object] = {
        "id": 1,
        "full_name": "a(1)",
        "name": "a",
        "version": 1,
        "external_version": "1",
        "uploader": None,
    }
    assert without_uploader("", row) == "legacy_error"
    assert without_uploader("", {**row, "name": "b"}) == "mismatch"
    assert without_uploader("", {**row, "uploader": 2}) in ("mismatch", "legacy_error:undocumented")
    assert without_uploader("2", row) == "mismatch"


@pytest.mark.parametrize(
    ("name", "status", "verdict"),
    [
        ("a & b", 200, "legacy_error"),
        ("a b", 200, "legacy_error:undocumented"),
        ("a & b", 201, "mismatch"),
    ],
)
def test_a_name_of_which_php_dies_is_shown(name: str, status: int, verdict: str) -> None:
    """Of a procedure here; without such a name the death is not documented."""
    asked = Asked(load_routes(CONFIG)["estimationprocedure.get"], "GET", {"id": "1"}, "none")
    legacy = Observation(500, (("content-type", "text/html"), *CORS), b"")
    rules = DIFFER.registry.rules("estimationprocedure.get")
    assert rules is not None
    assert rules.shape is not None
    assert rules.shape.fields is not None
    values = {"integer": 1, "number": 1.0, "boolean": True, "string": "x"}
    document = {
        key: None if shape.nullable else [] if shape.items is not None else values.get(shape.scalars[0], "x")
        for key, shape in rules.shape.fields.items()
        if key in rules.shape.required
    }
    new = Observation(
        status, (("content-type", "application/json"), *CORS), json.dumps({**document, "name": name}).encode()
    )
    assert DIFFER.compare(asked, legacy, new).verdict == verdict


@pytest.mark.parametrize(
    ("body", "document"),
    [(b'{"a": ["x"]}', {"a": ["x"]}), (b'{"a": ["x"y"]}', {"a": ['x"y']})],
    ids=["whole", "broken"],
)
def test_an_answer_is_read_again_as_it_was(body: bytes, document: object) -> None:
    """Whatever became of the document meanwhile."""
    legacy = Observation(200, (("Content-Type", "application/json"),), body)
    decoded = decode(legacy)
    old = decoded if decoded.form is Form.JSON else next(repaired(decoded, NAMES))
    assert isinstance(old.document, dict)
    old.document["a"] = None
    assert untouched(legacy, old) == document

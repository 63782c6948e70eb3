"""A refusal is held to what PHP answered: an answer of its route, or a crash that is documented of such a request."""

from pathlib import Path

import pytest

from config.problems import load_problems
from config.routes import load_routes
from diffing.compare import Differ
from diffing.deviations import load_registry
from diffing.headers import CHALLENGE
from diffing.model import UNDOCUMENTED, Asked, Observation
from diffing.refusals import codes_of
from tests.diffing.test_compare import answer, problem

CONFIG = Path("config")
ROUTES, REGISTRY = load_routes(CONFIG), load_registry(CONFIG)
DIFFER = Differ(REGISTRY, load_problems(CONFIG))
HTML = (("Content-Type", "text/html; charset=UTF-8"),)
PAGE = b"<html><body>We are moving.</body></html>"
DEAD = Observation(500, HTML, b"")


def error(code: str, status: int = 412) -> Observation:
    """An error of PHP."""
    return answer({"error": {"code": code, "message": "No"}}, status)


def asked(route: str, method: str = "GET", role: str = "user", **parameters: str) -> Asked:
    """A request of a route of the API."""
    return Asked(ROUTES[route], method, parameters, role)


def wrong(name: str, kind: str, text: str, code: str | None = None, place: str = "path") -> Observation:
    """A refusal of the new side because of one parameter."""
    errors = [{"type": kind, "loc": [place, name], "msg": "No.", "input": text}]
    return problem(422, "validation-error", "Validation Error", code, errors=errors)


DECIMAL = asked("dataset.features", dataset_id="1.0"), wrong("dataset_id", "id", "1.0")
FEATURES = answer({"data_features": {"feature": []}})


@pytest.mark.parametrize(
    ("legacy", "verdict"),
    [
        (FEATURES, "explained"),
        (error("271"), "explained"),
        (error("107"), "mismatch"),
        (error("722"), "mismatch"),
        (Observation(412, (("Content-Type", "application/json"),), b""), "mismatch"),
        (answer({"maintenance": True}), "mismatch"),
        (answer("out of memory"), "mismatch"),
        (Observation(200, HTML, PAGE), "mismatch"),
        (Observation(429, HTML, PAGE), "skipped:html_page"),
        (Observation(500, HTML, PAGE), UNDOCUMENTED),
        (DEAD, UNDOCUMENTED),
        (Observation(200, (("Content-Type", "application/json"),), b'{"data_features":'), UNDOCUMENTED),
    ],
)
def test_an_odd_id_is_refused_whatever_the_route_answered(legacy: Observation, verdict: str) -> None:
    """But not where PHP could not reach its database, showed a page, or died: that has nothing to do with the id."""
    request, new = DECIMAL
    assert DIFFER.compare(request, legacy, new).verdict == verdict


def test_php_dies_of_some_odd_ids() -> None:
    """The route map says of which; of another parameter of the same route it does not."""
    deadly = asked("dataset.qualities", dataset_id="2", engine_id="1.0")
    assert DIFFER.compare(deadly, DEAD, wrong("engine_id", "id", "1.0")).verdict == "legacy_error"
    other = asked("dataset.qualities", dataset_id="2.0", engine_id="1")
    assert DIFFER.compare(other, DEAD, wrong("dataset_id", "id", "2.0")).verdict == UNDOCUMENTED


def test_php_dies_of_no_word_where_its_path_has_a_number() -> None:
    """It knows no such path then; a segment that its dispatcher does not look at may be a word."""
    word = asked("dataset.get", dataset_id="abc")
    assert DIFFER.compare(word, DEAD, wrong("dataset_id", "id", "abc", "100")).verdict == UNDOCUMENTED
    decimal = asked("dataset.get", dataset_id="1.0")
    assert DIFFER.compare(decimal, DEAD, wrong("dataset_id", "id", "1.0")).verdict == "legacy_error"
    free = asked("setup.differences", setup_a="1", setup_b="5", task_id="abc", ignored="")
    assert DIFFER.compare(free, DEAD, wrong("task_id", "id", "abc", "100")).verdict == "legacy_error"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [("61abc", "legacy_error"), ("61.0", "legacy_error"), ("abc", UNDOCUMENTED), ("x61", UNDOCUMENTED)],
)
def test_php_dies_of_ids_in_forms_that_begin_with_one(text: str, verdict: str) -> None:
    """By which the database finds a row; by other words it finds none, and PHP says so."""
    new = wrong("data_id", "id", text, "472", "body")
    assert DIFFER.compare(asked("dataset.tag", "POST", data_id=text, tag="t"), DEAD, new).verdict == verdict


@pytest.mark.parametrize("ids", ["abc", "1,", ",1", "402,16x", "1,,2"])
def test_php_dies_of_words_among_ids_of_users(ids: str) -> None:
    """They are no SQL."""
    new = wrong("user_id", "digit_list", ids, "371", "query")
    assert DIFFER.compare(asked("user.list", user_id=ids), DEAD, new).verdict == "legacy_error"


@pytest.mark.parametrize("ids", ["-1", "1.0", "1e3", "1,2.0"])
def test_php_dies_of_no_number_among_ids_of_users(ids: str) -> None:
    """The database reads any."""
    new = wrong("user_id", "digit_list", ids, "371", "query")
    assert DIFFER.compare(asked("user.list", user_id=ids), DEAD, new).verdict == UNDOCUMENTED


GONE = problem(410, "study-legacy", "Legacy Study Not Supported", "601")
STUDY = (
    b'<oml:study xmlns:oml="http://openml.org/openml"><oml:id>1</oml:id><oml:name>a & b</oml:name>'
    b"<oml:tag><oml:name>study_1</oml:name></oml:tag></oml:study>"
)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        (STUDY, "legacy_error"),
        (STUDY.replace(b" & ", b" "), "explained"),
        (STUDY + b"<oml:study>", UNDOCUMENTED),
        (STUDY.replace(b"oml:tag>", b"oml:task>"), "mismatch"),
    ],
)
def test_a_study_of_tags_whose_texts_break_its_xml(body: bytes, verdict: str) -> None:
    """It is gone; that it has tags is read in what PHP meant to say."""
    request = Asked(ROUTES["study.get"], "GET", {"study_id": "1"}, "none", "xml")
    legacy = Observation(200, (("Content-Type", "text/xml; charset=utf-8"),), body)
    assert DIFFER.compare(request, legacy, GONE).verdict == verdict


def test_what_breaks_php_may_be_another_parameter_than_the_refused_one() -> None:
    """PHP died of the backslash in the tag; the new side refuses the limit."""
    new = wrong("limit", "digits", "2,3", "672", "query")
    broken, whole = (asked("setup.list", limit="2,3", tag=tag) for tag in ("a\\", "a"))
    assert DIFFER.compare(broken, DEAD, new).verdict == "legacy_error"
    assert DIFFER.compare(whole, DEAD, new).verdict == UNDOCUMENTED


def test_a_method_that_the_path_does_not_have() -> None:
    """PHP dies where it takes a GET for a creation without a file, and nowhere else."""
    new = problem(405, "method-not-allowed", "Method Not Allowed", "100")
    allowed = Observation(405, (*new.headers, ("Allow", "OPTIONS, POST")), new.body)
    assert DIFFER.compare(asked("study.create"), DEAD, allowed).verdict == "legacy_error"
    assert DIFFER.compare(asked("task.upload"), DEAD, allowed).verdict == UNDOCUMENTED
    assert DIFFER.compare(asked("task.upload"), error("107"), allowed).verdict == "mismatch"


def test_what_broke_a_readable_answer_is_looked_for_in_it() -> None:
    """The quotation mark of a name breaks PHP's list; a list that is cut off has none."""
    request = asked("task.list", type="1,2")
    new = wrong("type", "range", "1,2", "482", "query")
    kind = (("Content-Type", "application/json"),)
    quoted = b'{"tasks":{"task":[\n{"task_id":1,"name":"a "b" c"}\n]}}'
    assert DIFFER.compare(request, Observation(200, kind, quoted), new).verdict == "legacy_error"
    assert DIFFER.compare(request, Observation(200, kind, quoted[:20]), new).verdict == UNDOCUMENTED


def test_an_entry_that_lists_codes_is_about_these() -> None:
    """Whatever else the route answers."""
    request = asked("study.part", part="run", study_id="1")
    new = wrong("part", "study_part", "run", "600")
    assert DIFFER.compare(request, error("601"), new).verdict == "explained"
    assert DIFFER.compare(request, error("602"), new).verdict == "mismatch"


def test_the_codes_of_a_route_are_those_of_its_entries_and_rules() -> None:
    """And those that all routes have."""
    known = codes_of(REGISTRY.of_route("dataset.features"))
    assert {"100", "102", "103", "104", "271"} <= known
    assert known.isdisjoint({"107", "722"})


@pytest.mark.parametrize(
    ("marks", "verdict"), [('a"a', "legacy_error"), ("a\\", "legacy_error"), ("a\\a", UNDOCUMENTED)]
)
def test_a_key_that_breaks_a_statement(marks: str, verdict: str) -> None:
    """Of which the comparison sees the marks only."""
    request = Asked(ROUTES["dataset.get"], "GET", {"dataset_id": "61", "api_key.marks": marks}, "user")
    new = problem(401, "authentication-failed", "Authentication Failed", "103")
    told = Observation(401, (*new.headers, ("WWW-Authenticate", CHALLENGE)), new.body)
    assert DIFFER.compare(request, DEAD, told).verdict == verdict

"""Legacy requests become the same requests for the new side."""

import pytest

from config.location import config_directory
from config.routes import load_routes
from proxy.translate.to_new import Request, Translation, Untranslatable, legacy_to_new

ROUTES = load_routes(config_directory())
FORM = (("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", "9"), ("X-Other", "1"))


def _translated(
    method: str, target: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
) -> Translation:
    translation = legacy_to_new(Request(method, target.encode(), headers, body), ROUTES)
    assert isinstance(translation, Translation)
    return translation


@pytest.mark.parametrize(
    ("legacy", "new"),
    [
        ("/api/v1/json/data/61", "/datasets/61"),
        ("/api/v1/json/data/qualities/2/1", "/datasets/qualities/2/1"),
        ("/api/v1/json/data/list/tag/Life%20Science/limit/2", "/datasets/list?tag=Life%20Science&limit=2"),
        ("/api/v1/json/data/list/tag/a%2Bb", "/datasets/list?tag=a%2Bb"),
        ("/api/v1/json/data/list/tag", "/datasets/list"),
        ("/api/v1/json/data/list/foo", "/datasets/list?foo="),
        ("/api/v1/json/data/list/data%5Fid/1", "/datasets/list?data%255Fid=1"),
        ("/api/v1/json/data/list/limit/1/limit/2", "/datasets/list?limit=2"),
        ("/api/v1/json/data/list?limit=1", "/datasets/list"),
        ("/api/v1/json/task/list/type/1", "/tasks/list?task_type_id=1"),
        ("/api/v1/json/evaluation/request/1/normal/5/ttid", "/evaluation/request/1/normal/5?ttid="),
        ("/api/v1/json/setup/list/flow", "/setup/list?flow="),
        ("/api/v1/json/setup/list/flow/1/flow", "/setup/list?flow=1"),
        ("/api/v1/json/flow/exists/a/%57b", "/flows/exists/a/%2557b"),
        ("/api/v1/json/study/99/tasks", "/studies/99/tasks"),
        ("/api/v1/json/badges/get/1", "/badges/get/1"),
        ("/api/v1/json/gamification/reach/d/61/2019/02", "/gamification/reach/d/61/2019/02"),
        ("/api/v1/json/gamification/reach/d/61", "/gamification/reach/d/61"),
        ("/data/v1/download/42/a.arff", "/data/v1/download/42/a.arff"),
        ("/data/v1/download/42", "/data/v1/download/42"),
        ("/api/v1/json/data/abc", "/datasets/abc"),
        ("/api/v1/json/data/exists/a/1", "/datasets/exists/a/1"),
        ("/api/v1/json/datasets/list", "/nowhere/datasets/list"),
        ("/api/v1/json/user/2", "/nowhere/user/2"),
    ],
)
def test_targets(legacy: str, new: str) -> None:
    """Words are renamed, filters become a query, what PHP does not know stays unknown."""
    assert _translated("GET", legacy).target == new.encode()


@pytest.mark.parametrize(
    ("method", "target", "body", "query"),
    [
        ("GET", "/api/v1/json/data/61?api_key=a&api_key=b", b"", b"api_key=b"),
        ("GET", "/api/v1/json/data/61?api_key=", b"", b"api_key="),
        ("GET", "/api/v1/json/data/61?api_key[]=x", b"", b"api_key=Array"),
        ("GET", "/api/v1/json/data/61?api_key=%C3%A9%20", b"", b"api_key=%C3%A9%20"),
        ("POST", "/api/v1/json/data/61", b"api_key=f", b"api_key=f"),
        ("POST", "/api/v1/json/data/61?api_key=", b"api_key=f", b"api_key="),
        ("POST", "/api/v1/json/data/tag", b"api_key=f", b""),
    ],
)
def test_the_key_is_that_which_php_reads(method: str, target: str, body: bytes, query: bytes) -> None:
    """The query before the form, its last key; a write keeps the form, and the key in it."""
    assert query == _translated(method, target, FORM, body).target.partition(b"?")[2]


def test_a_post_of_a_read_becomes_a_get() -> None:
    """Method, body and content headers go, others stay."""
    translation = _translated("POST", "/api/v1/json/data/list/limit/1", FORM, b"api_key=x")
    assert (translation.method, translation.body, translation.headers) == ("GET", b"", (("X-Other", "1"),))


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "OPTIONS"])
def test_other_methods_stay(method: str) -> None:
    """The new side answers them by itself: HEAD as GET, a preflight, 405."""
    assert _translated(method, "/api/v1/json/data/61").method == method


def test_the_body_of_a_get_is_dropped() -> None:
    """PHP never reads it, the new side would take filters from it."""
    headers = (("Content-Type", "application/json"),)
    assert _translated("GET", "/api/v1/json/data/list", headers, b'{"limit": 1}').body == b""


@pytest.mark.parametrize(("method", "kind"), [("POST", "application/json"), ("DELETE", FORM[0][1])])
def test_a_body_that_php_does_not_read_is_dropped(method: str, kind: str) -> None:
    """Only forms, and only of a POST; the new side would take fields and a key from others (legacy notes, data 2)."""
    headers = (("Content-Type", kind), ("Content-Length", "2"))
    found = _translated(method, "/api/v1/json/data/tag", headers, b"{}")
    assert (found.headers, found.body) == ((), b"")


def test_authorization_is_dropped() -> None:
    """PHP ignores the field, so its value must not count on the new side."""
    assert _translated("GET", "/api/v1/json/data/61", (("Authorization", "Bearer x"),)).headers == ()


def test_conditions_and_ranges_are_dropped() -> None:
    """PHP sends the whole file whatever they say, so the new side is asked for the whole file, too."""
    headers = (("Range", "bytes=0-9"), ("If-None-Match", "*"), ("X-Other", "1"))
    translation = _translated("GET", "/data/v1/download/42/lantern-shapes.arff", headers)
    assert translation.headers == (("X-Other", "1"),)


def test_a_write_keeps_its_body() -> None:
    """The form goes on byte for byte."""
    body = b"api_key=k&data_id=61&tag=a%41"
    translation = _translated("POST", "/api/v1/json/data/tag", FORM, body)
    assert (body, FORM, True) == (translation.body, translation.headers, translation.writes)


def test_files_are_parameters() -> None:
    """What a form uploads is known by its fields."""
    body = b'--x\r\nContent-Disposition: form-data; name="source"; filename="s.py"\r\n\r\npass\r\n--x--\r\n'
    kind = (("Content-Type", "multipart/form-data; boundary=x"),)
    assert _translated("POST", "/api/v1/json/flow", kind, body).parameters == {"source": "s.py"}


def test_a_path_that_php_does_not_know_is_a_parameter() -> None:
    """An entry can be about the dispatchers that die of it; of a long one only the beginning is there."""
    assert _translated("GET", "/api/v1/json/votes/x/list").parameters == {"path": "votes/x/list"}
    assert len(_translated("GET", f"/api/v1/json/{'x' * 300}").parameters["path"]) == 200


@pytest.mark.parametrize(
    ("key", "marks"),
    [("secret", None), ("se%22cret", 'a"a'), ("%5C", "\\"), ("secret%5C%5C", "a\\\\"), ("", None)],
)
def test_of_a_key_only_what_breaks_sql_is_told(key: str, marks: str | None) -> None:
    """Nothing of the key itself, nor how long it is; that of the query hides the form's."""
    assert _translated("GET", f"/api/v1/json/data/61?api_key={key}").parameters.get("api_key.marks") == marks
    kind = (("Content-Type", "application/x-www-form-urlencoded"),)
    form = _translated("POST", "/api/v1/json/data/tag", kind, f"api_key={key}&tag=a".encode())
    assert form.parameters.get("api_key.marks") == marks
    hidden = _translated("POST", "/api/v1/json/data/tag?api_key=a", kind, b"api_key=%22")
    assert "api_key.marks" not in hidden.parameters


@pytest.mark.parametrize(
    ("fields", "files", "told"),
    [(1000, 0, {}), (1001, 0, {"form.fields": "1001"}), (0, 20, {}), (0, 21, {"form.files": "21"})],
)
def test_more_parts_than_php_takes_are_told(fields: int, files: int, told: dict[str, str]) -> None:
    """An entry can be about forms that PHP reads in part only."""
    part = b'--x\r\nContent-Disposition: form-data; name="n"%s\r\n\r\n1\r\n'
    body = part % b"" * fields + part % b'; filename="f"' * files + b"--x--\r\n"
    kind = (("Content-Type", "multipart/form-data; boundary=x"),)
    found = _translated("POST", "/api/v1/json/flow", kind, body).parameters
    assert {name: value for name, value in found.items() if name.startswith("form.")} == told


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_what_the_path_says_is_no_field(end: bytes) -> None:
    """PHP reads a reason of the path only; the new side would read the form, too."""
    lines = [b"--x", b'Content-Disposition: form-data; name="reason"', b"", b"In form", b"--x--", b""]
    for kind, body in (
        ("multipart/form-data; boundary=x", end.join(lines)),
        ("application/x-www-form-urlencoded", b"reason=In+form&other=1"),
    ):
        translation = _translated("POST", "/api/v1/json/votes/down/d/118", (("Content-Type", kind),), body)
        assert b"In" not in translation.body


def test_a_description_that_the_route_map_names_is_a_parameter() -> None:
    """Its text is known beside its file name, so that an entry can be about what it says."""
    body = b'--x\r\nContent-Disposition: form-data; name="description"; filename="d.xml"\r\n\r\n<a/>\r\n--x--\r\n'
    kind = (("Content-Type", "multipart/form-data; boundary=x"),)
    translation = _translated("POST", "/api/v1/json/study", kind, body)
    assert translation.parameters == {"description": "d.xml", "description.text": "<a/>"}


def test_what_the_path_says_becomes_a_field_without_a_form() -> None:
    """PHP says what is missing of the study that the path names; a JSON body is none of its forms."""
    for headers, body in (((), b""), ((("Content-Type", "application/json"),), b'{"ids": "2"}')):
        translation = _translated("POST", "/api/v1/json/study/99/attach", headers, body)
        assert (translation.body, translation.headers[-1]) == (
            b"study_id=99",
            ("content-type", "application/x-www-form-urlencoded"),
        )


def test_what_moves_into_the_body_is_moved() -> None:
    """The id of the study leaves the path, the field gets its new name, the length is no longer told."""
    translation = _translated("POST", "/api/v1/json/study/99/attach", FORM, b"ids=1,2")
    assert (b"/studies/attach", b"entity_ids=1,2&study_id=99", (FORM[0], FORM[2])) == (
        translation.target,
        translation.body,
        translation.headers,
    )


def test_a_field_has_the_name_that_php_gives_it() -> None:
    """The new side takes names as they are, PHP makes underscores of dots and blanks."""
    translation = _translated("POST", "/api/v1/json/data/tag", FORM, b"data.id=61&tag=a.b")
    assert (translation.body, translation.parameters["data_id"]) == (b"data_id=61&tag=a.b", "61")


def test_a_form_field_that_php_reads_for_a_read_moves_to_the_query() -> None:
    """qualities of the work list may come either way (legacy notes, data 10.9)."""
    target = "/api/v1/json/data/qualities/unprocessed/1/normal"
    translation = _translated("POST", target, FORM, b"qualities=a%2Cb&x=1")
    assert translation.target == b"/datasets/qualities/unprocessed/1/normal?qualities=a,b"


def test_a_query_that_php_does_not_read_is_dropped() -> None:
    """PHP reads name and version of a flow from the form only (legacy notes, flow 1.1 and 2.4)."""
    target = "/api/v1/json/flow/exists"
    by_form = _translated("POST", target, FORM, b"name=a&external_version=1")
    by_query = _translated("GET", target + "?name=a&external_version=1")
    assert by_form.target == b"/flows/exists?name=a&external_version=1"
    assert (by_query.target, dict(by_query.parameters)) == (b"/flows/exists", {})


def test_parameters_are_what_the_legacy_side_sees() -> None:
    """Path names and filters under their legacy names, values decoded."""
    translation = _translated("GET", "/api/v1/json/task/list/type/1/tag/a%20b/foo/x")
    assert translation.parameters == {"type": "1", "tag": "a b", "foo": "x"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/api/v1/json/data/61", "json"), ("/api/v1/xml/data/61", "xml"), ("/api/v1/data/61", "xml")],
)
def test_the_format_is_reported(path: str, expected: str) -> None:
    """A path without format means XML."""
    assert expected == _translated("GET", path).format


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "run/reset/25"),
        ("GET", "job/request"),
        ("GET", "badges/check/1/0"),
        ("DELETE", "data/61"),
        ("DELETE", "study/an-alias"),
        ("DELETE", "data/list/limit/1"),
    ],
)
def test_what_may_change_something_is_a_write(method: str, path: str) -> None:
    """GETs that write, and methods that PHP ignores but the new side does not."""
    assert _translated(method, f"/api/v1/json/{path}").writes


@pytest.mark.parametrize("path", ["/", "/api/v1", "/api/v2/json/data/61", "/API/v1/json/data/1", "/data/v1"])
def test_what_is_no_api_request_is_refused(path: str) -> None:
    """Pages and unknown versions have no twin."""
    assert isinstance(legacy_to_new(Request("GET", path.encode()), ROUTES), Untranslatable)


@pytest.mark.parametrize("path", ["data/list/api_key/x", "task/list/task_type_id/1"])
def test_an_illegal_filter_that_would_be_legal_on_the_new_side_is_refused(path: str) -> None:
    """PHP's error about it has no twin, and a path must never set the key."""
    assert isinstance(legacy_to_new(Request("GET", f"/api/v1/json/{path}".encode()), ROUTES), Untranslatable)

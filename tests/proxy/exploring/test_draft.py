"""Requests that are finished."""

from proxy.exploring.draft import RequestDraft
from proxy.recordings.form_parts import FormPart, parts_of


def test_filters_stand_in_the_path() -> None:
    """Encoded; a last one may have no value, one before it an empty one."""
    filters = [("tag", "a b/c"), ("status", ""), ("limit", "")]
    draft = RequestDraft("GET", "/api/v1/json/", ["data", "list"], "none", filters)
    assert draft.finished("http://php").target == b"/api/v1/json/data/list/tag/a%20b%2Fc/status//limit"


def test_the_key_is_a_placeholder() -> None:
    """In the query, or in the form that is there; nobody has none."""
    draft = RequestDraft("GET", "/", ["a"], "admin", query=[("b", "c d")])
    assert draft.finished("").target == b"/a?b=c+d&api_key=KEY_OF_admin"
    draft = RequestDraft("POST", "/", ["a"], "admin", fields=[("tag", "b")])
    assert (draft.finished("").target, draft.finished("").body) == (b"/a", b"api_key=KEY_OF_admin&tag=b")
    assert RequestDraft("GET", "/", ["a"], "none").finished("").target == b"/a"


def test_files_make_a_multipart_form() -> None:
    """With the fields in it."""
    file = FormPart("description", b"<a/>", "description.xml", "text/xml")
    request = RequestDraft("POST", "/", ["a"], "user2", fields=[("tag", "b")], parts=[file]).finished("")
    assert parts_of(request.headers, request.body) == [
        FormPart("api_key", b"KEY_OF_user2"),
        FormPart("tag", b"b"),
        file,
    ]

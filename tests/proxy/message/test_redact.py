"""Secrets do not reach what is stored."""

import pytest

from proxy.message.redact import Redactor, redacted_target, secrets_of

KEY = b"AD000000000000000000000000000000"


@pytest.mark.parametrize(
    "target",
    [
        b"/data/1?api_key=" + KEY,
        b"/data/1?a=1&API_KEY=" + KEY + b"&b=2",
        b"/data/1?api%5Fkey=" + KEY,
        b"/data/1?%61pi_key=" + KEY,
        b"/data/1?api_key[]=" + KEY,
        b"/?/api/v1/json/data/1?api_key=" + KEY,
        b"/data/1?api.key=" + KEY,
        b"/data/1?+api+key=" + KEY,
        b"/data/1?a=1;api_key=" + KEY + b";b",
        b"/data/1?see=http%3A%2F%2Fh%2F%3Fapi_key%3D" + KEY,
        b"/data/list/api_key/" + KEY + b"/limit/2",
        b"/x%3Fapi_key%3D" + KEY + b"?a=1",
        b"/data/1?api[key=" + KEY,
        b"/data/1?api%5bkey=" + KEY,
        b"/data/1?api_key%00x=" + KEY,
        b"/data/1?" + b"+" * 100 + b"api_key=" + KEY,
        b"/data/1?api_key=#'" + KEY + b"&a=1",
    ],
)
def test_a_key_in_the_target_is_replaced(target: bytes) -> None:
    """However the parameter is spelled, the key is gone."""
    assert KEY not in Redactor().target(target)
    assert KEY.decode() not in redacted_target(target)


def test_the_rest_of_the_target_stays() -> None:
    """Only the value is replaced."""
    assert redacted_target(b"/a?x=1&api_key=k&y=%zz") == "/a?x=1&api_key=...&y=%zz"


@pytest.mark.parametrize(
    "body",
    [
        b"api_key=" + KEY + b"&tag=x",
        b'{"tag": "x", "api_key": "' + KEY + b'"}',
        b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n' + KEY + b"\r\n--b--\r\n",
        b'--b\r\nContent-Disposition: form-data; name="api_key"\r\nContent-Type: text/plain\r\n\r\n'
        + KEY
        + b"\r\n--b--\r\n",
        *(
            b"--b\r\nContent-Type: text/plain\r\nContent-Disposition: form-data; "
            + name
            + b"\r\n\r\n"
            + KEY
            + b"\r\n--b--"
            for name in (
                b'name="api.key"',
                b'name="api key"',
                b'name=" api_key[]"',
                b"name='api_key'",
                b"name=api.key",
                b'name="api[key"',
                b'name="api_key\0x"',
                b'\r\n\tname="api_key"',
                b'\r\x0bname="api_key"',
                b'name="a"; name="api_key"',
                b'name="api_key"; name="a"',
                b'x="; name=a"; name="api_key"',
                b'filename="; name=a"; name="api_key"',
                b'name="api_key',
                b"name=a;" * 9999 + b"name=api_key",
            )
        ),
        b"<oml:api_key>" + KEY + b"</oml:api_key>",
        b'{"see": "/data/1?api_key=' + KEY + b'", "a": 1}',
    ],
)
def test_a_key_in_the_body_is_replaced(body: bytes) -> None:
    """Forms, multipart forms and JSON are understood."""
    assert KEY not in Redactor().body(body)


@pytest.mark.parametrize(
    "body",
    [
        b" api key=" + KEY,
        b"a=1& api_key=" + KEY + b"&b=2",
        b"a=<x>&api_key=\"'\\ <" + KEY + b"&b=2",
        b"see=http://h/?api_key=" + KEY + b"&b=2",
        b"&" * 9 + b" " * 99 + b"api.key=" + KEY,
        b"api[key=" + KEY,
        b"a=1;token=" + KEY,
    ],
)
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "Application/X-WWW-Form-URLEncoded;a"])
def test_a_key_in_a_form_is_replaced(body: bytes, kind: str) -> None:
    """Every field that PHP reads as one, with a value of any bytes; it is known as a secret, too."""
    headers = (("content-type", kind),)
    shown = Redactor().body(body, headers)
    assert KEY not in shown
    assert shown.endswith(b"&b=2") == body.endswith(b"&b=2")
    assert any(KEY.decode() in secret for secret in secrets_of(b"/", headers, body))


def test_equal_keys_stay_equal_wherever_they_are() -> None:
    """A key in a form is told like one in a target."""
    redactor = Redactor()
    shown = redactor.body(b"a=1&api_key=" + KEY, (("Content-Type", "application/x-www-form-urlencoded"),))
    assert shown == b"a=1&api_key=" + redactor.mark(KEY)
    assert redactor.target(b"/a?api_key=" + KEY) == b"/a?api_key=" + redactor.mark(KEY)


@pytest.mark.parametrize(
    "name", ["Authorization", "cookie", "Set-Cookie", "Parity-Shadow", "X-Auth-Token", "X-Api-Key"]
)
def test_secret_headers_are_replaced(name: str) -> None:
    """Credentials and cookies are not stored."""
    assert Redactor().headers(((name, "secret"),))[0][1].startswith("~")


def test_equal_secrets_stay_equal() -> None:
    """One still sees that two requests came with one key."""
    redactor = Redactor()
    assert redactor.mark(KEY) == redactor.mark(KEY) != redactor.mark(b"other")


def test_hashes_of_two_runs_differ() -> None:
    """A hash says nothing outside its run."""
    assert Redactor().mark(KEY) != Redactor().mark(KEY)


def test_an_address_in_a_header_is_looked_at_too() -> None:
    """The rest of it stays."""
    [(_, value)] = Redactor(b"").headers((("Referer", "http://h/d?a=1&api_key=secret&b=2"),))
    assert value.startswith("http://h/d?a=1&api_key=~")
    assert value.endswith("&b=2")


def test_a_secret_that_a_side_repeats_is_scrubbed() -> None:
    """In any spelling and case, and wherever it stands."""
    headers = (("Authorization", "Bearer sesame12"), ("Cookie", "sid=cookie34; b=c"))
    known = secrets_of(b"/d?api_key=op%65n-door", headers, b"password=form5678")
    document = {"a": ["you said OPEN-DOOR", ("op%65n-door",)], "cookie34": "sesame12 form5678", "Bearer": 1}
    text = repr(Redactor().scrubbed(document, known)).lower()
    assert [
        word for word in ("open-door", "op%65n", "cookie34", "sesame12", "form5678") if word in text
    ] == []
    assert "bearer" in text

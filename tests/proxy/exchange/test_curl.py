"""A request as a line for the shell."""

import os
import shlex
import subprocess

from proxy.exchange.curl import curl_line
from proxy.message.redact import Redactor
from proxy.message.translation import Request

KEY = "AD000000000000000000000000000000"


def words(request: Request) -> list[str]:
    """The words that a shell makes of the line."""
    return shlex.split(curl_line(request, Redactor(), base="http://h"))


def test_a_get_is_its_target() -> None:
    """Byte for byte: curl must neither tidy the path nor glob."""
    assert words(Request("GET", b"//data/./1?a=[1]&b='x'")) == [
        "curl",
        "-i",
        "--path-as-is",
        "-g",
        "http://h//data/./1?a=[1]&b='x'",
    ]


def test_a_form_is_sent_as_it_was() -> None:
    """Content type and body are part of the request, host and length are made by curl."""
    headers = (("Host", "h"), ("Content-Type", "text/plain"), ("Content-Length", "5"))
    assert words(Request("POST", b"/", headers, b"a=1&b"))[5:] == [
        "-H",
        "Content-Type: text/plain",
        "--data-binary",
        "a=1&b",
    ]


def test_other_methods_are_named() -> None:
    """A HEAD has an option of its own."""
    assert words(Request("DELETE", b"/"))[5:] == ["-X", "DELETE"]
    assert words(Request("HEAD", b"/"))[:2] == ["curl", "--head"]


def test_secrets_are_not_shown() -> None:
    """Neither in the target, nor in headers, nor in the form."""
    request = Request(
        "POST", f"/?api_key={KEY}".encode(), (("Authorization", KEY),), f"api_key={KEY}".encode()
    )
    assert KEY not in curl_line(request, Redactor())


def test_a_key_is_left_to_the_shell() -> None:
    """In the query, a form, a part of one, a header: nobody has to look for a mask and replace it."""
    part = b'--x\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n%s\r\n--x--' % KEY.encode()
    requests = (
        Request("GET", f"/data/1?api_key={KEY}&a=it's".encode()),
        Request("POST", b"/data", (), f"api_key={KEY}".encode()),
        Request("POST", b"/data", (), part),
        Request("GET", b"/data/1", (("Authorization", f"Bearer {KEY}"),)),
        Request("GET", b"/data/1", (("X-API-Key", KEY),)),
    )
    env = {"API_KEY": "my key", "PATH": os.environ["PATH"]}
    for request in requests:
        line = curl_line(request, Redactor(), base="http://h").replace("curl ", "printf '%s\\n' ", 1)
        done = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, check=True)
        assert ("my key" in done.stdout, "~" in done.stdout, KEY in done.stdout) == (True, False, False)


def test_other_secrets_keep_their_mask() -> None:
    """A session is no key, and a key is no session."""
    assert "?session_hash=~" in curl_line(Request("GET", b"/?session_hash=0123456789"), Redactor())


def test_what_the_proxy_says_of_the_client_is_left_out() -> None:
    """It changes no answer, and a client's address belongs into no report."""
    headers = (
        ("x-forwarded-for", "10.0.0.1"),
        ("forwarded", "for=10.0.0.1"),
        ("x-request-id", "1"),
        ("traceparent", "00-1-2-01"),
    )
    assert words(Request("GET", b"/", headers))[5:] == []

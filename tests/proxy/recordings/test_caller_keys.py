"""Keys of callers: never written, known again when they are sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from config.errors import ConfigError
from diffing.model import Headers, Observation
from proxy.recordings.caller_keys import CallerKeys, caller_in, read_keys
from proxy.recordings.recording import RecordedRequest, Recording

ADMIN = "ad" * 16
OTHER = "0f" * 16
KEYS = {"admin": ADMIN, "user2": "na'b"}


def recorded(
    target: bytes = b"/a",
    headers: Headers = (),
    body: bytes = b"",
    *,
    caller: str = "user",
    answer: bytes = b"",
) -> Recording:
    """A recording of such a request."""
    request = RecordedRequest("POST", "http://php", target, headers, body)
    return Recording("a.1", "a", caller, request, Observation(200, (("Set-Cookie", "s=1"),), answer))


FORM = (("Content-Type", "application/x-www-form-urlencoded"),)
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="api_key"\r\n\r\n%s\r\n'
    b'--b\r\nContent-Disposition: form-data; name="id"\r\n\r\n1\r\n--b--\r\n'
)
PLACES: dict[str, Recording] = {
    "query": recorded(b"/a?id=1&api_key=" + ADMIN.encode()),
    "quoted query": recorded(b"/a?api_key=na%27b&id=1"),
    "path": recorded(b"/a/" + ADMIN.encode()),
    "form": recorded(headers=FORM, body=b"id=1&api_key=na%27b"),
    "multipart": recorded(body=MULTIPART % ADMIN.encode()),
    "JSON": recorded(body=b'{"api_key": "%s"}' % ADMIN.encode()),
    "header": recorded(headers=(("api_key", ADMIN),)),
    "credentials": recorded(headers=(("Authorization", f"Bearer {ADMIN}"),)),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_named_key_is_a_placeholder_and_a_key_again(place: str) -> None:
    """Wherever it is sent; nothing else of the request changes."""
    keys = CallerKeys(KEYS)
    hidden = keys.hidden(PLACES[place])
    shown = repr(hidden.request)
    assert ADMIN not in shown
    assert "na%27b" not in shown
    assert "KEY_OF_" in shown
    assert keys.resolved(hidden).request == PLACES[place].request


@pytest.mark.parametrize("place", PLACES)
def test_a_key_that_nobody_named_is_not_written(place: str) -> None:
    """Its caller's role and a salted hash are."""
    shown = repr(CallerKeys().hidden(PLACES[place]).request)
    assert (ADMIN not in shown) or place == "path"
    assert "na%27b" not in shown


def test_equal_keys_have_equal_placeholders() -> None:
    """So that a session can be followed, within one run only."""
    item = recorded(b"/a?api_key=" + OTHER.encode())
    keys = CallerKeys(salt=b"one")
    assert keys.hidden(item) == keys.hidden(item)
    assert keys.hidden(item) != CallerKeys(salt=b"two").hidden(item)
    assert keys.hidden(item).request.target.startswith(b"/a?api_key=KEY_OF_user~")


def test_what_is_unnamed_gets_the_key_of_its_role() -> None:
    """A recording of live traffic can be played with one key per role."""
    hidden = CallerKeys().hidden(recorded(b"/a?api_key=" + OTHER.encode(), caller="admin"))
    assert CallerKeys(KEYS).resolved(hidden).request.target == b"/a?api_key=" + ADMIN.encode()


@pytest.mark.parametrize("key", [b"", b"0"])
def test_what_is_no_key_stays(key: bytes) -> None:
    """PHP takes neither for one."""
    item = recorded(b"/a?api_key=" + key)
    assert CallerKeys().hidden(item).request == item.request


def test_cookies_are_not_written() -> None:
    """Neither side's."""
    hidden = CallerKeys().hidden(recorded(headers=(("Cookie", "s=1"), ("Accept", "a"))))
    assert (hidden.request.headers, hidden.response.headers) == ((("Accept", "a"),), ())


def test_keys_in_answers_are_not_written() -> None:
    """A page may show its reader's key."""
    hidden = CallerKeys(KEYS).hidden(recorded(answer=b"<p>" + ADMIN.encode() + b"</p>"))
    assert hidden.response.body == b"<p>KEY_OF_admin</p>"


def test_a_missing_key_is_told() -> None:
    """By the name of the caller."""
    with pytest.raises(
        ConfigError, match=r'a\.1 needs the key of admin; give --keys FILE with admin = "KEY"'
    ):
        CallerKeys().resolved(recorded(b"/a?api_key=KEY_OF_admin"))


@pytest.mark.parametrize("caller", ["bad", "none"])
def test_callers_without_a_valid_key_need_none(caller: str) -> None:
    """Any text is a wrong key."""
    item = recorded(f"/a?api_key=KEY_OF_{caller}~00".encode())
    assert CallerKeys().resolved(item) is item or CallerKeys().resolved(item) == item


def test_the_placeholder_names_the_caller() -> None:
    """In target or body."""
    request = recorded().request
    assert caller_in(replace(request, body=b"api_key=KEY_OF_user2")) == "user2"
    assert caller_in(request) is None


def test_keys_are_read(tmp_path: Path) -> None:
    """From TOML."""
    file = tmp_path / "keys.toml"
    file.write_text(f'admin = "{ADMIN}"\n')
    found = read_keys(file).resolved(recorded(b"/a?api_key=KEY_OF_admin"))
    assert found.request.target == b"/a?api_key=" + ADMIN.encode()


@pytest.mark.parametrize("text", ['"a b" = "k"', "admin = 1", 'admin = ""', "[admin]"])
def test_wrong_keys_are_told(tmp_path: Path, text: str) -> None:
    """With file and name."""
    file = tmp_path / "keys.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"keys.toml .*must be the key of a caller"):
        read_keys(file)


@pytest.mark.parametrize("key", [ADMIN.upper(), ADMIN + "%20", ADMIN + "+"])
def test_a_key_is_known_as_the_database_knows_it(key: str) -> None:
    """Whatever its case and what blanks follow: the answer was that of its caller."""
    hidden = CallerKeys(KEYS).hidden(recorded(f"/a?api_key={key}".encode()))
    assert hidden.request.target == b"/a?api_key=KEY_OF_admin"

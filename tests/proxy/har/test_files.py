"""Whole .har files: what browsers and mitmproxy write becomes recordings that play; and back."""

import asyncio
import base64
import gzip
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.routes import load_routes
from proxy.checking.check import FailureLimits, InProcess, check
from proxy.har.entries import Writing
from proxy.har.files import Imported, export_har, import_har
from proxy.recordings.caller_keys import CallerKeys, resolved
from proxy.recordings.recording import Recording, RecordingError, read_recordings
from proxy.recordings.server import RecordedServer, asked
from tests.proxy.har.har_entries import API, har_entry

ROOT = Path(__file__).parent.parent.parent.parent
CONFIG = ROOT / "config"
TASKTYPES = ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz"
KEY = "0123456789abcdef" * 2
KEYS = {"user2": "0" * 32, "readonly": "5EAD" + "0" * 28, "admin": "AD" + "0" * 30, "bad": "bad"}
Serve = Callable[..., AbstractAsyncContextManager[str]]


def writing(keys: dict[str, str] | None = None) -> Writing:
    """With the packaged route map."""
    return Writing(load_routes(CONFIG), CallerKeys(keys or {}))


def har(folder: Path, *entries: Any) -> Path:
    """A file of such entries."""
    file = folder / "browser.har"
    file.write_text(json.dumps({"log": {"version": "1.2", "pages": [], "entries": entries}}))
    return file


def imported(folder: Path, *entries: Any, hosts: tuple[str, ...] = ()) -> tuple[Imported, list[Recording]]:
    """The counts, and what is in the recordings."""
    out = folder / "mine.jsonl"
    counts = import_har(har(folder, *entries), out, writing(), hosts)
    return counts, list(read_recordings([out])) if counts.written else []


def test_an_entry_of_a_browser_becomes_a_recording(tmp_path: Path) -> None:
    """With name, endpoint, caller, time and what a server may answer differently for."""
    _, [found] = imported(tmp_path, har_entry())
    assert (found.id, found.endpoint, found.caller) == ("mine.000001", "data/{dataset_id:number}", "none")
    assert (found.request.target, found.request.headers) == (b"/api/v1/json/data/1", (("accept", "*/*"),))
    assert (found.response.status, found.response.body, found.response.seconds) == (200, b"{}", 0.0125)
    assert found.raw["startedDateTime"] == "2026-11-22T01:02:03.004Z"


def test_nothing_secret_is_written(tmp_path: Path) -> None:
    """Keys are placeholders; neither cookies nor fields of the browser are kept."""
    imported(tmp_path, har_entry(f"{API}/data/1?api_key={KEY}#top"))
    text = (tmp_path / "mine.jsonl").read_text()
    assert [word for word in (KEY, "secret", "Me/1.0", "#top") if word in text] == []
    assert "api_key=KEY_OF_user~" in text


def test_entries_of_other_hosts_are_left_out(tmp_path: Path) -> None:
    """And counted; which host is meant shows in the paths."""
    counts, found = imported(
        tmp_path, har_entry(), har_entry("https://cdn.test/a.js"), har_entry("https://cdn.test/b.js")
    )
    assert (counts, len(found)) == (Imported(1, {"of other hosts": 2}), 1)


def test_a_host_can_be_named(tmp_path: Path) -> None:
    """With or without its port; downloads have no /api in their path."""
    counts, _ = imported(tmp_path, har_entry(), har_entry("http://php:8080/data/download/1"), hosts=("PHP",))
    assert counts == Imported(1, {"of other hosts": 1})


@pytest.mark.parametrize(
    ("urls", "why"),
    [
        (["https://a.test/x"], "no entry is below /api/v1"),
        (["https://a.test/api/v1/data/1", "https://b.test/api/v1/data/1"], "entries of a.test, b.test are"),
    ],
)
def test_which_host_is_meant_must_be_clear(tmp_path: Path, urls: list[str], why: str) -> None:
    """Otherwise it is asked for."""
    with pytest.raises(RecordingError, match=rf"{why}.*--host HOST"):
        imported(tmp_path, *(har_entry(url) for url in urls))


LEFT_OUT: dict[str, tuple[dict[str, Any], str]] = {
    "no method": ({"request": {"method": None}}, "without a request"),
    "blocked": ({"response": {"status": 0}}, "without an answer"),
    "cached": ({"response": {"status": 304}}, "from a cache"),
    "from a cache of the browser": ({"_fromCache": "memory"}, "from a cache"),
    "from a service worker": ({"_fetchedViaServiceWorker": True}, "from a service worker"),
    "half a character": ({"content": {"text": "\ud83d"}}, "with a text that is none"),
    "a status that is none": ({"response": {"status": "x"}}, "that are no exchange"),
    "a URL that is none": ({"request": {"url": "https://www.openml.org:x/"}}, "without a request"),
    "a WebSocket": ({"response": {"status": 101}}, "of a WebSocket"),
    "a WebSocket of Chrome": ({"_resourceType": "websocket"}, "of a WebSocket"),
    "a WebSocket of Firefox": ({"request": {"url": "wss://www.openml.org/api/v1"}}, "of a WebSocket"),
    "headers that are none": (
        {"request": {"headers": 5}, "response": {"status": [200]}},
        "that are no exchange",
    ),
    "content not saved": ({"content": {"text": None}}, "without their content"),
    "files not saved": (
        {
            "request": {
                "method": "POST",
                "postData": {"mimeType": "multipart/form-data", "params": [{"name": "f", "fileName": "a"}]},
            }
        },
        "without the files that were sent",
    ),
}


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_cannot_be_compared_is_left_out(tmp_path: Path, name: str) -> None:
    """And counted by reason."""
    parts, why = LEFT_OUT[name]
    counts, _ = imported(tmp_path, har_entry(**parts), hosts=("www.openml.org",))
    assert counts == Imported(0, {why: 1})


def test_what_is_left_out_is_listed_with_the_reason(tmp_path: Path) -> None:
    """Which entry, without a key in its URL; entries of other hosts are counted only."""
    counts, _ = imported(
        tmp_path,
        har_entry(),
        har_entry("https://cdn.test/a.js"),
        har_entry(f"{API}/data/2?api_key={KEY}", _fromCache="disk"),
        "no entry",
        har_entry(response={"status": 0}),
    )
    assert counts == Imported(
        1, {"of other hosts": 1, "from a cache": 1, "without a request": 1, "without an answer": 1}
    )
    assert counts.listed == (
        f"entry 3 (GET {API}/data/2) is left out: from a cache",
        "entry 4 is left out: without a request",
        f"entry 5 (GET {API}/data/1) is left out: without an answer",
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
PLACES = ("", "request", "response", "content", "request.headers.0", "response.headers.0", "request.postData")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_entry_has_the_whole_file_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Whatever stands in one of its fields, the other entries are imported."""
    entry = har_entry(request={"postData": {"mimeType": FORM, "text": "a=b"}, "method": "POST"})
    place: Any = entry
    for step in filter(None, data.draw(st.sampled_from(PLACES)).split(".")):
        place = (
            place["response"]["content"]
            if step == "content"
            else place[int(step) if step.isdigit() else step]
        )
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(JSON)
    counts, found = imported(tmp_path, har_entry(), entry, har_entry(), hosts=("www.openml.org",))
    assert counts.written + sum(counts.left_out.values()) == 3
    assert {"mine.000001", "mine.000003"} <= {item.id for item in found}


@pytest.mark.parametrize("status", [1.8446746822488617e19, -1, 99, 1000, float("inf"), "x", [200]])
def test_a_status_that_no_answer_has_is_left_out(tmp_path: Path, status: object) -> None:
    """What was written could not be read again."""
    entry = har_entry()
    entry["response"]["status"] = status
    counts, found = imported(tmp_path, har_entry(), entry, hosts=("www.openml.org",))
    assert (counts.written, counts.left_out, [item.id for item in found]) == (
        1,
        {"that are no exchange": 1},
        ["mine.000001"],
    )


BODIES: dict[str, tuple[dict[str, Any], bytes]] = {
    "base64": ({"text": base64.b64encode(b"\xff").decode(), "encoding": "base64"}, b"\xff"),
    "decoded by the browser": ({"text": "é"}, "é".encode()),
    "still compressed": (
        {"text": base64.b64encode(gzip.compress(b"text", mtime=0)).decode(), "encoding": "base64"},
        b"text",
    ),
    "empty": ({"text": "", "size": 0}, b""),
}


@pytest.mark.parametrize("name", BODIES)
def test_bodies_of_answers(tmp_path: Path, name: str) -> None:
    """As they were before compression."""
    content, body = BODIES[name]
    headers = [{"name": "content-encoding", "value": "gzip"}]
    _, [found] = imported(
        tmp_path, har_entry(content=content, response={"headers": headers, "content": content})
    )
    assert (found.response.body, found.response.headers) == (body, ())


def of_program(folder: Path, name: str, host: str = "") -> tuple[Imported, list[Recording]]:
    """What comes of a file that a program wrote (tests/data/har)."""
    out = folder / "mine.jsonl"
    counts = import_har(ROOT / "tests" / "data" / "har" / name, out, writing(), [host] if host else [])
    return counts, list(read_recordings([out]))


PROGRAMS = {
    "firefox-no-body.har": Imported(0, {"without their content": 2}),
    "chrome-from-cache.har": Imported(0, {"from a cache": 1}),
    "default-port.har": Imported(2, {}),
    "firefox-false-base64.har": Imported(2, {}),
    "mitmproxy-utf8-upload.har": Imported(1, {}),
    "mitmproxy-latin1-download.har": Imported(2, {}),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_files_of_programs_are_read(tmp_path: Path, name: str) -> None:
    """What is an exchange is imported, anything else is counted."""
    assert of_program(tmp_path, name)[0] == PROGRAMS[name]


def test_what_programs_write_is_what_was_sent(tmp_path: Path) -> None:
    """Byte for byte."""
    _, [first, second] = of_program(tmp_path, "firefox-false-base64.har")
    assert first.response.body == second.response.body
    assert b'"code":"111"' in first.response.body
    _, [download, upload] = of_program(tmp_path, "mitmproxy-latin1-download.har")
    assert download.response.body == b"@RELATION caf\xe9\n@DATA\n1,2,3"
    assert b"<oml:name>caf\xc3\xa9</oml:name>" in upload.request.body
    _, [upload] = of_program(tmp_path, "mitmproxy-utf8-upload.har")
    assert b"<oml:name>caf\xc3\xa9</oml:name>" in upload.request.body
    _, [one, other] = of_program(tmp_path, "default-port.har")
    assert one.request.base == other.request.base == "https://www.openml.org"


FORM = "application/x-www-form-urlencoded"
PARAMS = [{"name": "name", "value": "a b"}, {"name": "external_version", "value": "1&2"}]
FORMS: dict[str, tuple[dict[str, Any], tuple[tuple[str, str], ...]]] = {
    "text": ({"mimeType": FORM, "text": "name=a+b&external_version=1%262"}, ()),
    "base64": (
        {
            "mimeType": FORM,
            "encoding": "base64",
            "text": base64.b64encode(b"name=a+b&external_version=1%262").decode(),
        },
        (),
    ),
    "fields": ({"mimeType": FORM, "params": PARAMS}, ()),
    "fields without a type": ({"params": PARAMS}, ()),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_are_what_was_sent(tmp_path: Path, name: str) -> None:
    """Whether a body was saved as text or as fields."""
    headers = [{"name": "Content-Type", "value": FORM}, {"name": "Content-Length", "value": "31"}]
    request = {"method": "POST", "headers": headers, "postData": FORMS[name][0]}
    _, [found] = imported(tmp_path, har_entry(f"{API}/flow/exists", request=request))
    assert asked(found.request)[3] == (("external_version", "1&2"), ("name", "a b"))


def test_a_multipart_form_is_made_anew(tmp_path: Path) -> None:
    """From its fields, files included, with a boundary of its own."""
    params = [
        *PARAMS,
        {"name": "description", "fileName": "d.xml", "contentType": "text/xml", "value": "<a/>"},
    ]
    request = {
        "method": "POST",
        "headers": [{"name": "Content-Type", "value": "multipart/form-data; boundary=lost"}],
        "postData": {"mimeType": "multipart/form-data", "params": params},
    }
    _, [found] = imported(tmp_path, har_entry(f"{API}/flow/exists", request=request))
    assert asked(found.request)[3] == (
        (b"name", b"", b"a b"),
        (b"external_version", b"", b"1&2"),
        (b"description", b"d.xml", b"<a/>"),
    )


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "is no HAR: "),
        (b"[]", "log.entries is missing"),
        (b'{"log":{"entries":{}}}', "log.entries is no list"),
    ],
)
def test_what_is_no_har_is_told(tmp_path: Path, content: bytes, why: str) -> None:
    """One sentence with the file's name."""
    file = tmp_path / "a.har"
    file.write_bytes(content)
    with pytest.raises(RecordingError, match=rf"a\.har.*{why}"):
        import_har(file, tmp_path / "out.jsonl", writing())


def test_a_byte_order_mark_is_no_obstacle(tmp_path: Path) -> None:
    """Some tools write one."""
    file = har(tmp_path, har_entry())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert import_har(file, tmp_path / "out.jsonl", writing()).written == 1


def told(recording: Recording) -> Recording:
    """A recording without how long it took."""
    return replace(recording, response=replace(recording.response, seconds=0))


@pytest.fixture
def round_trip(tmp_path: Path) -> Path:
    """Recordings that were exported and imported again."""
    assert export_har([TASKTYPES], tmp_path / "all.har") == 37
    out = tmp_path / "back.jsonl"
    assert import_har(tmp_path / "all.har", out, writing(KEYS)) == Imported(37, {})
    return out


def test_recordings_come_back_as_they_were(round_trip: Path) -> None:
    """Names, callers, flags, requests and answers; who has the keys can put them back."""
    before = [told(item) for item in read_recordings([TASKTYPES])]
    after = [told(item) for item in resolved(read_recordings([round_trip]), CallerKeys(KEYS))]
    assert after == before


def test_an_imported_file_plays(round_trip: Path, sqlite_url: str) -> None:
    """In a check, with the verdicts of the recordings that it was made of."""
    side = InProcess(sqlite_url)
    before, after = (
        asyncio.run(
            check((file,), side, CONFIG, limits=FailureLimits(), keys=CallerKeys(KEYS))
        ).tally.document()
        for file in (TASKTYPES, round_trip)
    )
    assert after == before


@pytest.mark.anyio
async def test_an_imported_file_answers(round_trip: Path) -> None:
    """As the recorded legacy server."""
    server = RecordedServer(resolved(read_recordings([round_trip]), CallerKeys(KEYS)))
    for item in read_recordings([TASKTYPES]):
        found = await server.find(asked(item.request))
        assert found is not None
        assert found.response.body == item.response.body


def test_an_export_is_har(tmp_path: Path) -> None:
    """Version, creator and entries, as HAR 1.2 wants them."""
    export_har([TASKTYPES], tmp_path / "all.har")
    log = orjson.loads((tmp_path / "all.har").read_bytes())["log"]
    assert (log["version"], log["creator"]["name"], len(log["entries"])) == ("1.2", "parity", 37)


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Not a traceback."""
    with pytest.raises(RecordingError, match="cannot be written"):
        export_har([TASKTYPES], tmp_path / "nothing" / "all.har")
    with pytest.raises(RecordingError, match="cannot be written"):
        import_har(har(tmp_path, har_entry()), tmp_path / "nothing" / "a.jsonl", writing())

"""A sample holds the whole exchange, without secrets."""

from dataclasses import replace
from pathlib import Path

from config.routes import load_routes
from diffing.model import Asked, Comparison, Observation, Outcome
from proxy.exchange.sample import BODY_BYTES, answer_of, asked_of, sample, size_of
from proxy.message.redact import Redactor
from tests.proxy.logs import FIRST, KEY, asking

LEGACY, NEW = asking("legacy", b'{"a":"\xc3\xa9"}'), asking("new", b"{}", 404)


def made(body: bytes) -> dict[str, object]:
    """The legacy side of a sample."""
    legacy = replace(LEGACY, answer=replace(LEGACY.answer, body=body))
    found = sample(Asked(None, "GET"), FIRST, legacy, NEW, Comparison(Outcome.MISMATCH), Redactor())
    side = found["legacy"]
    assert isinstance(side, dict)
    return side


def test_the_answer_comes_back_as_it_was() -> None:
    """Text and bytes that are no text."""
    for body in (LEGACY.answer.body, b"\xff\x00"):
        assert answer_of(made(body)) == Observation(200, LEGACY.answer.headers, body, 0.1)


def test_the_question_comes_back_as_it_was() -> None:
    """So that the sample can be compared again."""
    routes = load_routes(Path("config"))
    asked = Asked(routes["task.get"], "HEAD", {"task_id": "1"}, "user", "xml", rehearsed=True)
    found = sample(asked, FIRST, LEGACY, NEW, Comparison(Outcome.MISMATCH), Redactor())
    assert asked_of(found, routes) == asked


def test_a_long_body_is_cut_and_says_so() -> None:
    """A page shows only so much."""
    side = made(b"a" * (BODY_BYTES + 1))
    assert (len(str(side["body"])), side["truncated"]) == (BODY_BYTES, True)


def test_no_key_is_kept() -> None:
    """Neither in the request nor in the line to paste."""
    assert KEY not in repr(made(b'{"api_key":"' + KEY.encode() + b'"}'))


def test_the_size_is_what_must_be_looked_at() -> None:
    """Targets and bodies of both sides."""
    targets = len(LEGACY.request.target) + len(NEW.request.target)
    assert size_of(LEGACY, NEW) == targets + len(LEGACY.answer.body) + len(NEW.answer.body)


def test_a_sample_without_a_key_is_preferred() -> None:
    """Whoever repeats it needs none."""
    large = replace(NEW, answer=replace(NEW.answer, body=b"x" * 100_000))
    assert size_of(LEGACY, large) < size_of(LEGACY, NEW, keyed=True)


def test_what_was_sent_is_kept_as_recordings_have_it() -> None:
    """The key by the role of its caller, no cookie, nothing that the proxy added; a body that is no text in base64."""
    headers = (
        ("Authorization", f"Bearer {KEY}"),
        ("Cookie", "a=b"),
        ("X-Request-Id", "1"),
        ("Accept", "*/*"),
    )
    sent = replace(LEGACY.request, method="POST", headers=headers, body=b"\xff")
    found = sample(
        Asked(None, "POST", role="user"),
        FIRST,
        replace(LEGACY, request=sent),
        NEW,
        Comparison(Outcome.MISMATCH),
        Redactor(),
    )["sent"]
    assert found["target"].startswith("/api/v1/json/task/1?api_key=KEY_OF_user~")
    assert [name for name, _ in found["headers"]] == ["Authorization", "Accept"]
    assert found["headers"][0][1].startswith("Bearer KEY_OF_user~")
    assert (found["method"], found["body"], found["base64"], found["truncated"]) == (
        "POST",
        "",
        "/w==",
        False,
    )

"""A share of a check stands alone: replayed by itself it says what the whole check says of its recordings."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.responses import JSONResponse

from config.routes import RouteMap, load_routes
from proxy.checking.check import Dialect, replay_in
from proxy.checking.inprocess import Application
from proxy.checking.replay import ReplayedExchange, TranslatedRecording, request_of, tally
from proxy.checking.shares import (
    Share,
    ShareRefused,
    decode_results,
    decode_share,
    encode_refusal,
    encode_results,
    encode_share,
    shares_of,
)
from proxy.recordings.recording import Recording, read_recordings
from proxy.translate.to_new import legacy_to_new

pytestmark = pytest.mark.anyio
CONFIG = Path(__file__).parent.parent.parent.parent / "config"
READ = CONFIG.parent / "tests" / "recordings" / "read"


@pytest.fixture(scope="module")
def translated() -> list[TranslatedRecording]:
    """Every seventh recording, as a check has it."""
    routes: RouteMap = load_routes(CONFIG)
    found = list(read_recordings([READ]))[::7]
    return [(one, legacy_to_new(request_of(one), routes)) for one in found]


def shares(
    translated: list[TranslatedRecording], dialect: Dialect = "new"
) -> list[tuple[Share, list[TranslatedRecording]]]:
    """All of them, as they arrive, each with what is replayed of it."""
    found = shares_of(translated, range(len(translated)), dialect, "rules", "1", 8)
    return [(decode_share(encode_share(share)), pairs) for share, pairs in found]


def bare(recordings: Iterable[Recording]) -> list[Recording]:
    """Recordings, and nothing of the files that they were read from; times as they are written."""
    return [
        replace(one, raw={}, response=replace(one.response, seconds=round(one.response.seconds, 6)))
        for one in recordings
    ]


def test_recordings_arrive_as_they_were(translated: list[TranslatedRecording]) -> None:
    """Byte for byte, whatever bytes these are; each is replayed in one share, and further ones stand beside them."""
    sent = {recording.id: recording for recording, _ in translated}
    arrived = [share for share, _ in shares(translated)]
    assert [share.recordings[place].id for share in arrived for place in share.only] == list(sent)
    for share in arrived:
        assert bare(share.recordings) == bare(sent[one.id] for one in share.recordings)
    assert any(len(share.recordings) > len(share.only) for share in arrived)


@pytest.mark.parametrize("dialect", ["new", "legacy"])
async def test_shares_say_what_the_whole_says(
    translated: list[TranslatedRecording], dialect: Dialect
) -> None:
    """Verdict by verdict, with signatures and examples; the new side answers everything with a list."""
    side = Application(JSONResponse([]))
    whole = await replay_in(dialect, [one for one, _ in translated], side, CONFIG).run()
    found: list[ReplayedExchange] = []
    for share, pairs in shares(translated, dialect):
        replayed = await replay_in(dialect, share.recordings, side, CONFIG).run(only=share.only)
        found += decode_results(encode_results(replayed), pairs, dialect)
    assert tally(found).document() == tally(whole).document()
    assert [one.new is None for one in found] == [one.new is None for one in whole]
    assert len(tally(found).clusters) > 20


def test_a_share_is_as_long_as_what_it_holds() -> None:
    """Whatever alphabet that is in; a target may be no UTF-8."""
    first = next(read_recordings([READ]))
    strange = replace(
        first,
        raw={},
        request=replace(first.request, target=b"/api/v1/json/data/\xff\xc3\xa9"),
        response=replace(first.response, body="é√".encode() * 10_000),
    )
    share = encode_share(Share("new", "rules", "1", 8, (strange,), (0,)))
    assert len(share) < 51_500
    assert bare(decode_share(share).recordings) == bare([strange])


def test_a_share_is_bounded() -> None:
    """By the number of recordings, and by their bytes."""
    routes = load_routes(CONFIG)
    first = next(read_recordings([READ]))
    many = [replace(first, id=str(number), raw={}) for number in range(260)]
    large = [replace(one, response=replace(first.response, body=b"x" * 5_000_000)) for one in many[:2]]
    pairs = [(one, legacy_to_new(request_of(one), routes)) for one in (*many, *large)]
    for number, (recording, translation) in enumerate(pairs):
        pairs[number] = replace(recording, id=str(number)), translation
    found = shares_of(pairs, range(len(pairs)), "new", "rules", "1", 8)
    assert [len(share.only) for share, _ in found] == [250, 11, 1]


def test_a_share_is_bounded_with_what_it_needs() -> None:
    """Recordings that only stand beside are as large as others."""
    routes = load_routes(CONFIG)
    first = next(one for one in read_recordings([READ]) if one.request.target == b"/api/v1/json/data/61")
    large = replace(first, raw={}, response=replace(first.response, body=b"x" * 5_000_000))
    pairs: list[TranslatedRecording] = []
    for number in range(3):
        for form in ("json/", ""):
            target = f"/api/v1/{form}data/{number}".encode()
            recording = replace(large, id=form, request=replace(first.request, target=target))
            if not form:
                recording = replace(recording, response=first.response)
            pairs.append((recording, legacy_to_new(request_of(recording), routes)))
    found = [share for share, _ in shares_of(pairs, [1, 3, 5], "new", "rules", "1", 8)]
    assert [(len(share.only), len(share.recordings)) for share in found] == 3 * [(1, 2)]


async def test_ids_need_not_be_unique(translated: list[TranslatedRecording]) -> None:
    """Files of one name in two folders give their entries the same ids: each is replayed, and is itself."""
    same = [(replace(recording, id="x"), translation) for recording, translation in translated[:20]]
    side = Application(JSONResponse([]))
    whole = await replay_in("new", [one for one, _ in same], side, CONFIG).run()
    [(share, pairs)] = shares(same)
    replayed = await replay_in("new", share.recordings, side, CONFIG).run(only=share.only)
    found = decode_results(encode_results(replayed), pairs, "new")
    assert [one.recording.request for one in found] == [one.recording.request for one in whole]
    assert [one.comparison.verdict for one in found] == [one.comparison.verdict for one in whole]


def test_a_refusal_is_told() -> None:
    """In the words of the worker."""
    with pytest.raises(ShareRefused, match=r"^worker w: away$"):
        decode_results(encode_refusal("worker w: away"), [], "new")

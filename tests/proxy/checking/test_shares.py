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


def shares(translated: list[TranslatedRecording], dialect: Dialect = "new") -> list[Share]:
    """All of them, as they arrive."""
    found = shares_of(translated, translated, dialect, "rules", "1", 8)
    return [decode_share(encode_share(share)) for share in found]


def bare(recordings: Iterable[Recording]) -> list[Recording]:
    """Recordings, and nothing of the files that they were read from; times as they are written."""
    return [
        replace(one, raw={}, response=replace(one.response, seconds=round(one.response.seconds, 6)))
        for one in recordings
    ]


def test_recordings_arrive_as_they_were(translated: list[TranslatedRecording]) -> None:
    """Byte for byte, whatever bytes these are; each is replayed in one share, and further ones stand beside them."""
    sent = {recording.id: recording for recording, _ in translated}
    arrived = shares(translated)
    assert [id_ for share in arrived for id_ in share.only] == list(sent)
    for share in arrived:
        assert set(share.only) <= {one.id for one in share.recordings}
        assert bare(share.recordings) == bare(sent[one.id] for one in share.recordings)
    assert any(len(share.recordings) > len(share.only) for share in arrived)


@pytest.mark.parametrize("dialect", ["new", "legacy"])
async def test_shares_say_what_the_whole_says(
    translated: list[TranslatedRecording], dialect: Dialect
) -> None:
    """Verdict by verdict, with signatures and examples; the new side answers everything with a list."""
    side = Application(JSONResponse([]))
    whole = await replay_in(dialect, [one for one, _ in translated], side, CONFIG).run()
    pairs = {recording.id: (recording, translation) for recording, translation in translated}
    found: list[ReplayedExchange] = []
    for share in shares(translated, dialect):
        replayed = await replay_in(dialect, share.recordings, side, CONFIG).run(only=share.only)
        found += decode_results(encode_results(replayed), [pairs[id_] for id_ in share.only], dialect)
    assert tally(found).document() == tally(whole).document()
    assert [one.new is None for one in found] == [one.new is None for one in whole]
    assert len(tally(found).clusters) > 20


def test_a_share_is_bounded() -> None:
    """By the number of recordings, and by their bytes."""
    routes = load_routes(CONFIG)
    first = next(read_recordings([READ]))
    many = [replace(first, id=str(number), raw={}) for number in range(260)]
    large = [replace(one, response=replace(first.response, body=b"x" * 5_000_000)) for one in many[:2]]
    pairs = [(one, legacy_to_new(request_of(one), routes)) for one in (*many, *large)]
    for number, (recording, translation) in enumerate(pairs):
        pairs[number] = replace(recording, id=str(number)), translation
    found = shares_of(pairs, pairs, "new", "rules", "1", 8)
    assert [len(share.only) for share in found] == [250, 11, 1]


def test_a_refusal_is_told() -> None:
    """In the words of the worker."""
    with pytest.raises(ShareRefused, match=r"^worker w: away$"):
        decode_results(encode_refusal("worker w: away"), [], "new")

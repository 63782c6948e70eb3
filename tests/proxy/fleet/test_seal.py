"""Sealed captures are opened by who has the key, and by nobody else."""

import secrets
from base64 import b64encode
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.queue import QueueSettings
from proxy.fleet.seal import KEY_BYTES, OVERHEAD, Seal, Unsealable, load_seal


def key() -> bytes:
    """A new key."""
    return secrets.token_bytes(KEY_BYTES)


def test_what_was_sealed_is_opened_elsewhere() -> None:
    """By another process with the same key; the same content never looks the same."""
    same = key()
    sender, receiver = Seal([same]), Seal([same])
    one, other = (sender.seal(b"content", b"label") for _ in range(2))
    assert one != other
    assert b"content" not in one
    assert [receiver.open(sealed, b"label") for sealed in (one, other)] == [b"content"] * 2


@pytest.mark.parametrize("length", [0, 1, 5000])
def test_sealing_makes_it_longer_by_as_much(length: int) -> None:
    """So that what is too large is known before."""
    assert len(Seal([key()]).seal(b"x" * length, b"label")) == length + OVERHEAD


def test_processes_seal_by_keys_of_their_own() -> None:
    """Their nonces are counted, and would meet."""
    same = key()
    first, second = (Seal([same]).seal(b"content", b"") for _ in range(2))
    assert first[8:24] != second[8:24]
    assert first[36:] != second[36:]


def test_a_key_is_replaced_step_by_step() -> None:
    """The first one seals, all of them open: what was sealed before is still read."""
    old, new = key(), key()
    before = Seal([old]).seal(b"content", b"label")
    assert Seal([new, old]).open(before, b"label") == b"content"
    with pytest.raises(Unsealable, match="not configured"):
        Seal([new]).open(before, b"label")


@pytest.mark.parametrize("place", [0, 10, 30, 40, -1])
def test_a_changed_capture_is_not_opened(place: int) -> None:
    """Neither its key's name, salt, nonce nor content may change."""
    seal = Seal([key()])
    sealed = bytearray(seal.seal(b"content of a capture", b"label"))
    sealed[place] ^= 1
    with pytest.raises(Unsealable):
        seal.open(bytes(sealed), b"label")


@pytest.mark.parametrize("length", [0, 7, 24, 36, 40])
def test_a_cut_capture_is_not_opened(length: int) -> None:
    """Wherever it was cut."""
    seal = Seal([key()])
    with pytest.raises(Unsealable):
        seal.open(seal.seal(b"content", b"label")[:length], b"label")


def test_a_label_belongs_to_its_content() -> None:
    """Nobody can count one exchange as another."""
    seal = Seal([key()])
    with pytest.raises(Unsealable, match="not what was sealed"):
        seal.open(seal.seal(b"content", b"label"), b"another")


def test_keys_come_from_the_settings_or_a_file(tmp_path: Path) -> None:
    """One in each line; none at all is no seal."""
    first, second = key(), key()
    file = tmp_path / "keys"
    file.write_text(f"{b64encode(first).decode()}\n{b64encode(second).decode()}\n")
    of_file = load_seal(QueueSettings(key_file=file))
    of_setting = load_seal(QueueSettings(key=b64encode(second).decode()))
    assert of_file is not None
    assert of_setting is not None
    assert of_file.open(of_setting.seal(b"content", b""), b"") == b"content"
    assert load_seal(QueueSettings()) is None


@pytest.mark.parametrize("wrong", ["", "short", "*" * 44, b64encode(b"x" * 31).decode()])
def test_a_wrong_key_is_not_told(tmp_path: Path, wrong: str) -> None:
    """What would be right is."""
    file = tmp_path / "keys"
    file.write_text(wrong)
    with pytest.raises(ConfigError, match=r"\[queue\] key_file") as raised:
        load_seal(QueueSettings(key_file=file))
    assert not wrong or wrong not in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Its path is."""
    with pytest.raises(ConfigError, match="keys cannot be read"):
        load_seal(QueueSettings(key_file=tmp_path / "keys"))

"""Settings of a fleet's queue."""

from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.queue import QueueSettings
from config.settings import load_proxy_settings


@pytest.mark.parametrize(
    "url",
    ["redis://h:1/0", "rediss://user:secret@h:1/0", "unix:///run/redis.sock?db=1", "redis://[::1]:6379"],
)
def test_urls_of_redis_are_taken(url: str) -> None:
    """Plain, with TLS, and of a socket; a password stays out of what is shown."""
    settings = QueueSettings(url=url)
    assert settings.url == url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"url": "amqp://h"}, r"\[queue\] url: must be redis://HOST:PORT/DATABASE"),
        ({"url": "redis://"}, r"\[queue\] url: must be redis://"),
        ({"stream": "a{b}"}, r"\[queue\] stream: must be a name"),
        ({"captures": 0}, r"\[queue\] captures: must be greater than 0, not 0"),
        ({"claim_seconds": -1.0}, r"\[queue\] claim_seconds: must be greater than 0"),
        ({"key": "x", "key_file": Path("k")}, r"\[queue\] key: cannot be given together with key_file"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], problem: str) -> None:
    """By table and key."""
    with pytest.raises(ConfigError, match=problem):
        QueueSettings(**wrong)


def test_the_environment_sets_them(tmp_path: Path) -> None:
    """A key does not have to be in a file."""
    settings = load_proxy_settings(tmp_path, {"PARITY_QUEUE_URL": "redis://h", "PARITY_QUEUE_KEY": "k"})
    assert (settings.queue.url, settings.queue.key) == ("redis://h", "k")

"""Percent signs undone as urllib does it, and sooner where they are none."""

import random
import time
from urllib.parse import unquote, unquote_to_bytes

import pytest

from config.php.encoded import unquoted, unquoted_bytes

PIECES = ("%", "%4", "%41", "%c3", "%A9", "%e2%82%ac", "é", "\udcc3", "a", "+", "%zz", "%%41", "ü%ff", "😀")


def test_it_is_what_urllib_makes_of_it() -> None:
    """Whatever stands beside each other."""
    chosen = random.Random(12)
    for _ in range(5_000):
        text = "".join(chosen.choices(PIECES, k=chosen.randint(0, 8)))
        for errors in ("surrogateescape", "replace"):
            assert unquoted(text, errors) == unquote(text, errors=errors)
        data = text.encode("utf-8", "surrogateescape")
        assert unquoted_bytes(data) == unquote_to_bytes(data)


@pytest.mark.parametrize("piece", ["%", "%4", "%41"])
def test_a_megabyte_of_percent_signs_costs_no_more_than_reading_it(piece: str) -> None:
    """A client that sends one has others wait so long."""
    text = piece * (1_000_000 // len(piece))
    began = time.process_time()
    unquoted(text)
    unquoted_bytes(text.encode())
    assert time.process_time() - began < 0.1

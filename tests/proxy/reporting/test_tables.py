"""Numbers as people read them."""

from pathlib import Path

import orjson

from diffing.model import Comparison, Difference, Outcome, SkipReason
from proxy.compare.tally import Tally
from proxy.reporting.tables import GLOSSARY, json_bytes, summary


def test_values_that_json_cannot_say_are_shown_as_text() -> None:
    """A report never fails on what it reports."""
    assert orjson.loads(json_bytes({"a": {1}, "b": {2: 3}})) == {"a": "{1}", "b": {"2": 3}}


def test_the_numbers_are_one_line_that_adds_up() -> None:
    """What was received is the sum of all outcomes, with the reasons of skips and how much was judged."""
    tally = Tally()
    mismatch = Comparison(Outcome.MISMATCH, differences=(Difference("$.a", "value", 1, 2),))
    for comparison in (Comparison(Outcome.MATCH), mismatch, Comparison(Outcome.SKIPPED, SkipReason.WRITE)):
        tally.add("data.get", comparison, lambda: "a", dict, dict)
    assert summary(tally) == (
        "received 3 · compared 2 · match 1 · mismatch 1 · skipped 1 (1 write) · parity 50.00% of 2 · coverage 66.67%"
    )


def test_the_glossary_that_outputs_name_is_there() -> None:
    """It is a page of the repository."""
    page = next(word.rstrip(",") for word in GLOSSARY.split() if word.startswith("docs/"))
    assert (Path(__file__).parents[3] / page).is_file()

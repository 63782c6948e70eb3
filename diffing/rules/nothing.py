"""What has no value is null where the schema says so, else the empty text; PHP leaves it out or shows `[]`."""

from __future__ import annotations

from diffing.paths import MISSING
from diffing.registry import Example
from diffing.rules.rule import Rule

NULL = Rule(
    id="rule-null",
    title="What has no value is null",
    why="PHP leaves the key out, or shows an empty element, which its JSON has as `[]`. Now the key is always there.",
    guide="all",
    examples=(Example(MISSING, None), Example([], None)),
    near_misses=(Example(MISSING, ""), Example("0", None), Example("NULL", None)),
)
EMPTY = Rule(
    id="rule-empty-text",
    title="An empty text is the empty text",
    why='PHP shows an empty element as `[]`, or leaves it out. Now it is the text `""`.',
    guide="all",
    examples=(Example([], ""), Example(MISSING, "")),
    near_misses=(Example([], None), Example(["a"], "")),
)

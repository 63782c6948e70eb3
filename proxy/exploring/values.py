"""Values that requests are made of: such as the schema allows, words that routes know, and odd ones."""

import random
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from config.json_schema import Schema

# What servers in PHP and Python read differently: numbers, blanks, escapes, lists, long and empty texts.
ODD: Final = (
    "",
    "0",
    "-1",
    "+7",
    " 7",
    "7 ",
    "7\n",
    "007",
    "7.0",
    "7.",
    ".5",
    "1e2",
    "0x1A",
    "1_0",
    "99999999",
    "2147483648",
    "9223372036854775807",
    "99999999999999999999",
    "1,2",
    "1,,2",
    ",",
    "1,a",
    "2,1,2",
    "1;2",
    "1..5",
    "5..1",
    "1...5",
    "..",
    "-1..1",
    "true",
    "null",
    "NaN",
    "INF",
    "all",
    "abc",
    "a b",
    "%",
    "%41",
    "'",
    '"',
    "\\",
    "\\u00e9",
    "é",
    "😀",
    "٣",
    "<b>&amp;</b>",
    "*",
    "_",
    "a[]",
    "a.b",
    "x" * 300,
    "\x00",
    "\t",
)

TELLING: Final = ("", "0", " 7", "99999999")
"""Those that tell more than others: each parameter gets them first."""

# What is done to a value that is there: two servers may still take it for the same, or for another.
_MANGLED: Final = (
    " {}",
    "{} ",
    "{}\n",
    "+{}",
    "-{}",
    "0{}",
    "{}.0",
    "{}e0",
    "{}999",
    "{}a",
    "{},{}",
    "{},",
    "{}..{}",
    "({})",
    "%{}",
    "{}\\",
)

_WINDOWS: Final = (
    "2016",
    "2017/06",
    "2016/06/24",
    "2017_perday",
    "2018/02_perday",
    "2016/12_perday",
    "17/13/40",
    "99",
    "today",
    "lastday",
    "lastmonth",
    "lastmonth_perday",
    "lastyear",
    "thisyear",
    "thismonth_perday",
    "",
)
# What no list and no schema tells: words of PHP, by NAME or ROUTE.NAME.
WORDS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "type": ("d", "f", "t", "r"),
        "gamification.activity.type": ("u", "d", "f", "t", "r"),
        "gamification.reach.type": ("u", "d", "f", "t", "r"),
        "gamification.impact.type": ("u", "d", "f", "t", "r"),
        "window": _WINDOWS,
        "study.part.part": ("data", "flows", "tasks", "setups", "runs"),
        "dataset.qualities_unprocessed.part": ("feature", "general"),
        "file.xsd.name": ("openml.data.upload", "openml.run.upload", "openml.implementation.upload"),
        "file.xml_example.name": ("data_set_description", "run", "implementation"),
        "file.arff_example.name": ("predictions", "dataset"),
        "file.download.name": ("data.arff", "a b"),
        "file.download_short.name": ("data.arff", "a b"),
        "file.view.name": ("data.arff",),
        "file.csv.name": ("data.csv",),
        "file.csv_short.name": ("data.csv",),
        "file.splits.name": ("splits.arff",),
        "engine_id": ("1", "2", "7", "99"),
        "badge_id": ("0", "1", "2", "3"),
        "index": ("0", "1", "2"),
        "count": ("1", "3", "10"),
        "limit": ("1", "3", "20", "100"),
        "offset": ("0", "1", "7"),
        "reason": ("1", "2", "Too few rows"),
        "ontology": ("https://a.test/x", "https://b.test/y?z=1"),
        "topic": ("Odd topic", "water"),
        "status": ("active", "deactivated", "in_preparation", "all"),
        "study.update_status.status": ("active", "deactivated", "in_preparation"),
        "dataset.update_status.status": ("active", "deactivated"),
        "task_size": ("3", "160"),
        "differences": ("1", "33"),
        "qualities": ("NumberOfClasses,NumberOfFeatures", "AutoCorrelation"),
        "workbench": ("weka", "sklearn"),
        "number_instances": ("150", "10..1000", "1..200", "101"),
        "number_features": ("5", "1..10", "4..6"),
        "number_classes": ("2", "3", "2..3"),
        "number_missing_values": ("0", "0..10", "1..100"),
        "order": ("normal", "reverse", "random"),
        "show_errors": ("true", "false"),
        "sort_order": ("asc", "desc"),
        "per_fold": ("true", "false"),
    }
)
_PLAIN: Final = ("1", "2", "5", "a", "active", "true", "1..100", "weka")


def word_of(route: str, name: str, chance: random.Random) -> str | None:
    """A word that a route knows; None where none is known."""
    words = WORDS.get(f"{route}.{name}") or WORDS.get(name)
    return chance.choice(words) if words else None


def fitting(schema: Schema, chance: random.Random) -> str:
    """A value that a schema allows, as text. ``schema``: of a parameter. ``chance``: chooses."""
    arm = chance.choice(schema.alternatives)
    raw = arm.raw
    if "enum" in raw:
        return str(chance.choice(raw["enum"]))
    if arm.element is not None:
        return ",".join(fitting(arm.element, chance) for _ in range(chance.choice((1, 1, 2, 3))))
    match raw.get("type"):
        case "boolean":
            return chance.choice(("true", "false"))
        case "integer" | "number":
            least = int(raw.get("minimum", 0))
            most = min(int(raw.get("maximum", 10_000)), 10_000)
            return str(chance.choice((least, least + 1, 2, 10, most)))
        case _:
            fit = [text for text in _PLAIN if re.search(raw.get("pattern", ""), text)]
            return chance.choice(fit or _PLAIN)


def mangled(value: str, chance: random.Random) -> str:
    """A value that is there, with something added to it."""
    return chance.choice(_MANGLED).replace("{}", value)

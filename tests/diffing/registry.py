"""A small registry for the tests of diffing: one entry of each kind, for `thing.get` and `thing.list`."""

import tomllib
from pathlib import Path

from config.problems import ProblemType
from config.routes import LegacyTemplate, NewTemplate, Route, RowList
from diffing.compare import Differ
from diffing.deviations import load_entries
from diffing.further import Further, wanted
from diffing.model import Asked, Comparison, Observation
from diffing.registry import Registry

ENTRIES = """
[[deviation]]
id = "thing-envelope"
kind = "transform"
title = "t"
routes = ["thing.*"]
at = "$"
transform = "unwrap"
with = { key = "thing" }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { thing = { id = "1" } }
new = { id = "1" }
[[deviation.near_miss]]
legacy = { other = 1 }
new = 1

[[deviation]]
id = "thing-id"
kind = "transform"
title = "t"
routes = ["thing.*"]
at = ["$.id", "$[*].id"]
transform = "integer"
why = "w"
guide = "things"
[[deviation.example]]
legacy = "1"
new = 1
[[deviation.near_miss]]
legacy = "1"
new = 1.0

[[deviation]]
id = "thing-limit-zero"
kind = "status"
title = "t"
routes = ["thing.list"]
legacy = { status = 412, code = "372" }
new = { status = 422, type = "validation-error", errors = ["limit_zero"] }
when = { parameters = { limit = "0+" } }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { status = 412, code = "372" }
new = { status = 422, code = "372", type = "validation-error" }
request = { parameters = { limit = "0" } }
[[deviation.near_miss]]
legacy = { status = 412, code = "372" }
new = { status = 422, code = "372", type = "validation-error" }
request = { parameters = { limit = "1" } }

[[deviation]]
id = "thing-no-results"
kind = "status"
title = "t"
routes = ["thing.list"]
legacy = { status = 412, code = "372" }
new = { status = 404, type = "no-results" }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { status = 412, code = "372" }
new = { status = 404, code = "372", type = "no-results" }
[[deviation.near_miss]]
legacy = { status = 412, code = "372" }
new = { status = 404, type = "no-results" }

[[deviation]]
id = "thing-offset"
kind = "accepts"
title = "t"
routes = ["thing.list"]
legacy = { status = 412, code = "373" }
new = { status = 200 }
derive = "offset"
why = "w"
guide = "things"
[[deviation.example]]
legacy = { status = 412, code = "373" }
new = { status = 200 }
[[deviation.near_miss]]
legacy = { status = 412, code = "372" }
new = { status = 200 }

[[deviation]]
id = "thing-refused"
kind = "refusal"
title = "t"
routes = ["thing.list"]
legacy = { status = 200 }
new = { status = 422, code = "371", type = "validation-error", errors = ["digits"] }
when = { parameters = { limit = ".*,.*" } }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { status = 200 }
new = { status = 422, code = "371", type = "validation-error" }
[[deviation.near_miss]]
legacy = { status = 200 }
new = { status = 404, code = "371", type = "validation-error" }

[[deviation]]
id = "thing-dies"
kind = "legacy_defect"
title = "t"
routes = ["thing.get"]
legacy = { defect = "empty_500" }
expect = { status = 200 }
why = "w"
guide = "things"
[[deviation.example]]
legacy = { defect = "empty_500" }
new = { status = 200 }
[[deviation.near_miss]]
legacy = { defect = "not_json" }
new = { status = 200 }
"""

PROBLEMS = {
    "no-results": ProblemType("no-results", "No Results", 404),
    "validation-error": ProblemType("validation-error", "Validation Error", 422),
}
GET = Route(
    "thing.get",
    "things",
    "",
    False,
    True,
    NewTemplate("GET", "/things/{id}"),
    LegacyTemplate(("GET",), "thing/{id}"),
)
LIST = Route(
    "thing.list",
    "things",
    "",
    False,
    True,
    NewTemplate("GET", "/things/list"),
    LegacyTemplate(("*",), "thing/list", ("limit", "offset")),
    rows=(RowList("$", ("id",)),),
)


def registry(folder: Path, entries: str = ENTRIES) -> Registry:
    """The registry that the entries make."""
    tomllib.loads(entries)
    (folder / "deviations").mkdir(exist_ok=True)
    (folder / "deviations" / "things.toml").write_text(entries, encoding="utf-8")
    return Registry(load_entries(folder))


def settled(
    differ: Differ, asked: Asked, legacy: Observation, new: Observation, *given: Observation
) -> Comparison:
    """The verdict on an exchange, with further answers in the order in which they are asked for."""
    answers: dict[Further, Observation] = {}
    for answer in given:
        further = wanted(differ.compare(asked, legacy, new, answers))
        assert further is not None
        answers[further] = answer
    return differ.compare(asked, legacy, new, answers)

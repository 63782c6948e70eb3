"""What the new side says, elsewhere, of what a row of a list shows, where PHP does not show the row or the value.

Each place is a route of its own, held to PHP wherever PHP answers it (legacy notes, task 1.2, 1.4 and 4.2; data 7.4).
Texts are compared as PHP's XML prints them: lists of PHP's own templates keep blanks that others take off.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from diffing.decode import decode
from diffing.further import Sources, Underived
from diffing.model import Asked, FollowUp, Observation
from diffing.paths import MISSING, identical, parse, values
from diffing.rows import top_rows
from diffing.transforms import php_array
from diffing.walk import canonical
from diffing.xml_tree import printed

Row = Mapping[str, object]
Document = Mapping[str, object] | list[object] | None
Check = Callable[[Row, Document], bool]

INPUTS: Final = frozenset(
    {
        *("cost_matrix", "estimation_procedure", "evaluation_measures", "number_samples", "quality_measure"),
        *(
            "source_data",
            "source_data_labeled",
            "target_feature",
            "target_feature_event",
            "target_feature_left",
        ),
        *("target_feature_right", "target_value", "time_limit"),
    }
)
"""The inputs of a task that lists show (legacy notes, task 1.2)."""
QUALITIES: Final = frozenset(
    {
        *("MajorityClassSize", "MaxNominalAttDistinctValues", "MinorityClassSize", "NumBinaryAtts"),
        *("NumberOfClasses", "NumberOfFeatures", "NumberOfInstances", "NumberOfInstancesWithMissingValues"),
        *("NumberOfMissingValues", "NumberOfNumericFeatures", "NumberOfSymbolicFeatures"),
    }
)
"""The qualities of a data set that lists show (legacy notes, task 1.2)."""
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?")
_NOTHING: Final = (None, "", MISSING)
_UNSHOWN: Final = (*_NOTHING, "0")
"""What stands for no value; PHP's description of a flow leaves a 0 out that its list shows."""
_OK: Final = 200
_UNKNOWN: Final = 404
_KNOWN: Final = (410, 412)
"""Of studies that are made of tags, and of deprecated tasks: they are there, and nothing more is said of them."""


@dataclass(frozen=True, slots=True)
class OtherPath:
    """A path of the new API that shows what a row is about.

    Args:
        path: With names of columns of the row.
        agrees: Whether the row says what the document says; None stands for what is not there.
        may_lack: The path may answer that there is nothing.
    """

    path: str
    agrees: Check
    may_lack: bool = False

    def of(self, row: Row) -> str:
        """The path for one row."""
        return self.path.format_map({name: value for name, value in row.items() if type(value) is int})


def places_of(asked: Asked, row: object) -> Mapping[str, OtherPath]:
    """Where the new side says the same as a row, by path; nothing where a row has no such place."""
    top = top_rows(asked.route)
    if asked.route is None or top is None or not isinstance(row, dict):
        return {}
    itself = f"{asked.route.new.path.removesuffix('/list')}/{{{top.key[0]}}}"
    places = _PLACES.get(asked.route.name, (OtherPath(itself, _same),))
    try:
        return {place.of(row): place for place in places}
    except KeyError:
        return {}


def is_said(row: Row, places: Mapping[str, OtherPath], sources: Sources) -> bool:
    """Whether all its places say what a row says.

    Args:
        places: Its places, or some of them.
        sources: The further answers that are there.

    Raises:
        Needed: A place must be asked first.
        Underived: A place gave no answer.
    """
    return all(_agrees(row, place, sources.answer(FollowUp.PREMISE, path)) for path, place in places.items())


def _agrees(row: Row, place: OtherPath, answer: Observation) -> bool:
    if answer.status is None or answer.status >= 500:
        raise Underived
    if answer.status in _KNOWN:
        return True
    if answer.status == _UNKNOWN:
        return place.may_lack and place.agrees(row, None)
    document = decode(answer).document if answer.status == _OK else None
    return place.agrees(row, document if isinstance(document, dict | list) else None)


def _same(row: Row, document: Document) -> bool:
    """Each value that both have under one name, and there are some."""
    if not isinstance(document, dict) or row.keys().isdisjoint(document):
        return False
    return all(_equal(value, document[name]) for name, value in row.items() if name in document)


def _named(renamed: Mapping[str, str], *, folded: Iterable[str] = ()) -> Check:
    """These columns under other names; of some the letter case does not count."""

    def agrees(row: Row, document: Document) -> bool:
        return isinstance(document, dict) and all(
            _equal(row.get(column, MISSING), document.get(name, MISSING), folded=column in folded)
            for column, name in renamed.items()
        )

    return agrees


def _equal(one: object, other: object, *, folded: bool = False) -> bool:
    if one in _UNSHOWN and other in _UNSHOWN:
        return True
    one, other = printed(one), printed(other)
    return identical(one, other) or (folded and str(one).casefold() == str(other).casefold())


def _inputs(row: Row, document: Document) -> bool:
    """The inputs that lists show, in their order."""
    told = document.get("input") if isinstance(document, dict) else []
    pairs = [pair for pair in told if isinstance(pair, dict)] if isinstance(told, list) else []
    listed = [{**pair, "value": pair.get("value") or ""} for pair in pairs if pair.get("name") in INPUTS]
    shown = row.get("input")
    return identical(_with_printed_values(shown), _with_printed_values(listed))


def _with_printed_values(pairs: object) -> object:
    if not isinstance(pairs, list):
        return pairs
    return [
        {**pair, "value": printed(pair.get("value"))} if isinstance(pair, dict) else pair for pair in pairs
    ]


def _qualities(read: Callable[[object], object]) -> Check:
    """The qualities that lists show, those without a value left out; a list may show numbers as text."""

    def agrees(row: Row, document: Document) -> bool:
        told = [pair for pair in document if isinstance(pair, dict)] if isinstance(document, list) else []
        listed = [
            pair for pair in told if pair.get("name") in QUALITIES and pair.get("value") not in _NOTHING
        ]
        shown = row.get("quality", [])
        if not isinstance(shown, list):
            return False
        pairs = [{**one, "value": read(one.get("value"))} if isinstance(one, dict) else one for one in shown]
        return sorted(map(canonical, pairs)) == sorted(map(canonical, listed))

    return agrees


def _measured(value: object) -> object:
    """The number that a text is."""
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value


def _as_it_is(value: object) -> object:
    return value


def _evaluated(row: Row, document: Document) -> bool:
    """One of the evaluations of the run as a whole has the function, the value and the array."""
    return _same(row, document) and any(
        isinstance(one, dict)
        and "fold" not in one
        and one.get("name") == row.get("function")
        and _equal(one.get("value"), row.get("value"))
        and identical(_array(one.get("array_data")), row.get("array_data"))
        for one in values(document, parse("$.output_data.evaluation[*]"))
    )


def _array(text: object) -> object:
    return php_array(text, {}) if isinstance(text, str) else []


# The status is left out: of a data set that had several, a list shows another one than the description.
_DATASET: Final = {"did": "id", "name": "name", "format": "format"}
_OF_DATASET: Final = OtherPath("/datasets/{did}", _named(_DATASET, folded={"format"}))
_QUALITIES: Final = "/datasets/qualities/{did}"
INPUTS_OF_TASK: Final = OtherPath("/tasks/inputs/{task_id}", _inputs, may_lack=True)
_TASK: Final = {"task_id": "id", "task_type_id": "task_type_id", "task_type": "task_type"}
_RUN: Final = OtherPath("/run/{run_id}", _evaluated)
_PLACES: Final[Mapping[str, tuple[OtherPath, ...]]] = {
    "dataset.list": (
        OtherPath(
            "/datasets/{did}",
            _named({**_DATASET, "version": "version", "file_id": "file_id"}, folded={"format"}),
        ),
        OtherPath(_QUALITIES, _qualities(_as_it_is), may_lack=True),
    ),
    "task.list": (
        OtherPath("/tasks/{task_id}", _named(_TASK)),
        INPUTS_OF_TASK,
        _OF_DATASET,
        OtherPath(_QUALITIES, _qualities(_measured), may_lack=True),
    ),
    "evaluation.list": (_RUN,),
    "evaluation.setup_list": (_RUN,),
}

"""Two answers in PHP's dialect: PHP's own, and that of the backend's legacy face. No rule and no transform between.

They are equal when their bytes are (of JSON) or their canonical form is (of XML, white space between elements aside),
with the same status and headers, except:

``face-white-space``  white space of PHP's six own JSON templates
``face-order``        order of rows where the SQL gives them none
``face-choice``       choice of rows where a limit cuts such a list: as many, each of the unlimited answer and not more
                      often than there
``face-volatile``     values that differ from call to call
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from diffing.decode import Form, decode
from diffing.defects import defect_of
from diffing.face_documents import (
    Tree,
    as_spelled,
    is_listed,
    read_json,
    read_xml,
    rows_of,
    sorted_lists,
    sorted_tree,
    walk,
    without_rows,
    without_volatile,
    without_white_space,
    written_as_php,
)
from diffing.model import Asked, Comparison, Difference, FollowUp, Observation, Outcome, SkipReason
from diffing.rows import unspecified
from diffing.walk import MAX_DIFFERENCES

WHITE_SPACE: Final = "face-white-space"
ORDER: Final = "face-order"
CHOICE: Final = "face-choice"
VOLATILE: Final = "face-volatile"

HEADERS: Final = ("content-type", "access-control-allow-origin", "access-control-allow-headers", "location")
NOT_ANSWERED: Final = 501


@dataclass(frozen=True, slots=True)
class FaceAsked:
    """What comparing must know of the request.

    Args:
        native: The JSON is one of PHP's own templates.
        envelope: The keys around the rows of a list.
        unordered: The SQL gives the rows no order.
        limited: Moreover which of them come is open.
        volatile: JSON paths of what differs from call to call.
        listed: The error lists ids or values, in the order of an index.
        page: PHP's body is a page for people, perhaps not kept: of an error the status counts.
        defect: PHP broke.
    """

    method: str = "GET"
    native: bool = False
    envelope: tuple[str, ...] = ()
    unordered: bool = False
    limited: bool = False
    volatile: tuple[str, ...] = ()
    listed: bool = False
    page: bool = False
    defect: bool = False


def face_asked(asked: Asked, legacy: Observation) -> FaceAsked:
    """What comparing must know of a request whose answer nobody has annotated. ``legacy``: PHP's answer."""
    template = asked.route.legacy if asked.route is not None else None
    old = decode(legacy)
    return FaceAsked(
        native=template is not None and template.native,
        envelope=template.envelope if template is not None else (),
        unordered=any(not rows.ordered for rows in asked.route.rows) if asked.route is not None else False,
        limited=unspecified(asked),
        page=old.form is Form.HTML,
        defect=defect_of(legacy, old, asked.method) is not None,
    )


def compare_faces(
    asked: FaceAsked, legacy: Observation, face: Observation, whole: Observation | None = None
) -> Comparison:
    """Compare two answers of one dialect. Returns ``match`` for equal bytes (or canonical XML); ``explained`` with the
    exceptions that it took; ``mismatch``. A comparison that needs the whole list says so.

    Args:
        legacy: PHP's answer.
        face: The backend's.
        whole: The backend's answer without limit and offset, where a comparison asked for it.
    """
    if face.status == NOT_ANSWERED:
        return Comparison(Outcome.SKIPPED, SkipReason.NOT_IMPLEMENTED)
    unanswered = _unanswered(legacy, face)
    if unanswered is not None:
        return Comparison(unanswered)
    assert face.status is not None  # else it were unanswered
    page = asked.page and (legacy.status or 0) >= 400
    if asked.defect or (not page and defect_of(legacy, decode(legacy), asked.method)):
        return Comparison(Outcome.LEGACY_ERROR)
    if face.status >= 500 and face.status != legacy.status:
        return Comparison(Outcome.NEW_ERROR, differences=_status(legacy, face))
    if page:
        return _verdict(_status(legacy, face))
    heads = (*_status(legacy, face), *_headers(legacy, face))
    if heads:
        return _verdict(heads)
    if legacy.body == face.body:
        return Comparison(Outcome.MATCH)
    kind = (legacy.header("content-type") or "").partition(";")[0]
    if kind == "application/json":
        return _json(asked, legacy.body, face.body, whole)
    if kind == "text/xml":
        return _xml(asked, legacy.body, face.body, whole)
    return _verdict((Difference("body", "value", _shown(legacy.body), _shown(face.body)),))


def _json(asked: FaceAsked, legacy: bytes, face: bytes, whole: Observation | None) -> Comparison:
    taken: tuple[str, ...] = ()
    if asked.native:
        taken = (WHITE_SPACE,)
        legacy, face = without_white_space(legacy), without_white_space(face)
        if legacy == face:
            return Comparison(Outcome.EXPLAINED, deviations=taken)
    if asked.native:
        legacy, face = as_spelled(legacy), as_spelled(face)
    spelled = asked.native or written_as_php(face)  # before the trees are there, each of which is large, too
    trees = read_json(legacy), read_json(face)
    if trees[1] is None:
        return _verdict((Difference("body", "syntax", _shown(legacy), _shown(face)),))
    if trees[0] is None:
        return Comparison(Outcome.LEGACY_ERROR)
    if not spelled:
        return _verdict((Difference("body", "spelling", _shown(legacy), _shown(face)),))
    return _trees(asked, trees[0], trees[1], whole, taken)


def _xml(asked: FaceAsked, legacy: bytes, face: bytes, whole: Observation | None) -> Comparison:
    trees = read_xml(legacy), read_xml(face)
    if trees[1] is None:
        return _verdict((Difference("body", "syntax", _shown(legacy), _shown(face)),))
    if trees[0] is None:
        return Comparison(Outcome.LEGACY_ERROR)
    if trees[0] == trees[1]:
        return Comparison(Outcome.MATCH)
    return _trees(asked, trees[0], trees[1], whole, ())


def _trees(
    asked: FaceAsked,
    legacy: Tree,
    face: Tree,
    whole: Observation | None,
    taken: tuple[str, ...],
) -> Comparison:
    if asked.volatile:
        taken = (*taken, VOLATILE)
        legacy, face = without_volatile(legacy, asked.volatile), without_volatile(face, asked.volatile)
    if asked.listed:
        legacy, face = sorted_lists(legacy), sorted_lists(face)
        if legacy == face:
            return Comparison(Outcome.EXPLAINED, deviations=(*taken, ORDER))
    if asked.unordered or asked.limited:
        taken = (*taken, ORDER)
        legacy, face = sorted_tree(legacy), sorted_tree(face)
    if legacy == face:
        return Comparison(Outcome.EXPLAINED if taken else Outcome.MATCH, deviations=taken)
    if asked.limited:
        if whole is None:
            return Comparison(None, follow_up=FollowUp.UNLIMITED)
        found = _chosen(legacy, face, whole, asked)
        if found is None:
            return Comparison(Outcome.EXPLAINED, deviations=(*taken, CHOICE))
        return _verdict(found)
    return _verdict(_differences(legacy, face))


def _differences(legacy: Tree, face: Tree, path: str = "$") -> tuple[Difference, ...]:
    return tuple(islice(walk(legacy, face, path), MAX_DIFFERENCES))


def _chosen(legacy: Tree, face: Tree, whole: Observation, asked: FaceAsked) -> tuple[Difference, ...] | None:
    """What is wrong with a choice of rows; None for nothing."""
    envelope = asked.envelope
    kind = (whole.header("content-type") or "").partition(";")[0]
    everything = _every_row(as_spelled(whole.body) if asked.native else whole.body, kind, envelope)
    if everything is None:
        return (Difference("whole", "missing"),)
    mine, theirs = rows_of(legacy, envelope), rows_of(face, envelope)
    if mine is None or theirs is None:
        return (Difference("rows", "missing"),)
    if is_listed(legacy, envelope) != is_listed(face, envelope):
        return (Difference("rows", "kind"),)
    if len(mine) != len(theirs):
        return (Difference("rows", "count", len(mine), len(theirs)),)
    around = _differences(without_rows(legacy, envelope), without_rows(face, envelope))
    if around:
        return around
    for rows in (mine, theirs):
        for row, times in Counter(rows).items():
            if times > everything.get(row, 0):
                near = min(everything, key=lambda other: len(_differences(row, other)), default=None)
                return (_differences(row, near, "$row") if near is not None else ()) or (
                    Difference("rows", "extra"),
                )
    return None


@lru_cache(maxsize=4)
def _every_row(body: bytes, kind: str, envelope: tuple[str, ...]) -> Mapping[Tree, int] | None:
    """How often a whole list has each row, sorted in itself; None for no list. Its parts are compared in turn."""
    everything = read_xml(body) if kind == "text/xml" else read_json(body)
    rows = rows_of(everything, envelope)
    return None if rows is None else Counter(sorted_tree(row) for row in rows)


def _unanswered(legacy: Observation, face: Observation) -> Outcome | None:
    """What becomes of an exchange of which a side gave no whole answer."""
    errors = (legacy.error, face.error)
    if "timeout" in errors:
        return Outcome.TIMEOUT
    if "too_large" in errors:
        return Outcome.TOO_LARGE
    if None not in (legacy.status, face.status):
        return None
    if legacy.status is None and face.status is None:
        return Outcome.BOTH_ERROR
    return Outcome.LEGACY_ERROR if legacy.status is None else Outcome.NEW_ERROR


def _verdict(differences: tuple[Difference, ...]) -> Comparison:
    return Comparison(Outcome.MISMATCH if differences else Outcome.MATCH, differences=differences)


def _status(legacy: Observation, face: Observation) -> tuple[Difference, ...]:
    if legacy.status == face.status:
        return ()
    shown = _shown(legacy.body), _shown(face.body)
    return (
        Difference("status", "status", legacy.status, face.status),
        *((Difference("body", "value", *shown),) if shown[0] != shown[1] else ()),
    )


def _headers(legacy: Observation, face: Observation) -> tuple[Difference, ...]:
    pairs = ((name, legacy.header(name), face.header(name)) for name in HEADERS)
    return tuple(Difference(f"header.{name}", "value", old, new) for name, old, new in pairs if old != new)


def _shown(body: bytes) -> str:
    return body[:300].decode("utf-8", "replace")

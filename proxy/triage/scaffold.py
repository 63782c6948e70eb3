"""Entries of the registry that a difference suggests: everything but why the difference is intended.

An entry is narrow: it names the one route, and where the legacy answer does not show its premise, the parameters of the
sample. Whoever writes the why also decides how much wider it is meant.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from diffing.decode import Decoded
from diffing.model import Asked, Difference, Observation
from diffing.paths import MISSING, generalise, identical, is_row, parse
from diffing.problem import TYPE_BASE
from diffing.proposals import Proposal, propose
from diffing.registry import Kind
from proxy.reporting.values import ABSENT, as_json

_LONGEST: Final = 80
_SEVERAL: Final = 2


class Unfit(ValueError):
    """No entry can say this; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry but for its why.

    Args:
        name: What its id ends with.
        title: What clients read in the guide.
        keys: What its kind needs.
        example: Legacy and new value, `MISSING` for an absent one.
        near_miss: Likewise, of a pair that it must not explain.
        request: Facts of the sample's request, where its premise is about them.
    """

    kind: Kind
    name: str
    title: str
    keys: Mapping[str, object]
    example: tuple[object, object]
    near_miss: tuple[object, object]
    request: Mapping[str, object] = field(default_factory=dict)


def transforms(differences: Sequence[Difference]) -> Iterator[EntryDraft]:
    """An entry for each way in which values of two documents differ. ``differences``: all of them. Raises Unfit: some
    difference is no matter of values.
    """
    places: dict[str, list[tuple[object, object]]] = {}
    for difference in differences:
        path, what = difference.path, difference.what
        if what not in ("value", "type", "missing", "extra") or not path.startswith("$"):
            raise Unfit(
                f"{path} ({what}) is no difference of values, and no kind of entry is about such a one"
            )
        if what in ("missing", "extra") and is_row(path):
            raise Unfit(
                f"{path} is {what}: no kind of entry adds or takes away rows; one of the sides is wrong"
            )
        legacy = MISSING if what == "extra" else difference.legacy
        new = MISSING if what == "missing" else difference.new
        places.setdefault(generalise(path), []).append((legacy, new))
    yield from _renamed(places)
    same: dict[str, tuple[Proposal, list[str]]] = {}
    for path, pairs in places.items():
        proposal = propose(pairs)
        if proposal is None:
            legacy, new = pairs[0]
            raise Unfit(
                f"no transform turns {_shown(legacy)} into {_shown(new)} at {path}: one of the sides is wrong, "
                "or a kind of transform is missing (diffing/transforms.py)"
            )
        if proposal.transform == "constant" and len(pairs) < _SEVERAL:
            raise Unfit(
                f"{path} is {_shown(pairs[0][1])} in the one example that there is, which does not show that it always "
                "is: one of the sides is wrong, or write the entry by hand"
            )
        same.setdefault(repr(proposal), (proposal, []))[1].append(path)
    for proposal, paths in same.values():
        legacy, new = places[paths[0]][0]
        keys: dict[str, object] = {
            "at": paths if len(paths) > 1 else paths[0],
            "transform": proposal.transform,
        }
        if proposal.arguments:
            keys["with"] = proposal.arguments
        name = f"{_last_key(paths[0])}-{proposal.transform.replace('_', '-')}"
        title = f"{' and '.join(paths)}: {proposal.transform.replace('_', ' ')}"
        yield EntryDraft(Kind.TRANSFORM, name, title, keys, (legacy, new), _near_miss(legacy, new))


def _near_miss(legacy: object, new: object) -> tuple[object, object]:
    """A pair that the entry must not explain: the legacy value as it is, or where there is none, another new one."""
    if legacy is not MISSING:
        return legacy, legacy
    return MISSING, f"{new} otherwise" if isinstance(new, str) else "another value"


def _shown(value: object) -> str:
    return ABSENT if value is MISSING else as_json(value)


def _renamed(places: dict[str, list[tuple[object, object]]]) -> Iterator[EntryDraft]:
    """Keys that only have another name; they are taken out of the places."""
    gone = [path for path, pairs in places.items() if all(new is MISSING for _, new in pairs)]
    for path in gone:
        parent, _, before = path.rpartition(".")
        values = [legacy for legacy, _ in places[path]]
        for other, pairs in places.items():
            above, _, after = other.rpartition(".")
            if above == parent and identical([new for _, new in pairs], values) and other not in gone:
                keys = {"at": _parsed(parent), "transform": "rename", "with": {"from": before, "to": after}}
                example = {before: values[0]}, {after: values[0]}
                del places[path], places[other]
                title = f"{before} is called {after}"
                yield EntryDraft(
                    Kind.TRANSFORM, f"{after}-renamed", title, keys, example, (example[0], example[0])
                )
                break


def answers(
    asked: Asked, legacy: Observation, error: Mapping[str, object], young: Decoded, new: Observation
) -> EntryDraft:
    """An entry for another status: `status`, `refusal` or `accepts`. Raises Unfit: the new side's error says no type.
    ``error``: its error document; empty when it is none. ``young``: the new answer, decoded.
    """
    code = str(error["code"]) if "code" in error else None
    side = {"status": legacy.status, **({} if code is None else {"code": code})}
    title = f"Status {new.status} instead of {legacy.status}" + (f" for code {code}" if code else "")
    request = _request(asked)
    if (new.status or 0) < 400:
        keys = {
            "legacy": side,
            "new": {"status": new.status},
            "derive": _derivation(asked),
            "when": _when(request),
        }
        pair = side, {"status": new.status}
        return EntryDraft(
            Kind.ACCEPTS, f"{code or legacy.status}-accepted", title, keys, pair, (side, side), request
        )
    expected, shown = _problem(young, new)
    if code is not None and shown.get("code") == code:
        del expected["code"]
        keys = {"legacy": side, "new": expected}
        miss = side, {**shown, "code": "0"}
        return EntryDraft(Kind.STATUS, f"{code}-{new.status}", title, keys, (side, shown), miss)
    keys = {"legacy": side, "new": expected, "when": _when(request)}
    miss = side, {**shown, "status": legacy.status}
    if legacy.status == new.status:
        miss = side, {**shown, "code": "0"}
    return EntryDraft(
        Kind.REFUSAL, f"{shown.get('code', new.status)}-refused", title, keys, (side, shown), miss, request
    )


def defect(asked: Asked, broke: str, young: Decoded, new: Observation) -> EntryDraft:
    """An entry for a legacy answer that is broken. Raises Unfit: the new side's error says no type.

    Args:
        broke: How it is broken (diffing.defects).
        young: The new answer, decoded.
        new: The new answer, which the entry calls right.
    """
    request = _request(asked)
    expected, shown = _problem(young, new) if (new.status or 0) >= 400 else ({"status": new.status},) * 2
    keys = {"legacy": {"defect": broke}, "expect": expected, "when": _when(request)}
    other = {"status": 404} if new.status == 200 else {"status": 200}
    title = f"PHP breaks ({broke.replace('_', ' ')}); the new API answers {new.status}"
    side = {"defect": broke}
    name = f"{broke.replace('_', '-')}-defect"
    return EntryDraft(Kind.LEGACY_DEFECT, name, title, keys, (side, shown), (side, other), request)


def _last_key(path: str) -> str:
    keys = [step for step in parse(_parsed(path)) if step != "*"]
    return keys[-1] if keys else "document"


def _parsed(path: str) -> str:
    try:
        parse(path)
    except ValueError as error:
        raise Unfit(str(error)) from error
    return path


def _request(asked: Asked) -> dict[str, object]:
    """Facts of the request that an example tells; texts of uploads are left to the person."""
    request: dict[str, object] = {}
    if asked.method != "GET":
        request["method"] = asked.method
    if asked.role != "none":
        request["role"] = asked.role
    short = {name: value for name, value in asked.parameters.items() if len(value) <= _LONGEST}
    if short:
        request["parameters"] = short
    return request


def _when(request: Mapping[str, object]) -> dict[str, object]:
    """A premise that holds for this request."""
    parameters = request.get("parameters")
    exact = (
        {name: re.escape(value) for name, value in parameters.items()} if isinstance(parameters, dict) else {}
    )
    others = {name: value for name, value in request.items() if name != "parameters"}
    return {**others, **({"parameters": exact} if exact else {})}


def _derivation(asked: Asked) -> str:
    if asked.method in ("HEAD", "OPTIONS", "POST"):
        return {"HEAD": "headers", "OPTIONS": "preflight", "POST": "get"}[asked.method]
    return "offset" if "offset" in asked.parameters else "schema"


def _problem(young: Decoded, new: Observation) -> tuple[dict[str, object], dict[str, object]]:
    """What an entry expects of the new error, and what an example shows of it."""
    document = young.document if isinstance(young.document, dict) else {}
    kind = document.get("type")
    if not isinstance(kind, str) or not kind.startswith(TYPE_BASE):
        raise Unfit(
            f"the new side's answer {new.status} is no problem document with a type; the new side is wrong"
        )
    code, errors = document.get("code"), document.get("errors")
    shown: dict[str, object] = {"status": new.status, "type": kind.removeprefix(TYPE_BASE)}
    if code is not None:
        shown["code"] = str(code)
    expected = {**shown, "code": shown.get("code", "")}
    if isinstance(errors, list) and errors:
        expected["errors"] = sorted({str(item.get("type")) for item in errors if isinstance(item, dict)})
    return expected, shown

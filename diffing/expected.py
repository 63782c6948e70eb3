"""The document that the new side had to answer, beside the one that it answered: for a person who looks at both."""

from __future__ import annotations

from dataclasses import dataclass

from diffing.compare import Differ
from diffing.decode import Decoded, Form, decode
from diffing.further import ExchangeFacts, Needed, Underived
from diffing.model import Asked, Demand, Observation
from diffing.normalise import tolerate
from diffing.problem import TYPE_BASE


@dataclass(frozen=True, slots=True)
class Documents:
    """What was expected, and what came.

    Args:
        expected: Made of legacy's answer by the normaliser, or demanded by an entry of the registry.
        new: The new side's document.
    """

    expected: object
    new: object


def documents(differ: Differ, asked: Asked, legacy: Observation, new: Observation) -> Documents | None:
    """Both documents of an exchange, without what tolerances pass over as far as the two answers tell.

    Args:
        differ: Compares by the registry of today.

    Returns:
        The documents; None where nothing is expected: no entry is about legacy's error, or there is no document.
    """
    old, young = decode(legacy), decode(new)
    demand = differ.compare(asked, legacy, new).demand
    if demand is not None:
        return Documents(_demanded(demand, young), young.document)
    if (old.form, young.form) != (Form.JSON, Form.JSON):
        return None
    expected = differ.normalised(asked, old).document
    rules = differ.registry.rules(asked.route_name)
    facts = ExchangeFacts(asked, shape=None if rules is None else rules.shape)
    try:
        # Both are changed in place: where an entry cannot tell, other ones must not have half done so.
        entries = differ.registry.of_route(asked.route_name)
        tolerant, other, _ = tolerate(
            differ.normalised(asked, decode(legacy)).document, decode(new).document, facts, entries
        )
    except (Needed, Underived):
        return Documents(expected, young.document)
    return Documents(tolerant, other)


def _demanded(demand: Demand, young: Decoded) -> dict[str, object]:
    """The problem of the new side with what an entry demands of it."""
    document: dict[str, object] = dict(young.document) if isinstance(young.document, dict) else {}
    wanted: dict[str, object] = {"status": demand.status}
    if demand.type is not None:
        wanted["type"] = TYPE_BASE + demand.type
    if demand.code is not None:
        wanted["code"] = demand.code
    elif demand.type is not None:
        document.pop("code", None)
    return {**document, **wanted}

"""Say of each difference which deviations nearly explained it, and why they did not."""

from __future__ import annotations

import re
from collections.abc import Iterable

from diffing.model import Asked, Difference
from diffing.paths import generalise
from diffing.registry import Deviation, Kind

_INDEX = re.compile(r"\[\*\]")


def explained(
    differences: Iterable[Difference],
    deviations: Iterable[Deviation],
    hits: Iterable[str],
    unmet: Iterable[tuple[str, str]],
) -> tuple[Difference, ...]:
    """The differences with their `nearly` filled in.

    Args:
        differences: What the walk found.
        deviations: The route's entries.
        hits: Ids of the entries that changed the legacy document.
        unmet: Ids of the entries whose premise did not hold, and why.
    """
    transforms = [deviation for deviation in deviations if deviation.kind is Kind.TRANSFORM]
    changed, reasons = set(hits), dict(unmet)
    return tuple(
        Difference(
            difference.path,
            difference.what,
            difference.legacy,
            difference.new,
            tuple(_nearly(difference, transforms, changed, reasons)),
        )
        for difference in differences
    )


def _nearly(
    difference: Difference, transforms: Iterable[Deviation], changed: set[str], reasons: dict[str, str]
) -> Iterable[str]:
    path = generalise(difference.path)
    for deviation in transforms:
        if not any(_about(at, path) for at in deviation.at):
            continue
        if deviation.id in reasons:
            yield f"{deviation.id} does not apply: {reasons[deviation.id]}."
        elif deviation.id in changed:
            yield f"{deviation.id} was carried out, and still the new side answers {difference.new!r}."
        else:
            yield f"{deviation.id} found nothing to change in the legacy value."


def _about(at: str, path: str) -> bool:
    """Whether an entry's path ends where the difference is; envelopes before it may have gone meanwhile."""
    return at != "$" and _INDEX.sub("", path).endswith(_INDEX.sub("", at)[1:])


def unregistered(
    asked: Asked,
    status: int | None,
    code: str | None,
    message: str,
    document: object,
    deviations: Iterable[Deviation],
) -> tuple[str, ...]:
    """Why no status, refusal or accepts entry is about a legacy error."""
    sentences = []
    for deviation in deviations:
        if deviation.legacy is None or deviation.kind is Kind.LEGACY_DEFECT:
            continue
        if code is not None and code in deviation.legacy.codes:
            reason = deviation.when.unmet_by(asked, document, message)
            if reason is None:
                reason = f"it is about status {sorted(deviation.legacy.statuses)}, not {status}"
            sentences.append(f"{deviation.id} does not apply: {reason}.")
    return tuple(sentences) or (
        f"No entry of the registry is about {asked.route_name}, status {status}, code {code}.",
    )

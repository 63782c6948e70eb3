"""File a cluster: as a documented deviation, as a defect of the legacy side, or as a fault of the new side.

The first two give entries of the registry to paste, the last one the text of an issue. What is given was tried: the
sample is compared again with the entries added.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from config.rollout import Dialect
from diffing.compare import Differ
from diffing.decode import Form, decode
from diffing.defects import broken, defect_of
from diffing.deviations import UNWRITTEN, read_deviations
from diffing.explain import undone
from diffing.model import Asked, Comparison, Difference, Observation, Outcome
from diffing.parity import FAILING
from diffing.registry import Kind, Registry
from proxy.exchange.sample import answer_of, asked_of
from proxy.log.clusters import Shown
from proxy.reporting.cluster_view import cluster_markdown
from proxy.reporting.values import as_json
from proxy.rollout.live_config import LiveConfig
from proxy.triage.entry_toml import entry_toml, file_of
from proxy.triage.scaffold import EntryDraft, Unfit, answers, defect, transforms

_SAYS_ALREADY = (Kind.STATUS, Kind.REFUSAL, Kind.ACCEPTS)
_LINE = 120


class TriageVerdict(StrEnum):
    """What a person found a difference to be."""

    DOCUMENTED = "documented"
    LEGACY_DEFECT = "legacy-defect"
    NEW_WRONG = "new-wrong"


class TriageError(ValueError):
    """A cluster cannot be filed like that; the message says why and what would be right."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What to paste.

    Args:
        text: Entries as TOML, or an issue as Markdown.
        file: The file of the registry to append it to; None for an issue.
        remark: What to do with it, and what came of trying it.
        tried: What came of trying it alone; empty for an issue.
    """

    text: str
    file: str | None
    remark: str
    tried: str = ""


@dataclass(frozen=True, slots=True)
class _Case:
    """A sample, compared by the registry of today."""

    asked: Asked
    legacy: Observation
    new: Observation
    comparison: Comparison


def file_cluster(found: Shown, verdict: TriageVerdict, in_force: LiveConfig) -> Filed:
    """File a cluster. ``found``: the cluster with its sample. ``in_force``: routes, registry and problem types of
    today. Returns what to paste. Raises TriageError: it cannot be that.
    """
    if verdict is TriageVerdict.NEW_WRONG:
        remark = "an issue for whoever works on the new side; nothing of the registry changes"
        return Filed(issue(found), None, remark)
    case = _case(found, in_force)
    try:
        drafts = list(
            _defect(case) if verdict is TriageVerdict.LEGACY_DEFECT else _documented(case, in_force)
        )
        route = case.asked.route_name
        taken: set[str] = set()
        entries = "\n".join(entry_toml(draft, route, in_force.registry, taken) for draft in drafts)
    except Unfit as error:
        raise TriageError(str(error)) from error
    except RecursionError as error:
        raise TriageError(f"the answers of {found.cluster.short} are nested too deeply") from error
    file = f"config/deviations/{file_of(route, in_force.registry)}"
    request = str(found.sample["legacy"]["request"] if found.sample else "")
    head = f"# From cluster {found.cluster.short}: {' '.join(request.split())[:_LINE]}\n"
    tried = _tried(entries, case, in_force)
    remark = f"append it to {file} and write the why: until then the registry cannot be read; {tried}"
    return Filed(head + entries, file, remark, tried)


def issue(found: Shown) -> str:
    """The text of an issue about the new side: what it should have answered, and how to see it. ``found``: the
    cluster.
    """
    cluster = found.cluster
    nearly = [sentence for item in found.differences for sentence in item.get("nearly", ())]
    why = [f"- {sentence}\n" for sentence in dict.fromkeys(nearly)]
    return "".join(
        (
            f"# New side is wrong: {cluster.route}\n\n",
            "The new side answers something else than PHP, and no documented deviation explains it. ",
            "It must answer what is expected: PHP's answer, turned into the new form.\n\n",
            f"#{cluster_markdown(found)}",
            *(["\nWhy no deviation explains it:\n\n", *why] if why else []),
        )
    )


def _case(found: Shown, in_force: LiveConfig) -> _Case:
    if found.cluster.asked is Dialect.LEGACY:
        raise TriageError(
            f"{found.cluster.short} is a difference of the legacy face, which answers as PHP does: no deviation "
            "explains any; mend the backend (new-wrong)"
        )
    sample = found.sample
    if sample is None:
        raise TriageError(
            f"no sample of {found.cluster.short} was kept: nothing can be made of it; see parity show"
        )
    if sample["legacy"]["truncated"] or sample["new"]["truncated"]:
        raise TriageError(
            f"a body of {found.cluster.short} was too long to be kept whole: write the entry by hand"
        )
    if sample["asked"]["route"] is not None and sample["asked"]["route"] not in in_force.routes.routes:
        raise TriageError(f"{sample['asked']['route']} is no route any more")
    asked = asked_of(sample, in_force.routes)
    legacy, new = answer_of(sample["legacy"]), answer_of(sample["new"])
    comparison = Differ(in_force.registry, in_force.problems).compare(asked, legacy, new)
    if comparison.outcome is None:
        # A further answer would be needed, which a sample does not hold: what was found then counts.
        found_then = (
            Difference(item["path"], item["what"], item["legacy"], item["new"])
            for item in sample["differences"]
        )
        comparison = Comparison(Outcome.MISMATCH, differences=tuple(found_then))
    elif comparison.verdict not in FAILING:
        raise TriageError(f"the registry of today settles {found.cluster.short}: {comparison.verdict}")
    return _Case(asked, legacy, new, comparison)


def _documented(case: _Case, in_force: LiveConfig) -> Iterator[EntryDraft]:
    old, young = decode(case.legacy), decode(case.new)
    broke = broken(case.new, young)
    if broke is not None:
        raise TriageError(
            f"the new side breaks ({broke}): that is never documented; file it --as {TriageVerdict.NEW_WRONG}"
        )
    found = defect_of(case.legacy, old, case.asked.method)
    if found is not None:
        raise TriageError(f"PHP's answer is broken ({found}): file it --as {TriageVerdict.LEGACY_DEFECT}")
    for name in case.comparison.deviations:
        entries = in_force.registry.of_route(case.asked.route_name)
        if any(entry.id == name and entry.kind in _SAYS_ALREADY for entry in entries):
            raise TriageError(
                f"{name} says already what the new side must answer here, and the first entry counts: "
                "change that one, or the new side"
            )
    error = old.document if old.form is Form.ERROR and isinstance(old.document, dict) else {}
    if error or (case.legacy.status or 0) >= 400 or (case.new.status or 0) >= 400:
        yield answers(case.asked, case.legacy, error, young, case.new)
    else:
        _refuse_undoing(case, in_force)
        yield from transforms(case.comparison.differences)


def _refuse_undoing(case: _Case, in_force: LiveConfig) -> None:
    """No entry takes back what a rule does: then the new side is wrong, or the rule."""
    route = case.asked.route_name
    found = undone(
        case.comparison.differences,
        case.asked,
        decode(case.legacy).document,
        in_force.registry.of_route(route),
        in_force.registry.rules(route),
    )
    for difference, name in found:
        raise TriageError(
            f"{name} makes {as_json(difference.legacy)} of what the new side answers at {difference.path}, "
            f"{as_json(difference.new)}; an entry would undo it: file it --as {TriageVerdict.NEW_WRONG}, "
            f"or change {name}"
        )


def _defect(case: _Case) -> Iterator[EntryDraft]:
    young = decode(case.new)
    broke = broken(case.new, young)
    if broke is not None:
        raise TriageError(f"the new side breaks, too ({broke}): file it --as {TriageVerdict.NEW_WRONG}")
    found = defect_of(case.legacy, decode(case.legacy), case.asked.method)
    if found is None:
        raise TriageError(
            f"PHP's answer is whole, a legacy_defect is about broken ones: file it --as {TriageVerdict.DOCUMENTED}"
        )
    yield defect(case.asked, found, young, case.new)


def _tried(entries: str, case: _Case, in_force: LiveConfig) -> str:
    """What comes of the sample with the entries added."""
    written = read_deviations(entries.replace(UNWRITTEN, "Tried"), Path("scaffold"))
    differ = Differ(
        Registry((*in_force.registry.deviations, *written), in_force.registry.book), in_force.problems
    )
    found = differ.compare(case.asked, case.legacy, case.new)
    if found.outcome is None:
        return "the sample alone cannot tell whether it is enough"
    left = "".join(f"; {item.path} {item.what}" for item in found.differences[:3])
    return f"with it the sample is {found.verdict}{left}"

"""Scores in uploaded descriptions: of a whole run, a repeat, a fold or a sample (legacy notes, task 3.10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from backend.input.xml_documents import Node
from backend.input.xml_integers import integer

PLACES = ("repeat", "fold", "sample")


@dataclass(frozen=True, slots=True)
class SplitProcedure:
    """How a task's data are split.

    Args:
        type: ``crossvalidation``, ``leaveoneout`` ...
        repeats: How often; None when never.
        folds: Into how many parts; None when into none.
        samples: Whether the training sets grow.
        instances: Rows of the data; finite.
    """

    type: str
    repeats: int | None
    folds: int | None
    samples: bool
    instances: float

    def allows(self, evaluation: Node) -> bool:
        """Whether there is such a repeat, fold and sample.

        PHP never looks at fold 0, and at negative numbers of any kind. ``evaluation``: an element with these
        attributes, or without.
        """
        repeat, fold, sample = (evaluation.attributes.get(name) for name in PLACES)
        if fold not in (None, "", "0") and (self.folds is None or integer(fold) >= self.folds):
            return False
        if repeat is not None and (self.repeats is None or integer(repeat) >= self.repeats):
            return False
        return sample is None or (self.samples and integer(sample) < self._sample_count())

    def _sample_count(self) -> int:
        """How many samples there are: 64 rows, then the square root of 2 times as many, up to the training set."""
        if self.type == "crossvalidation" and self.folds:
            largest: float = ceil(self.instances / self.folds) * (self.folds - 1)
        elif self.type == "leaveoneout":
            largest = self.instances - 1
        else:
            return 0
        index = 0
        while round(2 ** (6 + index / 2)) < largest:
            index += 1
        return index + 1


def illegal(evaluations: Iterable[Node], procedure: SplitProcedure) -> list[str]:
    """The scores whose repeat, fold or sample the procedure does not have. ``evaluations``: elements with a ``name``.
    ``procedure``: of the task. Returns how PHP names them: ``kappa(0, 10)``.
    """
    return [_shown(one) for one in evaluations if not procedure.allows(one)]


def names(evaluations: Sequence[Node]) -> list[str]:
    """The names of the measures, each once, in order. ``evaluations``: elements with a ``name``."""
    return list(dict.fromkeys(one.text("name") or "" for one in evaluations))


def _shown(evaluation: Node) -> str:
    places = [evaluation.attributes.get(name) for name in PLACES]
    while places and places[-1] is None:
        places.pop()
    return f"{evaluation.text('name')}({', '.join(place or '' for place in places) or 'global'})"

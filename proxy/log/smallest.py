"""Of exchanges with one signature the smallest is kept: only samples that are smaller than those before are made."""

from collections.abc import Mapping
from typing import Any

from diffing.parity import FAILING
from proxy.exchange.judgement import Judgement
from proxy.log.counters import MOST_CLUSTERS


class SmallestSamples:
    """Makes the samples that are worth keeping, so that nobody holds an exchange for the others."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def of(self, judgement: Judgement) -> tuple[int, Mapping[str, Any]] | None:
        """Size and content of a sample; None where nobody looks at it, or a smaller one was made before."""
        evidence, signature = judgement.evidence, judgement.signature
        if evidence is None or judgement.comparison.verdict not in FAILING:
            return None
        known = self._sizes.get(signature)
        if (known is None and len(self._sizes) >= MOST_CLUSTERS) or (
            known is not None and evidence.size >= known
        ):
            return None
        self._sizes[signature] = evidence.size
        return evidence.size, evidence.make()

"""A client's request with what both sides answered and what came of it, from the connection to the report."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from config.routes import gives_files
from diffing.cluster import signature
from diffing.further import Answers
from diffing.model import Asked, Comparison, Headers, Observation
from proxy.exchange.decision import Decision, Side, route_name, told
from proxy.exchange.judgement import Judgement
from proxy.message.trace import SpanContext
from proxy.message.translation import Request, Translation, Untranslatable

UNSERVED: Final = datetime.min  # noqa: DTZ901  # all times of exchanges are UTC without a zone
# What an exchange holds beside the bodies, roughly.
_OVERHEAD: Final = 2048


@dataclass(slots=True)
class Exchange:
    """One request and all that becomes of it, filled in on its way.

    Args:
        request: The client's request, with its body as far as that is kept.
        decision: What was decided; who served in the end, once that is known.
        legacy: What the legacy side answered; None when it was not asked, or not yet.
        new: Likewise the new side.
        at: When it was served, UTC without a zone.
        asked: What comparing must know of the request.
        answers: The further answers that comparing took.
        control: Both answers are of the side that served (A/A): no deviation applies.
        judgement: What came of comparing; None until it is known.
        number: What the process that served it calls it.
        fallback: Legacy served because the new side failed.
        unadaptable: The client got the new side's answer, for legacy's has no new form.
        span: The served request in the client's trace; None where there is no trace.
    """

    request: Request
    decision: Decision
    legacy: Observation | None = None
    new: Observation | None = None
    at: datetime = UNSERVED
    asked: Asked | None = None
    answers: Answers = field(default_factory=dict)
    control: bool = False
    judgement: Judgement | None = None
    number: int = 0
    fallback: bool = False
    unadaptable: bool = False
    span: SpanContext | None = None

    @property
    def route(self) -> str:
        """The name under which it is counted."""
        return route_name(self.decision)

    @property
    def name(self) -> str:
        """How signatures call its route."""
        return told(self.route, self.decision.asked)

    @property
    def translation(self) -> Translation | Untranslatable:
        """The request for the side that does not speak its dialect, or why there is none."""
        return self.decision.translation

    @property
    def translated(self) -> Translation:
        """The translation; there is one."""
        assert isinstance(self.translation, Translation)
        return self.translation

    @property
    def pair(self) -> tuple[Observation, Observation]:
        """What legacy and the new side answered; both have."""
        assert self.legacy is not None
        assert self.new is not None
        return self.legacy, self.new

    @property
    def served(self) -> Observation:
        """What the side that served answered."""
        found = self.legacy if self.decision.served is Side.LEGACY else self.new
        assert found is not None
        return found

    @property
    def other(self) -> Observation | None:
        """What the other side answered; None when it is still to be asked."""
        return self.new if self.decision.served is Side.LEGACY else self.legacy

    def put(self, side: Side, answer: Observation | None) -> None:
        """Say what a side answered."""
        if side is Side.LEGACY:
            self.legacy = answer
        else:
            self.new = answer

    @property
    def comparison(self) -> Comparison:
        """The settled comparison."""
        assert self.judgement is not None
        return self.judgement.comparison

    @property
    def passes_unchanged(self) -> bool:
        """Answers that no deviation touches (downloads) are compared by length and hash when they are long."""
        return gives_files(self.decision.route)

    @property
    def only_reads(self) -> bool:
        """Whether it may be asked again: it is safe by its method, or by its route (lists and searches by POST)."""
        translation = self.translation
        if not isinstance(translation, Translation) or translation.writes:
            return False
        return self.request.method in ("GET", "HEAD", "OPTIONS") or translation.route is not None

    def request_for(self, side: Side) -> Request:
        """What a side is asked; there is a translation."""
        if not self.decision.takes_it_as_sent(side):
            return self.translated.request
        if self.request.method == "HEAD" and self.decision.native is Side.NEW:
            return replace(self.request, method="GET")
        return self.request

    def judged(self, comparison: Comparison) -> Judgement:
        """The judgement that a comparison of both answers makes."""
        return Judgement(comparison, signature(self.name, *self.pair, comparison.differences))

    def settled(self, comparison: Comparison) -> Judgement:
        """The judgement where nothing was compared."""
        return Judgement(comparison, f"{self.name} {comparison.verdict}")

    def parts(self) -> tuple["Exchange", ...]:
        """An exchange for each verdict that it gets; what was rehearsed was rehearsed in one dialect."""
        if not self.decision.both:
            return (self,)
        parts = tuple(replace(self, decision=decision) for decision in self.decision.parts)
        for part in parts:
            if not part.decision.rehearse:
                part.put(part.decision.served.other, None)
        return parts

    def let_go(self) -> None:
        """Hold headers, bodies and answers no longer: what is left is what its verdict is counted by.

        All of them go: by a part it could not be told what is secret in another.
        """
        self.legacy = self.new = None
        self.request = Request(self.request.method, self.request.target)
        translation = self.translation
        if isinstance(translation, Translation):
            self.decision = replace(self.decision, translation=replace(translation, headers=(), body=b""))

    @property
    def size(self) -> int:
        """Bytes that it holds, roughly."""
        request, translation = self.request, self.translation
        size = _OVERHEAD + len(request.body) + len(request.target) + _length(request.headers)
        if isinstance(translation, Translation):
            size += len(translation.body)
        for answer in (self.legacy, self.new):
            if answer is not None:
                size += len(answer.body) + _length(answer.headers)
        return size


def _length(headers: Headers) -> int:
    return sum(len(name) + len(value) for name, value in headers)

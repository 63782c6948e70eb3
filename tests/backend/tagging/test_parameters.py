"""Fields of tagging."""

from __future__ import annotations

import pytest

from backend.input.fields import NOT_GIVEN
from backend.input.parameters import Parameters
from backend.tagging.kinds import DATA, FLOW, RUN, SETUP, TASK, TaggedKind
from backend.tagging.parameters import DataTag, FlowTag, RunTag, SetupTag, TaskTag


@pytest.mark.parametrize(
    ("parameters", "kind"),
    [(DataTag, DATA), (TaskTag, TASK), (FlowTag, FLOW), (RunTag, RUN), (SetupTag, SETUP)],
)
def test_the_id_is_named_after_the_kind(parameters: type[Parameters], kind: TaggedKind) -> None:
    """What is not given is the handler's to refuse, with PHP's code."""
    assert dict(parameters.model_validate({})) == {kind.field: NOT_GIVEN, "tag": ""}

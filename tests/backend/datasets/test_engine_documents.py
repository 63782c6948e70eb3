"""Documents of engines are read before their schema is asked; the rest is seen at the routes."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from backend.datasets.engine_documents import engine_document
from backend.operations import Call
from backend.problems import InputProblem

pytestmark = pytest.mark.anyio


def call(json: object) -> Call[Any]:
    """A request with a JSON body."""
    return cast(Call[Any], SimpleNamespace(json=json, form=FormData()))


async def test_ids_are_read_before_the_schema_is_asked() -> None:
    """A feature without a name is the schema's business."""
    given = {"did": 61, "evaluation_engine_id": 1, "feature": [{"index": 0}]}
    document = await engine_document(call(given), "data_features", missing="442", invalid="443")
    assert document.root.text("did") == "61"
    with pytest.raises(InputProblem) as refused:
        await document.validate()
    assert (refused.value.code, refused.value.errors[0]["type"]) == ("443", "description_invalid")


async def test_what_cannot_be_read_is_refused_at_once() -> None:
    """An unknown member has no place in the document."""
    with pytest.raises(InputProblem) as refused:
        await engine_document(call({"dad": 61}), "data_features", missing="442", invalid="443")
    assert refused.value.code == "443"

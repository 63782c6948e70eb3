"""What is wrong with documents and ids; the rest is seen at the routes."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.datastructures import FormData

from backend.datasets.write_access import number, refused_document
from backend.input.fields import EntityId
from backend.operations import Call
from backend.problems import InputProblem


def test_a_refused_document_names_its_field() -> None:
    """And not what is in it."""
    problem = refused_document("description", "format", "Only ARFF", code="133")
    assert (problem.code, problem.detail) == ("133", "Only ARFF")
    assert problem.errors == (
        {"type": "format", "loc": ["body", "description"], "msg": "Only ARFF", "input": None},
    )


def test_an_id_must_be_an_integer() -> None:
    """The code is that of an id that finds nothing."""
    request = SimpleNamespace(path_params={}, query_params={}, method="POST")
    call = cast(Call[Any], SimpleNamespace(request=request, json=None, form=FormData([("data_id", "61abc")])))
    assert number(call, "data_id", EntityId("061", 61), code="1071") == 61
    with pytest.raises(InputProblem) as refused:
        number(call, "data_id", EntityId("61abc", None), code="1071")
    assert refused.value.code == "1071"
    assert refused.value.errors[0]["input"] == "61abc"

"""PHP's documents of evaluations."""

from types import SimpleNamespace
from typing import Any

from backend.evaluations import legacy
from backend.legacy.tree import json_document
from backend.legacy.writing import to_xml

ROW: Any = SimpleNamespace(
    rid=7,
    uploader=1,
    task_id=2,
    setup=4,
    implementation_id=3,
    flow_name="f(1)",
    did=5,
    data_name="petals",
    function_id=6,
    function="kappa",
    evaluation_engine_id=1,
    start_time="2020-01-01 00:00:00",
    value=1e-05,
    array_data="[1, 2.50,?]",
)
PARAMETER: Any = SimpleNamespace(
    id=8,
    implementation_id=3,
    flow_name="f",
    flow_full_name="f(1)",
    name="p",
    dataType=None,
    defaultValue='"x"',
    value="it's",
)


def test_numbers_are_the_texts_of_the_server() -> None:
    """Elements of arrays, too, where they are numbers."""
    assert json_document(legacy.listed_json([ROW], {})) == (
        b'{"evaluations":{"evaluation":[{"run_id":7,"task_id":2,"setup_id":4,"flow_id":3,"flow_name":"f(1)",'
        b'"data_name":"petals","function":"kappa","upload_time":"2020-01-01 00:00:00","value":0.00001,'
        b'"array_data":[1,2.50,"?"]}]}}'
    )


def test_only_xml_has_the_values_of_folds() -> None:
    """Beside uploader, data and engine."""
    assert b"<oml:values>[0.5,1]</oml:values>" in to_xml(legacy.listed([ROW], {(7, 6, 1): ["0.5", "1"]}))
    assert b"<oml:values>" not in to_xml(legacy.listed([ROW], {(7, 6, 1): []}))


def test_parameters_are_written_for_html() -> None:
    """In JSON; a setup without any has an empty list."""
    found = legacy.listed_with_setups_json([ROW], {}, {4: [PARAMETER]})["evaluations"]["evaluation"]
    assert found[0]["parameters"] == [
        {
            "id": 8,
            "flow_id": 3,
            "flow_name": "f",
            "full_name": "f(1)_p",
            "parameter_name": "p",
            "data_type": "",
            "default_value": "&quot;x&quot;",
            "value": "it's",
        }
    ]
    assert b"<oml:parameters></oml:parameters>" in to_xml(legacy.listed_with_setups([ROW], {}, {}))


def test_requested_runs() -> None:
    """Five columns each."""
    assert to_xml(legacy.requested([ROW])).count(b"</oml:") == 7

"""PHP's documents of setups."""

from types import SimpleNamespace
from typing import Any

from backend.legacy.tree import to_json
from backend.setups import legacy

ROW: Any = SimpleNamespace(sid=1, implementation_id=2)
PARAMETER: Any = SimpleNamespace(
    setup=1,
    value="v",
    id=3,
    name="p",
    dataType=None,
    defaultValue="",
    implementation_id=2,
    flow_name="f",
    fullName="f(1)",
    tags=2,
)
COLUMNS: Any = tuple(vars(PARAMETER).values())


def test_one_setup_names_its_parameters_twice() -> None:
    """What a parameter does not have is empty."""
    assert to_json(legacy.setup(ROW, [PARAMETER])) == (
        b'{"setup_parameters":{"setup_id":"1","flow_id":"2","parameter":{"id":"3","flow_id":"2","flow_name":"f",'
        b'"full_name":"f(1)_p","name":"p","parameter_name":"p","data_type":[],"default_value":[],"value":"v"}}}'
    )


def test_a_list_has_each_parameter_once_per_tag() -> None:
    """As PHP's join makes it."""
    assert to_json(legacy.listed([ROW], [COLUMNS])).count(b'"parameter_name"') == 2
    assert to_json(legacy.listed([ROW], [])) == b'{"setups":{"setup":{"setup_id":"1","flow_id":"2"}}}'


def test_existence_and_differences() -> None:
    """Texts all."""
    assert to_json(legacy.existence(None)) == b'{"setup_exists":{"exists":"false","id":"-1"}}'
    row: Any = SimpleNamespace(sidA=1, sidB=2, task_id=3, task_size=4, differences=5)
    assert to_json(legacy.differences([row])) == (
        b'{"setup_differences":{"task":{"setupA":"1","setupB":"2","task_id":"3","task_size":"4","differences":"5"}}}'
    )
    assert to_json(legacy.differences([])) == b'{"setup_differences":[]}'

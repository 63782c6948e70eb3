"""What the database says of inputs."""

from backend.tasktypes.constraints import data_type


def test_a_data_type_is_a_text_of_an_object() -> None:
    """Anything else names none."""
    assert data_type('{"data_type": "json"}') == "json"
    assert [data_type(text) for text in (None, "", "[]", '{"data_type": 1}', "{")] == [None] * 5

"""Bodies of uploads in the OpenAPI document."""

from backend.request_bodies import JSON, MULTIPART, Part, content, schemas

DESCRIPTION = Part("description", "The task.", "task_upload", required=True)
FILE = Part("predictions", "What was predicted.")


def test_an_upload_is_a_form_or_json() -> None:
    """A description does without the form."""
    found = content((DESCRIPTION, FILE), {})
    assert set(found) == {MULTIPART, JSON}
    assert found[JSON]["schema"] == {"$ref": "#/components/schemas/task_upload"}


def test_a_file_is_sent_in_a_form_only() -> None:
    """JSON has no files."""
    assert set(content((FILE,), {})) == {MULTIPART}


def test_a_form_says_what_is_needed() -> None:
    """A part that may be a text field is no binary one."""
    form = content((DESCRIPTION, FILE), {})[MULTIPART]["schema"]
    assert (form["required"], form["additionalProperties"]) == (["description"], False)
    assert form["properties"]["predictions"]["format"] == "binary"
    field = Part("description", "The data set.", "data_upload", as_field=True)
    assert "format" not in content((field,), {})[MULTIPART]["schema"]["properties"]["description"]


def test_fields_beside_a_description_are_members_of_the_json() -> None:
    """With the description as one of them."""
    found = content((DESCRIPTION,), {"data_id": {"type": "integer"}})
    assert set(found[JSON]["schema"]["properties"]) == {"data_id", "description"}
    assert set(found[MULTIPART]["schema"]["properties"]) == {"data_id", "description"}


def test_other_files_are_told() -> None:
    """Runs may bring any."""
    form = content((DESCRIPTION,), {}, further_files=True)[MULTIPART]["schema"]
    assert form["additionalProperties"]["format"] == "binary"


def test_each_schema_is_there_once() -> None:
    """By its name."""
    assert set(schemas((DESCRIPTION, FILE, DESCRIPTION))) == {"task_upload"}

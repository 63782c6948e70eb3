"""Uploads whose elements have another prefix than PHP asks for: valid, and empty for all that is read of them."""

from __future__ import annotations

import pytest

from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

DATA = b"@relation a\n@attribute b real\n@data\n1\n"

ITERATION = (
    "<trace_iteration><repeat>0</repeat><fold>0</fold><iteration>0</iteration><setup_string>s</setup_string>"
    "<evaluation>1</evaluation><selected>true</selected></trace_iteration>"
)
IDS = "<did>61</did><evaluation_engine_id>1</evaluation_engine_id>"

# Path, root, what is in it, and the code of a document that has nothing of it; where PHP would store what is half
# empty, that of a document that its schema refuses.
UPLOADS = [
    (
        "/datasets",
        "data_set_description",
        "<name>n</name><description>d</description><format>ARFF</format>",
        "133",
    ),
    ("/datasets/features", "data_features", IDS, "443"),
    ("/datasets/qualities", "data_qualities", IDS, "381"),
    ("/tasks", "task_inputs", '<task_type_id>1</task_type_id><input name="source_data">61</input>', "613"),
    ("/flows", "flow", "<name>n</name><description>d</description>", "163"),
    ("/run", "run", "<task_id>1</task_id><flow_id>1</flow_id>", "205"),
    (
        "/run/evaluate",
        "run_evaluation",
        "<run_id>25</run_id><evaluation_engine_id>1</evaluation_engine_id>",
        "425",
    ),
    ("/run/trace", "trace", f"<run_id>25</run_id>{ITERATION}", "562"),
    ("/studies", "study", "<main_entity_type>task</main_entity_type><name>n</name>", "1032"),
    ("/setup/exists", "run", "<flow_id>1</flow_id>", "584"),
]


@pytest.mark.parametrize(
    "start", ["<{0} xmlns='{1}'>{2}</{0}>", "<oml:{0} xmlns:oml='{1}' xmlns='{1}'>{2}</oml:{0}>"]
)
@pytest.mark.parametrize(("path", "root", "inside", "code"), UPLOADS)
async def test_other_prefixes_are_not_read(
    writable: Writable, keys: dict[str, str], path: str, root: str, inside: str, code: str, start: str
) -> None:
    """A document of the default namespace says nothing to PHP, which asks for elements by their prefix."""
    document = start.format(root, "http://openml.org/openml", inside).encode()
    files = {"trace" if root == "trace" else "description": ("d.xml", document)}
    if path == "/datasets":
        files["dataset"] = ("d.arff", DATA)
    answer = await writable.http.post(path, params={"api_key": keys["admin"]}, files=files)
    assert answer.json()["code"] == code

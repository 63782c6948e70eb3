"""Documents that come with the program."""

from importlib.resources.abc import Traversable

import pytest
from lxml import etree

from backend.files.documents import ARFF_EXAMPLES, XML_EXAMPLES, XSD

SCHEMAS = {
    "data": "openml.data.upload",
    "flow": "openml.implementation.upload",
    "run": "openml.run.upload",
    "run.evaluate": "openml.run.evaluate",
    "run.trace": "openml.run.trace",
    "study": "openml.study.upload",
    "task": "openml.task.upload",
}


@pytest.mark.parametrize("name", XML_EXAMPLES)
def test_examples_are_valid(name: str) -> None:
    """Each by the schema of what it is an example of."""
    schema = etree.XMLSchema(etree.fromstring(XSD[SCHEMAS[name]].read_bytes()))
    schema.assertValid(etree.fromstring(XML_EXAMPLES[name].read_bytes()))


@pytest.mark.parametrize("document", [*XSD.values(), *ARFF_EXAMPLES.values()], ids=str)
def test_every_document_is_there(document: Traversable) -> None:
    """What is announced can be sent."""
    assert document.read_bytes()


TASK = b"""<oml:task xmlns:oml="http://openml.org/openml"><oml:task_id>1</oml:task_id>
<oml:task_name>Task 1: a (b)</oml:task_name><oml:task_type_id>1</oml:task_type_id><oml:task_type>b</oml:task_type>
<oml:input name="source_data"><oml:data_set><oml:data_set_id>61</oml:data_set_id></oml:data_set></oml:input>
<oml:output name="predictions"><oml:predictions><oml:format>ARFF</oml:format></oml:predictions></oml:output>
<oml:tag>basic</oml:tag></oml:task>"""
TASK_TYPE = b"""<oml:task_type xmlns:oml="http://openml.org/openml"><oml:id>1</oml:id><oml:name>b</oml:name>
<oml:description/><oml:creator>Ada</oml:creator><oml:creator>Boris</oml:creator>
<oml:creation_date>2013-01-24 00:00:00</oml:creation_date>
<oml:input name="source_data"><oml:requirement>required</oml:requirement>
<oml:data_type>numeric</oml:data_type></oml:input>
</oml:task_type>"""


@pytest.mark.parametrize(("name", "answer"), [("task.search", TASK), ("task.types.search", TASK_TYPE)])
def test_schemas_of_answers_take_what_php_answers(name: str, answer: bytes) -> None:
    """And nothing that has another element."""
    schema = etree.XMLSchema(etree.fromstring(XSD[f"openml.{name}"].read_bytes()))
    schema.assertValid(etree.fromstring(answer))
    assert not schema.validate(etree.fromstring(answer.replace(b"name", b"nome")))

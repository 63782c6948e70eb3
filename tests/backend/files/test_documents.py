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

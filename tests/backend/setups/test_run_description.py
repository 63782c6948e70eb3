"""The run description of a search."""

import pytest

from backend.setups.run_description import IllegalDescription, RunDescription, Setting, read_json, read_xml

XML = '<oml:run xmlns:oml="http://openml.org/openml"><oml:flow_id> 6 </oml:flow_id>{}</oml:run>'


def parameter(name: str, value: str, component: str = "") -> str:
    """One parameter_setting element."""
    inside = f"<oml:name>{name}</oml:name><oml:value>{value}</oml:value>{component}"
    return f"<oml:parameter_setting>{inside}</oml:parameter_setting>"


def test_a_parameter_belongs_to_the_flow_unless_it_says_otherwise() -> None:
    """Values are not trimmed."""
    document = XML.format(parameter("I", " 10 ") + parameter("C", "", "<oml:component>1</oml:component>"))
    assert read_xml(document.encode()) == RunDescription(6, (Setting("I", " 10 ", 6), Setting("C", "", 1)))


def test_json_says_the_same() -> None:
    """The alternative to an XML file."""
    document = {"flow_id": 6, "parameter_setting": [{"name": "C", "value": "", "component": 1}]}
    assert read_json(document) == RunDescription(6, (Setting("C", "", 1),))


def test_an_id_of_any_length_is_read() -> None:
    """It is an id that no row has."""
    document = XML.replace(" 6 ", "9" * 5000).format("")
    assert read_xml(document.encode()).flow_id == 2**63 - 1


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("hello", "Line 1, column 1: Start tag expected, '<' not found"),
        ("hello", "Line -1, column 0: The document has no document element."),
        ("<run/>", "Line 1, column 0: Element 'run': No matching global declaration"),
        (XML.format(parameter("a b", "1")), "The value 'a b' is not accepted by the pattern"),
        (XML.format(parameter("a", "ü")), "The value 'ü' is not accepted by the pattern"),
        (XML.format("<oml:task_id>1</oml:task_id>"), "This element is not expected."),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: str, message: str) -> None:
    """In the words of libxml2, which PHP hands on too."""
    with pytest.raises(IllegalDescription) as caught:
        read_xml(document.encode())
    assert message in str(caught.value)


def test_a_message_is_about_this_document_only() -> None:
    """Not about those that were read before."""
    for document in ("hello", "<a>"):
        with pytest.raises(IllegalDescription) as caught:
            read_xml(document.encode())
    assert [message for message in caught.value.messages if "Start tag" in message] == []


def test_no_document_uses_entities_of_its_own() -> None:
    """Nothing outside the document is read, and nothing in it grows."""
    document = '<!DOCTYPE run [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + XML.format(
        parameter("a", "&x;")
    )
    with pytest.raises(IllegalDescription, match="The entity &x; is not allowed"):
        read_xml(document.encode())


@pytest.mark.parametrize(
    "document",
    [[], {"flow_id": "6"}, {"flow_id": 2**64}, {"flow_id": 6, "parameter_setting": [{"name": "C"}]}],
)
def test_json_is_checked(document: object) -> None:
    """Types and required members."""
    with pytest.raises(IllegalDescription):
        read_json(document)

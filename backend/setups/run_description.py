"""The run description that a search for setups comes with: XML as PHP takes it, or JSON.

Source: legacy notes, flow 3.4 and task (schema openml.run.upload).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from lxml import etree
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.parameters import LARGEST, bounded

_SCHEMA = Path(__file__).with_name("run_description.xsd")
_NAMESPACE = "{http://openml.org/openml}"


class IllegalDescription(ValueError):
    """A description that is no XML, or not as the schema wants it.

    Args:
        messages: What is wrong, each with its place.
    """

    def __init__(self, messages: list[str]) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter with its value.

    Args:
        name: Of the parameter.
        value: As sent, not trimmed.
        component: Id of the flow whose parameter it is.
    """

    name: str
    value: str
    component: int


@dataclass(frozen=True, slots=True)
class RunDescription:
    """The part of a run's description that names a setup.

    Args:
        flow_id: The flow that was run.
        settings: In the order sent.
    """

    flow_id: int
    settings: tuple[Setting, ...]


_Id = Annotated[int, Field(ge=-LARGEST, le=LARGEST)]


class _JsonSetting(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=1024)]
    value: Annotated[str, Field(max_length=2048)]
    component: _Id | None = None


class _JsonRun(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    flow_id: _Id
    parameter_setting: list[_JsonSetting] = []


def read_xml(document: bytes) -> RunDescription:
    """Read a description in XML.

    Args:
        document: The uploaded file.

    Returns:
        What it says.

    Raises:
        IllegalDescription: It is not well-formed, or not as the schema wants it.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        # The parser's own log: that of the exception holds what other documents had, too.
        # PHP goes on to validate the document that it could not read, and names both complaints.
        raise IllegalDescription(
            [*_messages(parser.error_log), "Line -1, column 0: the document has no document element."]
        ) from error
    if root.getroottree().docinfo.internalDTD is not None:
        # An entity could stand for anything; descriptions have none.
        raise IllegalDescription(["Line 1, column 0: a document type declaration is not allowed."])
    schema = _schema()
    if not schema.validate(root):
        raise IllegalDescription(_messages(schema.error_log))
    flow_id = _integer(root.findtext(f"{_NAMESPACE}flow_id"))
    return RunDescription(
        flow_id,
        tuple(_setting(element, flow_id) for element in root.iterfind(f"{_NAMESPACE}parameter_setting")),
    )


def read_json(document: object) -> RunDescription:
    """Read a description in JSON: ``{"flow_id": 1, "parameter_setting": [{"name", "value", "component"?}]}``.

    Args:
        document: The JSON body.

    Returns:
        What it says.

    Raises:
        IllegalDescription: It is not of that form.
    """
    try:
        run = _JsonRun.model_validate(document)
    except ValidationError as error:
        raise IllegalDescription(
            [f"{'.'.join(map(str, found['loc'])) or 'body'}: {found['msg']}." for found in error.errors()]
        ) from error
    return RunDescription(
        run.flow_id,
        tuple(
            Setting(one.name, one.value, run.flow_id if one.component is None else one.component)
            for one in run.parameter_setting
        ),
    )


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(_SCHEMA))


def _messages(log: etree._ListErrorLog) -> list[str]:
    return [f"Line {entry.line}, column {entry.column}: {entry.message.rstrip('.')}." for entry in log]


def _setting(element: etree._Element, flow_id: int) -> Setting:
    component = element.findtext(f"{_NAMESPACE}component")
    return Setting(
        name=element.findtext(f"{_NAMESPACE}name") or "",
        value=element.findtext(f"{_NAMESPACE}value") or "",
        component=flow_id if component is None else _integer(component),
    )


def _integer(text: str | None) -> int:
    """An integer of the schema; what no column can hold is an id that no row has."""
    digits = (text or "0").strip()
    number = bounded(digits.lstrip("+-"))
    return -number if digits.startswith("-") else number

"""The run description that a search for setups comes with: XML as PHP takes it, or JSON.

Source: legacy notes, flow 3.4 and task (schema openml.run.upload).
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.input.parameters import LARGEST, bounded
from backend.input.xml_documents import IllegalDocument, Node, node, parse, validate


class IllegalDescription(ValueError):
    """A description that is no XML, or not as the schema wants it. ``messages``: what is wrong, each with its place.
    ``php``: what PHP says of it.
    """

    def __init__(self, messages: list[str], php: str | None = None) -> None:
        super().__init__(" ".join(messages))
        self.messages = messages
        self.php = php


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter with its value. ``value``: as sent, not trimmed. ``component``: id of the flow whose parameter it
    is.
    """

    name: str
    value: str
    component: int


@dataclass(frozen=True, slots=True)
class RunDescription:
    """The part of a run's description that names a setup. ``settings``: in the order sent."""

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
    """Read a description in XML. ``document``: the uploaded file. Returns what it says. Raises IllegalDescription: it
    is not well-formed, or not as the schema wants it.
    """
    try:
        element = parse(document)
        validate(element, "run_upload")
    except IllegalDocument as error:
        raise IllegalDescription([str(fault) for fault in error.faults], error.as_php()) from error
    root = node(element)
    flow_id = _integer(root.raw("flow_id"))
    return RunDescription(flow_id, tuple(_setting(one, flow_id) for one in root.all("parameter_setting")))


def read_json(document: object) -> RunDescription:
    """Read a description in JSON: ``{"flow_id": 1, "parameter_setting": [{"name", "value", "component"?}]}``. Returns
    what it says. Raises IllegalDescription: it is not of that form.
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


def _setting(setting: Node, flow_id: int) -> Setting:
    component = setting.raw("component")
    return Setting(
        name=setting.raw("name") or "",
        value=setting.raw("value") or "",
        component=flow_id if component is None else _integer(component),
    )


def _integer(text: str | None) -> int:
    """An integer of the schema; what no column can hold is an id that no row has."""
    digits = (text or "0").strip()
    number = bounded(digits.lstrip("+-"))
    return -number if digits.startswith("-") else number

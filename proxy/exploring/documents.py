"""What is uploaded: a document for each route that takes one, with gaps for values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_BEGIN: Final = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass(frozen=True, slots=True)
class Upload:
    """The parts of an upload.

    Args:
        part: Name of the field with the description.
        text: The description; ``{name}`` is a gap for a value, ``{n}`` for the number of the request.
        files: Further files: their fields and contents.
    """

    part: str
    text: str
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def _document(root: str, inside: str) -> str:
    return f'{_BEGIN}<oml:{root} xmlns:oml="http://openml.org/openml">{inside}</oml:{root}>\n'


_RUN: Final = (
    "<oml:flow_id>{flow_id}</oml:flow_id>"
    "<oml:parameter_setting><oml:name>{parameter}</oml:name><oml:value>{value}</oml:value></oml:parameter_setting>"
)
_ARFF: Final = (
    "@RELATION odd\n@ATTRIBUTE depth REAL\n@ATTRIBUTE kind {still,flowing}\n@DATA\n1.5,still\n?,flowing\n"
)
UPLOADS: Final[Mapping[str, Upload]] = MappingProxyType(
    {
        "dataset.upload": Upload(
            "description",
            _document(
                "data_set_description",
                "<oml:name>odd-{n}</oml:name><oml:description>{text}</oml:description><oml:format>ARFF</oml:format>"
                "<oml:licence>{licence}</oml:licence><oml:default_target_attribute>{target}"
                "</oml:default_target_attribute><oml:tag>{tag}</oml:tag>",
            ),
            MappingProxyType({"dataset": _ARFF}),
        ),
        "dataset.edit": Upload(
            "edit_parameters",
            _document("data_edit_parameters", "<oml:description>{text}</oml:description>"),
        ),
        "dataset.upload_features": Upload(
            "description",
            _document(
                "data_features",
                "<oml:did>{data_id}</oml:did><oml:evaluation_engine_id>{engine_id}</oml:evaluation_engine_id>"
                "<oml:feature><oml:index>0</oml:index><oml:name>{target}</oml:name>"
                "<oml:data_type>numeric</oml:data_type></oml:feature>",
            ),
        ),
        "dataset.upload_qualities": Upload(
            "description",
            _document(
                "data_qualities",
                "<oml:did>{data_id}</oml:did><oml:evaluation_engine_id>{engine_id}</oml:evaluation_engine_id>"
                "<oml:quality><oml:name>NumberOfClasses</oml:name><oml:value>{number}</oml:value></oml:quality>",
            ),
        ),
        "flow.upload": Upload(
            "description",
            _document(
                "flow",
                "<oml:name>odd.Heron{n}</oml:name><oml:external_version>{text}</oml:external_version>"
                "<oml:description>{text}</oml:description><oml:tag>{tag}</oml:tag>",
            ),
        ),
        "run.upload": Upload(
            "description",
            _document("run", "<oml:task_id>{task_id}</oml:task_id><oml:flow_id>{flow_id}</oml:flow_id>"),
        ),
        "run.evaluate": Upload(
            "description",
            _document(
                "run_evaluation",
                "<oml:run_id>{run_id}</oml:run_id><oml:evaluation_engine_id>{engine_id}</oml:evaluation_engine_id>"
                "<oml:evaluation><oml:name>{function}</oml:name><oml:value>{number}</oml:value></oml:evaluation>",
            ),
        ),
        "run.upload_trace": Upload(
            "trace",
            _document(
                "trace",
                "<oml:run_id>{run_id}</oml:run_id><oml:trace_iteration><oml:repeat>0</oml:repeat>"
                "<oml:fold>{number}</oml:fold><oml:iteration>0</oml:iteration><oml:setup_string>{{}}"
                "</oml:setup_string><oml:evaluation>0.5</oml:evaluation><oml:selected>true</oml:selected>"
                "</oml:trace_iteration>",
            ),
        ),
        "task.upload": Upload(
            "description",
            _document(
                "task_inputs",
                "<oml:task_type_id>{task_type_id}</oml:task_type_id>"
                '<oml:input name="source_data">{data_id}</oml:input>'
                '<oml:input name="target_feature">{target}</oml:input>'
                '<oml:input name="estimation_procedure">{number}</oml:input>',
            ),
        ),
        "study.create": Upload(
            "description",
            _document(
                "study",
                "<oml:alias>odd_{n}</oml:alias><oml:main_entity_type>task</oml:main_entity_type>"
                "<oml:name>{text}</oml:name><oml:description>{text}</oml:description>"
                "<oml:tasks><oml:task_id>{task_id}</oml:task_id></oml:tasks>",
            ),
        ),
        "setup.exists": Upload("description", _document("run", _RUN)),
        "setup.partial": Upload("description", _document("run", _RUN)),
        "file.upload": Upload("file", "{text}"),
    }
)

GAPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "text": ("A few words.", "Text & <more>", "v1"),
        "licence": ("Public", "CC BY 4.0"),
        "target": ("class", "kind", "depth"),
        "tag": ("odd", "new"),
        "parameter": ("C", "M", "S"),
        "value": ("0.25", "2", "true"),
        "number": ("1", "4", "0.5", "7"),
    }
)
"""Values of gaps that are no ids."""


def gaps_of(text: str) -> list[str]:
    """The names of the gaps of a document, each once."""
    pieces = text.replace("{{", "").replace("}}", "").split("{")[1:]
    return list(dict.fromkeys(piece.partition("}")[0] for piece in pieces))

"""Every type that PHP's schemas give a field, held against ours by values at its edges."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from lxml import etree

from backend.input.json_documents import document
from backend.input.xml_documents import IllegalDocument, parse, schema_path, validate

ANY = ("", " ", "two words", "\u20ac", "x" * 20_000)


def _letters(allowed: str, longest: int, shortest: int = 1) -> tuple[Sequence[str], Sequence[str]]:
    """Values at the edges of a text: its characters and its lengths."""
    others = sorted(set(" \t!/=:,()%\u00e9") - set(allowed))
    taken, refused = [allowed, "x" * longest], [*others, "x" * (longest + 1)]
    (refused if shortest else taken).append("")
    return taken, refused


_SYSTEM = "azAZ09_-."
_LATIN = _SYSTEM + " \t!/=:,()%~\"'&<>\x7f"
INT = (("0", "-1", "+7", "007", "2147483647"), ("", "x", "7.0", " 7", "7 ", "2147483648", "1e3"))
INTEGER = (("0", "-1", "+7", " 7 ", "99999999999999999999"), ("", "x", "7.0", "1e3", "0x1"))
NATURAL = (("0", "+7", " 7 ", "99999999999999999999"), ("", "x", "-1", "7.0"))
NUMBER = (("0", "-1.5", ".5", "1e3", " 7 ", "INF", "-INF", "NaN"), ("", "x", "1,5", "inf", "0x1", "+INF"))
DECIMAL = (("0", "-1.5", ".5", " 7 "), ("", "x", "1e3", "NaN"))
BOOLEAN = (("true", "false", "1", "0", " true "), ("", "TRUE", "yes", "2"))
TIME = (
    ("2001-02-03T04:05:06", "2001-02-03T04:05:06.7Z", "2001-02-03T04:05:06+01:00"),
    ("", "yesterday", "2001-02-03", "2001-02-03 04:05:06", "2001-13-03T04:05:06"),
)
URI = (("", "https://a.test/?a=1#b", "a b", "x"), ("%zz", "http://[x"))
TEXT = (ANY, ())
SYSTEM = (("a" * 200, _SYSTEM), ("", "a b", "a:b"))
SYSTEM_32, SYSTEM_64, SYSTEM_128 = (_letters(_SYSTEM, size) for size in (32, 64, 128))
LATIN_64, LATIN_128, LATIN_256, LATIN_1024, LATIN_4096, LATIN_16384 = (
    _letters(_LATIN, size) for size in (64, 128, 256, 1024, 4096, 16384)
)
LATIN_0_2048 = _letters(_LATIN, 2048, 0)
# The data schemas know "casual" texts without colons, the run schema with them, the flow schema also with "=".
DATA_64, DATA_128, DATA_1024 = (_letters(_SYSTEM + "(),", size) for size in (64, 128, 1024))
RUN_128, RUN_1024 = (_letters(_SYSTEM + "(),:", size) for size in (128, 1024))
FLOW_64, FLOW_128, FLOW_1024 = (_letters(_SYSTEM + "(),:=", size) for size in (64, 128, 1024))

EVALUATION = {"did": INTEGER, "value": NUMBER, "stdev": NUMBER, "sample_size": INTEGER, "name": SYSTEM_128}
PLACE = {"repeat": INTEGER, "fold": INTEGER, "sample": INTEGER}
INTERVAL = {"interval_start": INTEGER, "interval_end": INTEGER}
RUN_DATA = {
    **{f"dataset.{name}": kind for name, kind in {"did": INTEGER, "name": RUN_128, "url": URI}.items()},
    **{
        f"file.{name}": kind
        for name, kind in {"did": INTEGER, "file_id": INTEGER, "name": RUN_128, "url": URI}.items()
    },
    **{f"evaluation.{name}": kind for name, kind in {**EVALUATION, **PLACE, **INTERVAL}.items()},
    "evaluation.flow_id": INTEGER,
    "evaluation.flow": RUN_1024,
    "evaluation.label": RUN_1024,
    "evaluation.array_data": LATIN_128,
}
COUNTS = ("DistinctValues", "UniqueValues", "MissingValues", "IntegerValues", "RealValues", "NominalValues")

FIELDS: dict[str, dict[str, tuple[Sequence[str], Sequence[str]]]] = {
    "data_upload": {
        "id": INT,
        "name": DATA_128,
        "version": SYSTEM_64,
        "description": LATIN_16384,
        "description_version": SYSTEM_64,
        "format": DATA_64,
        "creator": LATIN_128,
        "contributor": LATIN_128,
        "collection_date": LATIN_128,
        "upload_date": TIME,
        "language": DATA_128,
        "licence": LATIN_64,
        "url": URI,
        "file_id": INT,
        "default_target_attribute": DATA_1024,
        "row_id_attribute": DATA_128,
        "ignore_attribute": DATA_128,
        "version_label": DATA_128,
        "citation": LATIN_1024,
        "tag": SYSTEM_64,
        "visibility": (("circles", "public", "private"), ("", "Public", " public", "0")),
        "original_data_url": URI,
        "paper_url": URI,
        "update_comment": LATIN_128,
        "status": SYSTEM_64,
        "processing_date": LATIN_1024,
        "error": LATIN_1024,
        "warning": LATIN_1024,
        "md5_checksum": SYSTEM_64,
    },
    "data_edit": {
        "description": LATIN_16384,
        "creator": LATIN_128,
        "contributor": LATIN_128,
        "collection_date": LATIN_128,
        "language": DATA_128,
        "default_target_attribute": DATA_1024,
        "row_id_attribute": DATA_128,
        "ignore_attribute": DATA_128,
        "citation": LATIN_1024,
        "original_data_url": URI,
        "paper_url": URI,
    },
    "data_features": {
        "did": INTEGER,
        "evaluation_engine_id": INTEGER,
        "error": LATIN_1024,
        "feature.index": INTEGER,
        "feature.name": LATIN_64,
        "feature.data_type": LATIN_64,
        "feature.ontology": (("mailto:a", "x" * 256), ("", "a:b", "x" * 257, "%zzzz")),
        "feature.nominal_value": (("\u20ac", " ", "x" * 256), ("", "x" * 257)),
        "feature.is_target": BOOLEAN,
        "feature.is_ignore": BOOLEAN,
        "feature.is_row_identifier": BOOLEAN,
        **{f"feature.NumberOf{name}": INTEGER for name in COUNTS},
        "feature.NumberOfValues": INTEGER,
        "feature.MaximumValue": NUMBER,
        "feature.MinimumValue": NUMBER,
        "feature.MeanValue": NUMBER,
        "feature.StandardDeviation": NUMBER,
        "feature.ClassDistribution": (("", "\u20ac", "x" * 16384), ("x" * 16385,)),
    },
    "data_qualities": {
        "did": INTEGER,
        "evaluation_engine_id": INTEGER,
        "quality.name": SYSTEM_128,
        "quality.feature_index": INTEGER,
        "quality.value": NUMBER,
        **{f"quality.{name}": kind for name, kind in INTERVAL.items()},
    },
    "flow_upload": {
        "id": INT,
        "uploader": INT,
        "name": FLOW_1024,
        "custom_name": LATIN_128,
        "class_name": FLOW_128,
        "version": INT,
        "external_version": LATIN_128,
        "description": LATIN_1024,
        "creator": FLOW_128,
        "contributor": FLOW_128,
        "upload_date": TIME,
        "licence": FLOW_64,
        "language": FLOW_128,
        "full_description": LATIN_1024,
        "installation_notes": LATIN_1024,
        "dependencies": LATIN_1024,
        "implements": FLOW_128,
        "parameter.name": FLOW_1024,
        "parameter.data_type": LATIN_128,
        "parameter.default_value": LATIN_0_2048,
        "parameter.description": LATIN_1024,
        "parameter.recommendedRange": LATIN_1024,
        "component.identifier": SYSTEM_128,
        "quality.name": SYSTEM_128,
        "quality.value": SYSTEM_128,
        "tag": SYSTEM_128,
        "source_url": URI,
        "binary_url": URI,
        "source_format": SYSTEM_128,
        "binary_format": SYSTEM_128,
        "source_md5": SYSTEM_128,
        "binary_md5": SYSTEM_128,
    },
    "run_evaluate": {
        "run_id": INTEGER,
        "evaluation_engine_id": INTEGER,
        "error": LATIN_1024,
        "warning": LATIN_1024,
        **{f"evaluation.{name}": kind for name, kind in {**EVALUATION, **PLACE, **INTERVAL}.items()},
        "evaluation.array_data": LATIN_4096,
    },
    "run_trace": {
        "run_id": NATURAL,
        **{f"trace_iteration.{name}": NATURAL for name in ("repeat", "fold", "iteration")},
        "trace_iteration.setup_string": LATIN_1024,
        "trace_iteration.evaluation": DECIMAL,
        "trace_iteration.selected": BOOLEAN,
    },
    "run_upload": {
        "run_id": INTEGER,
        "uploader": INTEGER,
        "uploader_name": LATIN_128,
        "task_id": INTEGER,
        "task_type": LATIN_128,
        "task_evaluation_measure": LATIN_128,
        "flow_id": INTEGER,
        "flow_name": RUN_1024,
        "setup_id": INTEGER,
        "setup_string": LATIN_0_2048,
        "error_message": LATIN_128,
        "run_details": RUN_1024,
        "parameter_setting.name": RUN_1024,
        "parameter_setting.value": LATIN_0_2048,
        "parameter_setting.component": INTEGER,
        "tag": SYSTEM_128,
        **{f"input_data.{name}": kind for name, kind in RUN_DATA.items()},
        **{f"output_data.{name}": kind for name, kind in RUN_DATA.items()},
    },
    "study_create": {
        "id": INT,
        "alias": SYSTEM_32,
        "main_entity_type": (("run", "task"), ("", "flow", "Task", " task")),
        "benchmark_suite": INT,
        "name": LATIN_256,
        "description": LATIN_4096,
        "status": (("in_preparation", "active", "deactivated"), ("", "Active", "all")),
        "creation_date": TIME,
        "creator": INT,
        "data.data_id": INT,
        "tasks.task_id": INT,
        "flows.flow_id": INT,
        "setups.setup_id": INT,
        "runs.run_id": INT,
    },
    "task_upload": {
        "task_id": INTEGER,
        "task_type_id": INTEGER,
        "input.value": TEXT,
        "input.name": (("", "a" * 200, _SYSTEM), ("a b", "a:b")),
        "tag": SYSTEM,
    },
}

# What must be there, and what must be in it when it is there.
MINIMAL: dict[str, dict[str, Any]] = {
    "data_upload": {"name": "n", "description": "d", "format": "f"},
    "data_edit": {},
    "data_features": {},
    "data_qualities": {},
    "flow_upload": {"name": "n", "description": "d"},
    "run_evaluate": {"run_id": 1, "evaluation_engine_id": 1},
    "run_trace": {
        "run_id": 1,
        "trace_iteration": {
            "repeat": 0,
            "fold": 0,
            "iteration": 0,
            "setup_string": "s",
            "evaluation": 1,
            "selected": True,
        },
    },
    "run_upload": {"flow_id": 1},
    "study_create": {"main_entity_type": "run", "name": "n"},
    "task_upload": {"task_type_id": 1, "input": {"name": "n", "value": "v"}},
}
INSIDE: dict[str, dict[str, Any]] = {
    "feature": {"index": 0, "name": "n", "data_type": "t"},
    "quality": {"name": "n", "value": "1"},
    "parameter": {"name": "n"},
    "component": {"identifier": "i", "flow": {"name": "n", "description": "d"}},
    "parameter_setting": {"name": "n", "value": "v"},
    "dataset": {"did": 1, "name": "n", "url": "u"},
    "file": {"did": 1, "file_id": 1, "name": "n", "url": "u"},
    "evaluation": {"name": "n"},
}


def takes(schema: str, path: str, value: str) -> bool:
    """Whether a schema takes a document with a value at a place."""
    whole = copy.deepcopy(MINIMAL[schema])
    *outer, name = path.split(".")
    inside = whole
    for step in outer:
        inside = inside.setdefault(step, copy.deepcopy(INSIDE.get(step, {})))
    inside[name] = value
    try:
        element = document(whole, schema)
        validate(parse(etree.tostring(element)), schema)
    except IllegalDocument:
        return False
    return True


def cases() -> Iterator[tuple[str, str]]:
    """Every field of every schema."""
    for schema, fields in FIELDS.items():
        for path in fields:
            yield schema, path


@pytest.mark.parametrize(("schema", "path"), [*cases()])
def test_a_field_takes_what_its_type_does(schema: str, path: str) -> None:
    """At each edge of the type: characters, lengths, ranges, blanks around."""
    taken, refused = FIELDS[schema][path]
    assert [value[:40] for value in taken if not takes(schema, path, value)] == []
    assert [value[:40] for value in refused if takes(schema, path, value)] == []


@pytest.mark.parametrize("schema", FIELDS)
def test_no_field_is_forgotten(schema: str) -> None:
    """The table names every element and attribute with a value that the schema has."""
    xs = "{http://www.w3.org/2001/XMLSchema}"
    root = etree.parse(schema_path(schema)).getroot()
    named = {f"oml:{kind.get('name')}" for kind in root.iterfind(f"{xs}complexType")}
    names = {
        found.get("name")
        for found in root.iter(f"{xs}element", f"{xs}attribute")
        if found.get("name") and found.find(f"{xs}complexType") is None and found.get("type") not in named
    }
    # The text of an element with attributes is "value".
    names |= {"value" for _ in root.iter(f"{xs}simpleContent")}
    assert names == {path.rpartition(".")[2] for path in FIELDS[schema]}

"""Documents that come with the program: schemas and examples of what is uploaded (legacy notes, data 1.4)."""

from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

_ROOT = files("backend")
_EXAMPLES = _ROOT / "files" / "examples"
_SCHEMAS = _ROOT / "input" / "schemas"

XSD: Mapping[str, Traversable] = {
    name: _SCHEMAS / f"{file}.xsd"
    for name, file in (
        ("openml.data.edit", "data_edit"),
        ("openml.data.features", "data_features"),
        ("openml.data.qualities", "data_qualities"),
        ("openml.data.upload", "data_upload"),
        ("openml.implementation.upload", "flow_upload"),
        ("openml.run.evaluate", "run_evaluate"),
        ("openml.run.trace", "run_trace"),
        ("openml.run.upload", "run_upload"),
        ("openml.study.upload", "study_create"),
        ("openml.task.search", "task_search"),
        ("openml.task.types.search", "task_types_search"),
        ("openml.task.upload", "task_upload"),
    )
}
"""Schemas by PHP's names: of uploads, and of the two answers that PHP has schemas of."""

XML_EXAMPLES: Mapping[str, Traversable] = {
    name: _EXAMPLES / f"{name}.xml"
    for name in ("data", "flow", "run", "run.evaluate", "run.trace", "study", "task")
}
"""Examples of uploaded descriptions, valid by the schemas."""

ARFF_EXAMPLES: Mapping[str, Traversable] = {
    name: _EXAMPLES / f"{name}.arff" for name in ("predictions", "trace")
}
"""Examples of uploaded files."""

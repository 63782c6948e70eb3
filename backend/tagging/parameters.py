"""Fields of tagging (legacy notes, data 10.17)."""

from typing import Annotated

from backend.input.fields import NOT_GIVEN, FieldText, Id
from backend.input.parameters import Parameters, PathId


class DataTag(Parameters):
    """A tag on a data set."""

    data_id: Id = NOT_GIVEN
    tag: FieldText = ""


class TaskTag(Parameters):
    """A tag on a task."""

    task_id: Id = NOT_GIVEN
    tag: FieldText = ""


class FlowTag(Parameters):
    """A tag on a flow."""

    flow_id: Id = NOT_GIVEN
    tag: FieldText = ""


class RunTag(Parameters):
    """A tag on a run."""

    run_id: Id = NOT_GIVEN
    tag: FieldText = ""


class SetupTag(Parameters):
    """A tag on a setup."""

    setup_id: Id = NOT_GIVEN
    tag: FieldText = ""


class DatasetTagPath(Parameters):
    """A tag on a data set that the path names."""

    dataset_id: Annotated[int, PathId()]
    tag: FieldText = ""

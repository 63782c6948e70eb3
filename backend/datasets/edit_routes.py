"""The endpoint that edits the description of a data set."""

from typing import Any

from backend.access import WRITER
from backend.database.results import AnyRow
from backend.datasets import write_queries, write_shapes
from backend.datasets.write_access import PRIVATE, allow_to_see, number, refused_document
from backend.handling.descriptions import given_description, not_given, valid
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, Id, given
from backend.input.parameters import Parameters
from backend.input.uploads import MISSING
from backend.input.xml_documents import Node
from backend.legacy.answers import identified
from backend.operations import Answer, Call, Operation, operation
from backend.problems import ProblemCase, refused
from backend.request_bodies import Part

# Legacy notes, data 10.13.
INVALID = ProblemCase("validation-error", "1060")
NOT_GIVEN_XML = ProblemCase("validation-error", "1061")
NO_ID = ProblemCase("validation-error", "1062")
UNKNOWN = ProblemCase("dataset-not-found", "1063")
NOTHING = ProblemCase("validation-error", "1064")
NOT_OWNED = ProblemCase("dataset-not-owned", "1065")
IN_USE = ProblemCase("dataset-in-use", "1066")
NO_UPLOADER = ProblemCase("dataset-without-uploader", "1067")

EDITED = identified("data_edit")

PARAMETERS = "edit_parameters"
CRITICAL = ("default_target_attribute", "row_id_attribute", "ignore_attribute")
DESCRIPTION = "description"
FIELDS = (
    DESCRIPTION,
    "creator",
    "contributor",
    "collection_date",
    "language",
    "citation",
    "original_data_url",
    *CRITICAL,
    "paper_url",
)


class EditFields(Parameters):
    """The data set; what is to change stands in ``edit_parameters``, a field or file of XML, or a JSON object."""

    data_id: Id = NOT_GIVEN


@operation(
    "dataset.edit",
    parameters=EditFields,
    answer=write_shapes.DatasetChanged,
    round_trips=5,
    problems=(
        *refused("1063"),
        NOT_GIVEN_XML,
        INVALID,
        NO_ID,
        UNKNOWN,
        NOTHING,
        PRIVATE,
        NOT_OWNED,
        IN_USE,
        NO_UPLOADER,
    ),
    access=WRITER,
    parts=(Part(PARAMETERS, "What is to change.", "data_edit", required=True, as_field=True),),
    faces=EDITED,
)
async def edit(call: Call[EditFields]) -> Answer:
    """Change what describes a data set: anybody who sees it, but for its critical fields.

    Target, row id and ignored attributes are the owner's to change, and only while no task is about the data set. Of a
    repeated element the last one counts, as it stands. A new description is a new version, under the name of the data
    set's uploader (legacy notes, data 10.13).
    """
    # The order of the checks is PHP's: what is to change comes first.
    changes = await _changes(call)
    if not given(call.parameters.data_id):
        raise unprocessable(call, ["data_id"], "missing", "Give data_id", code="1062")
    did = number(call, "data_id", call.parameters.data_id, code="1063")
    row = await write_queries.dataset(call.connection, did)
    if row is None:
        raise UNKNOWN.because(f"No dataset with id {did} found.")
    if not call.is_legacy:
        allow_to_see(call, row)
    if not changes:
        message = f"Give at least one field to edit: {', '.join(FIELDS)}"
        raise refused_document(PARAMETERS, "missing", message, code="1064")
    if not changes.keys().isdisjoint(CRITICAL):
        await _critical(call, row)
    if call.is_legacy:  # where PHP refuses anyway, its own reason is told
        allow_to_see(call, row)
    text = changes.pop(DESCRIPTION, None)
    if text is not None:
        if row.uploader is None:
            raise NO_UPLOADER.because(f"Dataset {did} has no uploader, under whose name descriptions are.")
        await write_queries.add_description(call.connection, did, text, row.uploader)
    if changes:
        await write_queries.change(call.connection, did, changes)
    indexed: dict[str, Any] = dict(changes) if text is None else {**changes, DESCRIPTION: text}
    call.index.put("data", did, **indexed)
    return EDITED(did)


async def _changes(call: Call[EditFields]) -> dict[str, str]:
    if isinstance(call.json, dict) and not isinstance(call.json.get(PARAMETERS), dict):
        raise not_given(PARAMETERS, MISSING, "1061")
    document = await given_description(call, PARAMETERS, missing="1061", as_field=True)
    root: Node = await valid(call, document, PARAMETERS, "data_edit", code="1060")
    return {child.name: child.content for child in root.children}


async def _critical(call: Call[EditFields], row: AnyRow) -> None:
    fields = ", ".join(CRITICAL)
    if not call.user.may_change(row.uploader):
        raise NOT_OWNED.because(
            f"Only the owner of dataset {row.did} can edit {fields}. Fork it if changes are required."
        )
    if await write_queries.used_by_task(call.connection, row.did):
        raise IN_USE.because(f"Dataset {row.did} has tasks; {fields} can only be edited without any.")


operations: tuple[Operation[Any], ...] = (edit,)

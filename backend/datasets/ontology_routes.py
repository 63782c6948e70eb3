"""Endpoints that put ontologies on features and take them off."""

from typing import Any

from backend.access import WRITER
from backend.datasets import ontology_queries, write_legacy, write_queries, write_shapes
from backend.datasets.write_access import PRIVATE, allow_to_see, visible
from backend.handling.unprocessable import unprocessable
from backend.input.fields import NOT_GIVEN, FieldText, Id
from backend.input.parameters import Parameters
from backend.legacy.faces import Faces
from backend.operations import Answer, Call, Operation, operation
from backend.problems import InputProblem, ProblemCase, refused
from config.php.comparison import loosely_equal
from config.php.numbers import intval
from config.php.urls import is_url

# Legacy notes, data 10.20.
EXISTS = ProblemCase("ontology-already-exists", "1101")
NO_FEATURE = ProblemCase("validation-error", "1102")
NOT_FOUND = ProblemCase("ontology-not-found", "1103")
NOT_OWNED = ProblemCase("ontology-not-owned", "1104")
TOO_LONG = ProblemCase("validation-error", "1105")
NO_URL = ProblemCase("validation-error", "1106")

ADDED = Faces(write_shapes.ontologies, write_legacy.ontology_added)
REMOVED = Faces(write_shapes.ontologies, write_legacy.ontology_removed)

LONGEST = 256


class OntologyFields(Parameters):
    """An ontology of a feature: the URL of what it means."""

    data_id: Id = NOT_GIVEN
    index: Id = NOT_GIVEN
    ontology: FieldText = ""


def _asked(call: Call[OntologyFields], code: str) -> tuple[int, int, str]:
    """Data set, feature and URL; the URL is looked at first, as in PHP."""
    given = call.parameters
    url = given.ontology
    if len(url.encode()) > LONGEST:
        raise unprocessable(
            call, ["ontology"], "too_long", f"An ontology has at most {LONGEST} bytes", code="1105"
        )
    if not is_url(url):
        raise unprocessable(call, ["ontology"], "url", "Give as ontology a valid URL", code="1106")
    fields = {"data_id": given.data_id, "index": given.index}
    for name, field in fields.items():
        if field.number is None:
            kind = "id" if field.text else "missing"
            message = f"Give {name} as an integer: {_told(call, url)}"
            raise unprocessable(call, [name], kind, message, code=code, additional=_told_by_php(call, url))
    return given.data_id.number or 0, given.index.number or 0, url


async def _looked_at(call: Call[OntologyFields]) -> tuple[int, int, str]:
    """As ``_asked``; PHP looks for the ontology before it looks at the numbers, which its SQL takes as MySQL does."""
    try:
        return _asked(call, "1102")
    except InputProblem as problem:
        given, did = call.parameters, call.parameters.data_id.number
        if call.is_legacy and problem.code == "1102" and did is not None:
            row = await write_queries.dataset(call.connection, did)
            if row is not None and call.user.may_see(row.visibility, row.uploader):
                await _not_there_yet(call, did, intval(given.index.text), given.ontology)
        raise


async def _not_there_yet(call: Call[OntologyFields], did: int, index: int, url: str) -> None:
    """The feature has no such ontology; of numbers in texts PHP takes equal ones for the same."""
    there = await ontology_queries.ontologies(call.connection, did, index)
    if any(loosely_equal(url, other) for other in there):
        raise EXISTS.because(
            f"The feature has this ontology already: {_told(call, url)}.",
            additional=_told_by_php(call, url),
        )


def _told(call: Call[OntologyFields], url: str) -> str:
    return f"id={call.parameters.data_id.text}; index={call.parameters.index.text}; description={url}"


def _told_by_php(call: Call[OntologyFields], url: str) -> str:
    return f"id={call.parameters.data_id.text}; description={url}"


@operation(
    "dataset.add_ontology",
    parameters=OntologyFields,
    answer=write_shapes.Ontologies,
    round_trips=6,
    problems=(TOO_LONG, NO_URL, NO_FEATURE, PRIVATE, EXISTS),
    access=WRITER,
    faces=ADDED,
)
async def add_ontology(call: Call[OntologyFields]) -> Answer:
    """Put an ontology on a feature; answers all that the feature has then."""
    # PHP stores it and then dies of its own answer.
    did, index, url = await _looked_at(call)
    row = await write_queries.dataset(call.connection, did)
    there = row is not None and await ontology_queries.has_feature(call.connection, did, index)
    if row is None or (not there and call.user.may_see(row.visibility, row.uploader)):
        wrong = ["data_id"] if row is None else ["index"]
        message = f"There is no such feature: {_told(call, url)}"
        raise unprocessable(
            call, wrong, "reference", message, code="1102", additional=_told_by_php(call, url)
        )
    allow_to_see(call, row)
    await _not_there_yet(call, did, index, url)
    await ontology_queries.put(call.connection, did, index, url, call.user.id, call.now())
    return ADDED(did, await ontology_queries.ontologies(call.connection, did, index))


@operation(
    "dataset.remove_ontology",
    parameters=OntologyFields,
    answer=write_shapes.Ontologies,
    round_trips=5,
    problems=(TOO_LONG, NO_URL, *refused("1103"), NOT_FOUND, PRIVATE, NOT_OWNED),
    access=WRITER,
    faces=REMOVED,
)
async def remove_ontology(call: Call[OntologyFields]) -> Answer:
    """Take an ontology off a feature that one put there; administrators take off any. Answers those that are left."""
    did, index, url = _asked(call, "1103")
    await visible(call, did, NOT_FOUND)
    owners = await ontology_queries.owners(call.connection, did, index, url)
    if not owners:
        raise NOT_FOUND.because(f"The feature does not have this ontology: {_told(call, url)}.")
    if not all(map(call.user.may_change, owners)):
        raise NOT_OWNED.because(f"This ontology was not added by you: {_told(call, url)}.")
    await ontology_queries.take(call.connection, did, index, url)
    return REMOVED(did, await ontology_queries.ontologies(call.connection, did, index))


operations: tuple[Operation[Any], ...] = (add_ontology, remove_ontology)

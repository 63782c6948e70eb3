"""Answers of what changes data sets: PHP's inner object, typed (new-API contract, decision 3 and section C)."""

from typing import Literal, cast

from typing_extensions import TypedDict


class DatasetChanged(TypedDict):
    """The data set that was made, changed or deleted."""

    id: int


class DocumentStored(TypedDict):
    """The data set that features or qualities were stored for."""

    did: int


class DatasetStatusUpdated(TypedDict):
    """A data set and its status afterwards."""

    dataset_id: int
    status: Literal["active", "deactivated"]


class Ontologies(TypedDict):
    """A data set and the ontologies that one of its features has afterwards."""

    id: int
    ontology: list[str]


def uploaded(did: int) -> DocumentStored:
    """The answer to features or qualities."""
    return {"did": did}


def topic_changed(did: int, sent: str) -> DatasetChanged:  # noqa: ARG001  # PHP shows what was sent
    """The answer about the topics of a data set."""
    return {"id": did}


def status_updated(did: int, status: str, sent: str) -> DatasetStatusUpdated:  # noqa: ARG001  # PHP shows what was sent
    """The answer about the status of a data set."""
    return {"dataset_id": did, "status": cast(Literal["active", "deactivated"], status)}


def ontologies(did: int, values: list[str]) -> Ontologies:
    """The answer about the ontologies of a feature."""
    return {"id": did, "ontology": values}

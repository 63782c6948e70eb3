"""PHP's answers of what changes data sets (legacy notes, data 10.10 to 10.21)."""

from collections.abc import Iterable

from backend.legacy.tree import Element, each, element


def features_uploaded(did: int) -> Element:
    """The data set that features were stored for."""
    return element("data_features_upload", element("did", did))


def qualities_uploaded(did: int) -> Element:
    """The data set that qualities were stored for."""
    return element("data_qualities_upload", element("did", did))


def topic_changed(did: int, sent: str) -> Element:  # noqa: ARG001  # the new API shows the number
    """A data set whose topics have changed."""
    return element("data_topic", element("id", sent))


def status_updated(did: int, status: str, sent: str) -> Element:  # noqa: ARG001  # the new API shows the number
    """A data set and its status."""
    return element("data_status_update", element("id", sent), element("status", status))


def ontology_added(did: int, values: Iterable[str]) -> Element:
    """A data set and the ontologies of a feature."""
    return element("feature_description_add", element("id", did), each("ontology", values))


def ontology_removed(did: int, values: Iterable[str]) -> Element:
    """The same, of those that are left."""
    return element("feature_description_remove", element("id", did), each("ontology", values))

"""What the description of an uploaded flow says, as rows (legacy notes, flow 2.5)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backend.input.xml_documents import Node

# Column by element; the others are lost, as in PHP.
_TAKEN = {
    "name": "name",
    "custom_name": "custom_name",
    "class_name": "class_name",
    "external_version": "external_version",
    "description": "description",
    "licence": "licence",
    "language": "language",
    "dependencies": "dependencies",
}
_PARAMETER = {
    "name": "name",
    "data_type": "dataType",
    "default_value": "defaultValue",
    "description": "description",
}


@dataclass(frozen=True, slots=True)
class FlowDescription:
    """A flow with the flows that it is made of.

    Args:
        columns: What its row holds, by column; what the description does not say is not in it.
        parameters: The same of its parameters, in order.
        tags: To be put on it, in order.
        components: Identifier and flow, in order.
        checksums: Of its files, by ``source`` and ``binary``, as far as they are told.
    """

    columns: Mapping[str, str]
    parameters: tuple[Mapping[str, str], ...]
    tags: tuple[str, ...]
    components: tuple[tuple[str, "FlowDescription"], ...]
    checksums: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name, without version."""
        return self.columns["name"]

    @property
    def external_version(self) -> str | None:
        """What its makers call the version; None when they do not say."""
        return self.columns.get("external_version")


def read_flow(root: Node) -> FlowDescription:
    """Read a description that is as the schema wants it. ``root``: its element ``flow``. Returns what it says; texts
    are trimmed.
    """
    columns = dict(_texts(root, _TAKEN))
    for people in ("creator", "contributor"):
        if names := root.texts(people):
            columns[people] = ",".join(f'"{name}"' for name in names)
    return FlowDescription(
        columns=columns,
        parameters=tuple(dict(_texts(parameter, _PARAMETER)) for parameter in root.all("parameter")),
        tags=tuple(root.texts("tag")),
        components=tuple(_components(root)),
        checksums=dict(_texts(root, {"source_md5": "source", "binary_md5": "binary"})),
    )


def _texts(node: Node, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for element, name in names.items():
        text = node.text(element)
        if text is not None:
            yield name, text


def _components(root: Node) -> Iterator[tuple[str, FlowDescription]]:
    for component in root.all("component"):
        flow = component.first("flow")
        if flow is not None:
            yield component.text("identifier") or "", read_flow(flow)

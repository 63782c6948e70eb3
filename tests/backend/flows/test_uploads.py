"""What descriptions of flows say."""

from __future__ import annotations

from backend.flows.uploads import FlowDescription, read_flow
from backend.input.xml_documents import node, parse, validate

DOCUMENT = b"""<oml:flow xmlns:oml="http://openml.org/openml">
  <oml:name>sample.Nest</oml:name>
  <oml:external_version> n_1 </oml:external_version>
  <oml:description>A nest.</oml:description>
  <oml:creator>Ann.One</oml:creator>
  <oml:creator>Ben,Two</oml:creator>
  <oml:full_description>Lost.</oml:full_description>
  <oml:parameter><oml:name>depth</oml:name><oml:default_value/></oml:parameter>
  <oml:component><oml:identifier>egg</oml:identifier><oml:flow>
    <oml:name>sample.Egg</oml:name><oml:description>An egg.</oml:description>
  </oml:flow></oml:component>
  <oml:tag>bird</oml:tag>
  <oml:source_md5>abc</oml:source_md5>
</oml:flow>"""


def test_a_description_is_read_with_its_components() -> None:
    """Texts are trimmed, creators are quoted, what PHP loses is lost."""
    root = parse(DOCUMENT)
    validate(root, "flow_upload")
    flow = read_flow(node(root))
    assert flow == FlowDescription(
        columns={
            "name": "sample.Nest",
            "external_version": "n_1",
            "description": "A nest.",
            "creator": '"Ann.One","Ben,Two"',
        },
        parameters=({"name": "depth", "defaultValue": ""},),
        tags=("bird",),
        components=(
            (
                "egg",
                FlowDescription({"name": "sample.Egg", "description": "An egg."}, (), (), (), {}),
            ),
        ),
        checksums={"source": "abc"},
    )
    assert (flow.name, flow.external_version) == ("sample.Nest", "n_1")
    assert flow.components[0][1].external_version is None

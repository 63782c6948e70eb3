"""Documents that are uploaded."""

from pathlib import Path

import pytest
from lxml import etree

from config.routes import load_routes
from proxy.exploring.documents import GAPS, UPLOADS, gaps_of
from proxy.exploring.pools import SOURCES
from proxy.exploring.values import WORDS

ROUTES = load_routes(Path(__file__).parent.parent.parent.parent / "config")


@pytest.mark.parametrize("name", UPLOADS)
def test_a_document_is_xml_once_its_gaps_are_filled(name: str) -> None:
    """And it is that of a route."""
    upload = UPLOADS[name]
    assert ROUTES[name].implemented
    filled = upload.text.format_map(dict.fromkeys(gaps_of(upload.text), "1"))
    assert name == "file.upload" or etree.fromstring(filled.encode()).tag.startswith(
        "{http://openml.org/openml}"
    )


@pytest.mark.parametrize("name", UPLOADS)
def test_each_gap_has_values(name: str) -> None:
    """Its own, those of a list, or words."""
    known = {*GAPS, *SOURCES, *WORDS, "n"}
    assert [gap for gap in gaps_of(UPLOADS[name].text) if gap not in known] == []

"""PHP's error documents."""

from backend.legacy.errors import LegacyRefusal, entities, error_document
from backend.legacy.tree import to_json
from backend.legacy.writing import to_xml


def test_texts_have_entities_once_in_json_and_twice_in_xml() -> None:
    """As PHP encodes and decodes them; trailing blanks show in XML only."""
    document = error_document("547", 'only "true" ', "é & <y>")
    assert to_json(document) == (
        b'{"error":{"code":"547","message":"only &quot;true&quot;",'
        b'"additional_information":"&eacute; &amp; &lt;y&gt;"}}'
    )
    assert b"<oml:message>only &amp;quot;true&amp;quot; </oml:message>" in to_xml(document)


def test_nothing_to_add_is_left_out() -> None:
    """None and the empty text."""
    assert to_json(error_document("1", "m", "")) == b'{"error":{"code":"1","message":"m"}}'


def test_single_quotes_stay() -> None:
    """PHP 7.4's default."""
    assert entities("it's – ü") == "it's &ndash; &uuml;"


def test_a_refusal_keeps_what_it_was_told() -> None:
    """It is raised and caught by the gate."""
    assert LegacyRefusal("100", "a/b", status=450).status == 450

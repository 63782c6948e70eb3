"""Path templates know literals and a few kinds of variable segments."""

import pytest

from config.templates import Segment, parse_template, segment_names


def test_every_kind_of_segment_is_read() -> None:
    """Each notation becomes its kind."""
    expected = (
        Segment("a", "literal"),
        Segment("b", "text"),
        Segment("c", "number"),
        Segment("d", "word"),
        Segment("e", "decoded"),
        Segment("f", "choice", ("x", "y")),
        Segment("g", "rest"),
    )
    assert expected == parse_template("a/{b}/{c:number}/{d:word}/{e:decoded}/{f:x|y}/{g:rest}")


@pytest.mark.parametrize("path", ["{a", "a/{B}", "{a:int}", "{a}/{a}", "{a:rest}/b"])
def test_a_wrong_template_is_refused(path: str) -> None:
    """A typing error is an error, not a literal."""
    with pytest.raises(ValueError, match=r".+"):
        parse_template(path)


def test_names_come_in_order() -> None:
    """The variable segments are named from left to right."""
    assert segment_names("/setup/differences/{setup_a}/{setup_b}") == ("setup_a", "setup_b")


@pytest.mark.parametrize(
    ("template", "raw", "fits"),
    [
        ("{x:word}", "d", True),
        ("{x:word}", "1", False),
        ("{x:normal|random}", "random", True),
        ("{x:normal|random}", "reverse", False),
        ("{x:number}", "1e0", True),
        ("{x}", "1e0", True),
        ("list", "List", False),
        ("~list", "List", True),
        ("~list", "lists", False),
    ],
)
def test_a_segment_knows_what_fits(template: str, raw: str, fits: bool) -> None:
    """Kinds decide as PHP's dispatcher does."""
    assert fits == parse_template(template)[0].fits(raw)

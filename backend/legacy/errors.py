"""PHP's errors: what is refused, and the document that says so (legacy notes, data 4)."""

from dataclasses import dataclass
from html.entities import codepoint2name

from backend.legacy.tree import Element, element

_NAMED = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
}


@dataclass(eq=False)
class LegacyRefusal(Exception):
    """An error of PHP's key check or dispatcher.

    Args:
        additional: What it says of this request.
        as_xml: Whatever form was asked for.
        status: Of the answer; None for the one of the code.
    """

    code: str
    additional: str | None = None
    as_xml: bool = False
    status: int | None = None


def error_document(code: str, message: str, additional: str | None = None) -> Element:
    """The document that says what went wrong. ``code``: PHP's code. ``message``: PHP's text of it. Returns the tree;
    texts have HTML entities in it, as PHP's JSON shows them.
    """
    return element(
        "error",
        element("code", code),
        element("message", entities(message)),
        element("additional_information", entities(additional)) if additional else None,
    )


def entities(text: str) -> str:
    """PHP 7.4's htmlentities: markup, double quotes and what HTML has a name for."""
    if text.isascii():
        return text.translate(_MARKUP)
    return text.translate(_EVERY)


_MARKUP = str.maketrans(_NAMED)
# HTML 4.01's names, which PHP uses by default.
_EVERY = str.maketrans({chr(code): f"&{name};" for code, name in codepoint2name.items()} | _NAMED)

"""Short HTML pages for what is outside of PHP's API: its website has its own."""

from html import escape
from http import HTTPStatus

from starlette.responses import Response

TYPE = "text/html; charset=UTF-8"


def page(status: int, text: str) -> Response:
    """A page that says one thing. ``status``: of the answer. ``text``: the sentence. Returns the answer."""
    title = f"{status} {HTTPStatus(status).phrase}"
    body = (
        f"<!DOCTYPE html>\n<html lang=en><title>{title}</title><h1>{title}</h1><p>{escape(text)}</p></html>\n"
    )
    return Response(body, status, headers={"Content-Type": TYPE})

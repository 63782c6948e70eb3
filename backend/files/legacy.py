"""PHP's answer to a file that was uploaded (legacy notes, flow 10)."""

from backend.legacy.tree import Element, element


def uploaded(number: int, url: str) -> Element:
    """A stored file, and where it can be had."""
    return element("file_upload", element("id", number), element("url", url))

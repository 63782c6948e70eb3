"""Entries of .har files, as browsers write them."""

from typing import Any, Final

API: Final = "https://www.openml.org/api/v1/json"


def har_entry(url: str = f"{API}/data/1", **parts: Any) -> dict[str, Any]:
    """An entry as Chrome writes it; ``request``, ``response`` and ``content`` add to the parts of that name."""
    content = {"size": 2, "mimeType": "application/json", "text": "{}", **parts.pop("content", {})}
    request = {
        "method": "GET",
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [
            {"name": ":authority", "value": "www.openml.org"},
            {"name": ":method", "value": "GET"},
            {"name": "accept", "value": "*/*"},
            {"name": "cookie", "value": "session=secret"},
            {"name": "user-agent", "value": "Me/1.0"},
        ],
        "queryString": [],
        "cookies": [{"name": "session", "value": "secret"}],
        **parts.pop("request", {}),
    }
    response = {
        "status": 200,
        "statusText": "",
        "httpVersion": "http/2.0",
        "headers": [
            {"name": "content-type", "value": "application/json"},
            {"name": "set-cookie", "value": "session=secret"},
        ],
        "content": content,
        **parts.pop("response", {}),
    }
    return {
        "_initiator": {"type": "script", "url": "secret"},
        "startedDateTime": "2026-11-22T01:02:03.004Z",
        "time": 12.5,
        "request": request,
        "response": response,
        **parts,
    }

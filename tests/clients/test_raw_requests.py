"""What clients of other languages send is answered as they read it."""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.clients.raw_requests import CLIENTS, RawRequest, read_requests, send
from tests.clients.running import backend

REQUESTS = read_requests()


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A backend of these requests' own; each finds what those before it have stored."""
    folder = tmp_path_factory.mktemp("raw")
    with backend(folder, f"sqlite:///{folder / 'raw.db'}") as url:
        yield url


def test_each_client_is_there() -> None:
    """With reads and writes."""
    clients = Counter(next(c for c in CLIENTS if one.name.startswith(c)) for one in REQUESTS)
    writes = Counter(
        next(c for c in CLIENTS if one.name.startswith(c))
        for one in REQUESTS
        if not one.text.startswith("GET ")
    )
    assert all(clients[client] > 20 and writes[client] >= 3 for client in CLIENTS)


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda one: one.name)
def test_the_answer_has_what_the_client_reads(url: str, request_: RawRequest) -> None:
    """Status, media type, and the elements that its parser looks for."""
    status, media_type, body = send(request_, url)
    assert request_.wrong(status, media_type, body) == [], body

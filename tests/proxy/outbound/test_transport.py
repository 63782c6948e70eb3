"""An answer that came as a whole is read as one that is still coming."""

import pytest

from proxy.outbound.transport import SideAnswer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("body", "pieces"), [(b"whole", [b"whole"]), (b"", [])])
async def test_a_whole_body_comes_in_one_piece(body: bytes, pieces: list[bytes]) -> None:
    """An empty one in none; whoever wants no more says so."""
    answer = SideAnswer(200, [(b"content-length", b"5")], body)
    assert [piece async for piece in answer] == pieces
    await answer.aclose()
    assert answer.reason is None

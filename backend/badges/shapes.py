"""Documents of badges (legacy notes, flow 8)."""

from collections.abc import Iterable, Mapping
from typing import Literal

from typing_extensions import TypedDict

from backend.badges.catalogue import Badge


class OwnBadge(TypedDict):
    """A badge of a user."""

    name: str
    rank: int
    description_current: str
    description_next: str
    image: str


class ListedBadge(OwnBadge):
    """A badge of a user in the list."""

    id: int


def badge(kind: Badge, rank: int) -> OwnBadge:
    """A badge of a user. ``rank``: the user's; 0 for none. Returns the document of ``GET
    /badges/get/{user_id}/{badge_id}``.
    """
    return {
        "name": kind.name,
        "rank": rank,
        "description_current": kind.described(rank),
        "description_next": kind.described(rank + 1),
        "image": kind.image(rank),
    }


def badges(kinds: Iterable[Badge], ranks: Mapping[int, int]) -> list[ListedBadge]:
    """Badges of a user. Returns the document of ``GET /badges/list/{user_id}``. ``ranks``: the user's, by badge."""
    return [{"id": kind.id, **badge(kind, ranks.get(kind.id, 0))} for kind in kinds]


class RankCheck(TypedDict):
    """The rank that was reached."""

    key: Literal["rank"]
    value: int


def check(rank: int) -> RankCheck:
    """The rank that a check found. Returns the document of ``GET /badges/check/{user_id}/{badge_id}``."""
    return {"key": "rank", "value": rank}

"""Who asks, and what they may see and do."""

import pytest
from sqlalchemy import select

from backend import tables
from backend.access import (
    ANONYMOUS,
    ANYONE,
    USER,
    WRITER,
    Access,
    User,
    admin_reads,
    admin_writes,
    user_of_key,
    visible_to,
)
from backend.database.connections import Database
from backend.problems import Problem

ADMIN = User(1, frozenset({1, 2}))
MEMBER = User(16, frozenset({2}))
READER = User(3, frozenset({3}))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("key", "user"),
    [
        ("AD000000000000000000000000000000", User(1, frozenset({1, 2}))),
        ("ad000000000000000000000000000000  ", User(1, frozenset({1, 2}))),
        ("5EAD0000000000000000000000000000", User(3, frozenset({3}))),
        ("87400000000000000000000000000000", User(874)),
    ],
)
async def test_a_key_has_a_user(database: Database, key: str, user: User) -> None:
    """The column compares: letter case and trailing blanks do not count."""
    async with database.read() as connection:
        assert await user_of_key(connection, key) == user


@pytest.mark.anyio
@pytest.mark.parametrize("key", ["bad", " AD000000000000000000000000000000", "NULL", "a'b", "ключ", "\ufffd"])
async def test_a_wrong_key_is_401(database: Database, key: str) -> None:
    """Also one that the column could not hold."""
    async with database.read() as connection:
        with pytest.raises(Problem, match="authentication-failed") as refused:
            await user_of_key(connection, key)
    assert refused.value.code == "103"
    assert "WWW-Authenticate" in refused.value.headers


@pytest.mark.parametrize(
    ("user", "visibility", "owner", "seen"),
    [
        (ANONYMOUS, "public", 1, True),
        (ANONYMOUS, "Public", 1, False),
        (ANONYMOUS, "private", -1, True),
        (ANONYMOUS, "private", None, False),
        (MEMBER, "private", 16, True),
        (MEMBER, "friends", 2, False),
        (ADMIN, "private", None, True),
    ],
)
def test_a_row_is_seen_by_its_owner_and_administrators(
    user: User, visibility: str, owner: int | None, seen: bool
) -> None:
    """Anything but exactly public is private."""
    assert user.may_see(visibility, owner) is seen


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("user", "seen"),
    [(ANONYMOUS, [61]), (MEMBER, [61, 130, 133]), (ADMIN, [61, 130, 131, 132, 133])],
)
async def test_a_list_shows_what_a_get_shows(database: Database, user: User, seen: list[int]) -> None:
    """The SQL condition says the same as may_see."""
    dataset = tables.dataset
    async with database.read() as connection:
        found = await connection.scalars(
            select(dataset.c.did)
            .where(
                visible_to(user, dataset.c.visibility, dataset.c.uploader),
                dataset.c.did.in_([61, 130, 131, 132, 133]),
            )
            .order_by(dataset.c.did)
        )
        assert list(found) == seen


@pytest.mark.parametrize(
    ("access", "user", "code"),
    [
        (ANYONE, ANONYMOUS, None),
        (USER, READER, None),
        (WRITER, MEMBER, None),
        (WRITER, READER, "104"),
        (WRITER, User(874), "104"),
        (admin_reads(), ANONYMOUS, "106"),
        (admin_reads(), MEMBER, "106"),
        (admin_reads(), ADMIN, None),
        (admin_writes(), READER, "104"),
        (admin_writes(), MEMBER, "106"),
    ],
)
def test_rights_are_checked_in_order(access: Access, user: User, code: str | None) -> None:
    """Read-only comes before administrators only."""
    if code is None:
        access.check(user)
    else:
        with pytest.raises(Problem) as refused:
            access.check(user)
        assert refused.value.code == code


def test_access_names_its_problems() -> None:
    """For the OpenAPI document."""
    assert [case.code for case in admin_writes().problems()] == ["102", "104", "106"]

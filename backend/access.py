"""Who asks, and what they may see and do (new-API contract, decisions 8, 9 and 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, bindparam, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from backend import tables
from backend.database.batches import together
from backend.database.collations import storable
from backend.database.results import AnyRow
from backend.problems import (
    ADMIN_ONLY,
    CHALLENGE,
    NO_KEY,
    READ_ONLY_ACCOUNT,
    WRONG_KEY,
    Problem,
    ProblemCase,
)

ADMIN_GROUP = 1
WRITER_GROUPS = frozenset({ADMIN_GROUP, 2})
PUBLIC = "public"
KEY_COLLATION = "latin1_swedish_ci"


@dataclass(frozen=True, slots=True)
class User:
    """The caller.

    Args:
        id: Of the user; -1 for a caller without a key, as PHP has it.
        groups: Ids of the user's groups.
        sees_every_row: In lists, as an administrator; by PHP's rules they show private rows to their owners only.
    """

    id: int
    groups: frozenset[int] = frozenset()
    sees_every_row: bool = True

    @property
    def is_anonymous(self) -> bool:
        """Whether no key was given."""
        return self.id == ANONYMOUS.id

    @property
    def is_admin(self) -> bool:
        """Whether all is allowed."""
        return ADMIN_GROUP in self.groups

    @property
    def may_write(self) -> bool:
        """Whether the account is more than read-only."""
        return not self.groups.isdisjoint(WRITER_GROUPS)

    def may_see(self, visibility: str | None, owner: int | None) -> bool:
        """Whether one row may be shown.

        ``visibility``: of the row; anything but exactly ``public`` is private (legacy notes, data 9). ``owner``: id of
        the row's user. Returns True for what is public, one's own, and for administrators.
        """
        return visibility == PUBLIC or self.may_change(owner)

    def may_change(self, owner: int | None) -> bool:
        """Whether one row may be changed by its owner's rights. ``owner``: id of the row's user. Returns True for
        one's own and for administrators.
        """
        return self.is_admin or (owner is not None and owner == self.id)


ANONYMOUS = User(-1)


def visible_to(
    user: User, visibility: ColumnElement[str], owner: ColumnElement[int | None]
) -> ColumnElement[bool]:
    """The rows of a list that the caller may see, as a condition. Returns public or one's own; all rows for
    administrators (new-API contract, section B1), except by PHP's rules.
    """
    if user.is_admin and user.sees_every_row:
        return true()
    return or_(visibility == PUBLIC, owner == user.id)


_USER_OF_KEY = (
    select(tables.users.c.id, tables.users_groups.c.group_id)
    .outerjoin(tables.users_groups, tables.users_groups.c.user_id == tables.users.c.id)
    .where(tables.users.c.session_hash == bindparam("key"))
    .order_by(tables.users.c.id)
)


async def user_of_key(connection: AsyncConnection, key: str) -> User:
    """Find the user of a key, in one query.

    The column decides what equals what: letter case and trailing blanks do not count. The first user of a key that two
    have is taken, and ``active`` is not looked at (legacy notes, data 3.1). Returns the user with the groups. Raises
    Problem: 401, when nobody has this key.
    """
    rows: Sequence[AnyRow] = ()
    if storable(KEY_COLLATION, key):
        [rows] = await together(connection, (_USER_OF_KEY, {"key": key}))
    if not rows:
        raise WRONG_KEY.because("Authentication failed: nobody has this key.", headers=CHALLENGE)
    first = rows[0].id
    return User(
        first, frozenset(row.group_id for row in rows if row.id == first and row.group_id is not None)
    )


@dataclass(frozen=True, slots=True)
class Access:
    """What an operation asks of its caller, before it looks at the input.

    Args:
        key: A key is required.
        writer: The account must be more than read-only.
        admin: What those are told who are no administrators; None when everybody may.
        open_to_get: By GET and HEAD nothing is asked: PHP checks keys of the other methods only (legacy notes,
            data 2).
        late: In PHP's dialect the handler asks who is an administrator, after what PHP asks before.
    """

    key: bool = False
    writer: bool = False
    admin: ProblemCase | None = None
    open_to_get: bool = False
    late: bool = False

    def under(self, method: str) -> Access:
        """What is asked of who comes by this method."""
        return ANYONE if self.open_to_get and method in ("GET", "HEAD") else self

    def problems(self) -> tuple[ProblemCase, ...]:
        """The problems that ``check`` can raise."""
        return (
            *((NO_KEY,) if self.key else ()),
            *((READ_ONLY_ACCOUNT,) if self.writer else ()),
            *((self.admin,) if self.admin else ()),
        )

    def check(self, user: User) -> None:
        """Let the caller pass, or not. Raises Problem: 403 for a read-only account (104) or for what only
        administrators may do.
        """
        if self.writer and not user.may_write:
            raise READ_ONLY_ACCOUNT.because("This account is read-only; it may only read.")
        if self.admin is not None and not user.is_admin:
            raise self.admin.because("Only an administrator may do this.")


def no_key() -> Problem:
    """What a caller without a key is told where one is required."""
    return NO_KEY.because(
        "This needs an API key: as api_key in the query or form, or in the Authorization header.",
        headers=CHALLENGE,
    )


ANYONE = Access()
"""With or without a key."""

USER = Access(key=True)
"""Any account, a read-only one too."""

WRITER = Access(key=True, writer=True)
"""Any account that may write."""

WRITER_UNLESS_GET = Access(key=True, writer=True, open_to_get=True)
"""Any account that may write; by GET everybody, although that writes, too."""


def admin_reads(case: ProblemCase = ADMIN_ONLY) -> Access:
    """Administrators, on a read: PHP asks for no key there, so all others get the same refusal. ``case``: what the
    others are told. Returns the access rule.
    """
    return Access(admin=case)


def admin_writes(case: ProblemCase = ADMIN_ONLY, *, late: bool = False) -> Access:
    """Administrators, on a write. ``case``: what the others are told. ``late``: as of ``Access``. Returns the access
    rule.
    """
    return Access(key=True, writer=True, admin=case, late=late)

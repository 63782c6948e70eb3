"""The column types and collations that the tables are written in.

Each type says what MySQL and MariaDB have, exactly, and what SQLite has instead: a type of the same
affinity with the same collation name (backend.database.collations registers those per connection).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, DateTime, Double, Float, Integer, LargeBinary, SmallInteger, String, Text
from sqlalchemy.dialects import mysql, sqlite
from sqlalchemy.types import TypeEngine

_SERVERS = ("mysql", "mariadb")


@dataclass(frozen=True, slots=True)
class Collated:
    """Text types of one collation. ``charset``: MySQL's name of the character set. ``collation``: MySQL's name of the
    collation; SQLite knows it by the same name.
    """

    charset: str
    collation: str

    def varchar(self, length: int) -> TypeEngine[str]:
        """Text of at most `length` characters."""
        return String(length, collation=self.collation)

    def text(self) -> TypeEngine[str]:
        """Text of at most 65,535 bytes."""
        return Text(collation=self.collation)

    def mediumtext(self) -> TypeEngine[str]:
        """Text of at most 16 MB."""
        return Text(collation=self.collation).with_variant(
            mysql.MEDIUMTEXT(collation=self.collation), *_SERVERS
        )

    def tinytext(self) -> TypeEngine[str]:
        """Text of at most 255 bytes."""
        return Text(collation=self.collation).with_variant(
            mysql.TINYTEXT(collation=self.collation), *_SERVERS
        )

    def enum(self, *values: str) -> TypeEngine[str]:
        """One of `values`. MySQL orders by their position, SQLite by their text."""
        length = max(len(value) for value in values)
        return String(length, collation=self.collation).with_variant(
            mysql.ENUM(*values, collation=self.collation), *_SERVERS
        )


# MySQL 8 and MariaDB call the three-byte character set utf8mb3; older pages say utf8.
swedish = Collated("latin1", "latin1_swedish_ci")
cased = Collated("latin1", "latin1_general_cs")
unicode = Collated("utf8mb3", "utf8mb3_unicode_ci")
general = Collated("utf8mb3", "utf8mb3_general_ci")
binary = Collated("utf8mb3", "utf8mb3_bin")


def integer(width: int, *, unsigned: bool = False) -> TypeEngine[int]:
    """32 bit; `width` is MySQL's display width."""
    return Integer().with_variant(mysql.INTEGER(display_width=width, unsigned=unsigned), *_SERVERS)


def mediumint(width: int, *, unsigned: bool = False) -> TypeEngine[int]:
    """24 bit; `width` is MySQL's display width."""
    return Integer().with_variant(mysql.MEDIUMINT(display_width=width, unsigned=unsigned), *_SERVERS)


def smallint(width: int) -> TypeEngine[int]:
    """16 bit; `width` is MySQL's display width."""
    return SmallInteger().with_variant(mysql.SMALLINT(display_width=width), *_SERVERS)


def tinyint(width: int, *, unsigned: bool = False) -> TypeEngine[int]:
    """8 bit; `width` is MySQL's display width."""
    return SmallInteger().with_variant(mysql.TINYINT(display_width=width, unsigned=unsigned), *_SERVERS)


def bigint(width: int) -> TypeEngine[int]:
    """64 bit; `width` is MySQL's display width."""
    return BigInteger().with_variant(mysql.BIGINT(display_width=width), *_SERVERS)


def double() -> TypeEngine[float]:
    """64 bit floating point."""
    return Double().with_variant(mysql.DOUBLE(asdecimal=False), *_SERVERS)


def single() -> TypeEngine[float]:
    """32 bit floating point."""
    return Float().with_variant(mysql.FLOAT(asdecimal=False), *_SERVERS)


def datetime() -> DateTime:
    """A moment in whole seconds, without time zone (UTC by agreement)."""
    return DateTime().with_variant(mysql.DATETIME(), *_SERVERS).with_variant(_SQLITE_DATETIME, "sqlite")


def timestamp() -> DateTime:
    """A moment in whole seconds that MySQL shows in the session's time zone (UTC by agreement)."""
    return DateTime().with_variant(mysql.TIMESTAMP(), *_SERVERS).with_variant(_SQLITE_DATETIME, "sqlite")


class _SqliteMoment(sqlite.DATETIME):
    """Stored as MySQL prints it, so that text and order are the same; a zero date is text, as from MySQL's drivers."""

    def result_processor(self, dialect: Any, coltype: object) -> Callable[[Any], Any]:
        """What makes a moment of stored text."""
        read = super().result_processor(dialect, coltype)
        assert read is not None

        def process(value: Any) -> Any:
            return value if isinstance(value, str) and value.startswith("0000") else read(value)

        return process


_SQLITE_DATETIME = _SqliteMoment(truncate_microseconds=True)  # type: ignore[no-untyped-call]  # SQLAlchemy's


def varbinary(length: int) -> TypeEngine[bytes]:
    """At most `length` bytes."""
    return LargeBinary().with_variant(mysql.VARBINARY(length), *_SERVERS)

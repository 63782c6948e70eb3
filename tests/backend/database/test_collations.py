"""backend.database.collations: text compares on SQLite as on MariaDB."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.database.collations import collations, read_weights, storable, weights
from backend.database.connections import Database
from backend.database.json_lines import read_rows, table_files

pytestmark = pytest.mark.anyio

LATIN1 = ("latin1_swedish_ci", "latin1_general_cs", "latin1_bin")
THREE_BYTE = ("utf8mb3_unicode_ci", "utf8mb3_general_ci", "utf8mb3_bin")
LATIN1_CHARACTERS = [chr(character) for character in sorted(weights("latin1_general_cs")) if character]
# Letters, marks, digits and symbols of many scripts, ignored characters and implicit weights.
MORE_CHARACTERS = [*LATIN1_CHARACTERS, *"ǅſıİЖжΩωάéẞﬁ①ⅣａＡ한글漢字㐀あア\u0301\u00ad\u200b\ufeff\ufffd"]


@pytest.fixture
async def connections(sqlite_url: str, mariadb_url: str) -> AsyncIterator[list[AsyncConnection]]:
    """A connection to each kind of database."""
    both = [Database(sqlite_url), Database(mariadb_url)]
    async with both[0].read() as sqlite, both[1].read() as mariadb:
        yield [sqlite, mariadb]
    for database in both:
        await database.dispose()


async def ranks(connection: AsyncConnection, collation: str, texts: list[str]) -> list[int]:
    """The place of each text in the order of a column with the collation; equal texts share one."""
    server = connection.dialect.name != "sqlite"
    table = "openml.ranked" if server else "temp.ranked"
    charset = f"CHARACTER SET {collation.partition('_')[0]}" if server else ""
    if server:
        # Else only the first 1,024 bytes of a text count in ORDER BY.
        await connection.execute(text("SET SESSION max_sort_length = 1000000"))
    await connection.execute(text(f"DROP {'TEMPORARY' if server else ''} TABLE IF EXISTS {table}"))
    await connection.execute(
        text(
            f"CREATE {'TEMPORARY' if server else ''} TABLE {table} "
            f"(id INTEGER PRIMARY KEY, value TEXT {charset} COLLATE {collation})"
        )
    )
    rows = [{"id": number, "value": value} for number, value in enumerate(texts)]
    await connection.execute(text(f"INSERT INTO {table} (id, value) VALUES (:id, :value)"), rows)
    ranked = await connection.execute(
        text(f"SELECT DENSE_RANK() OVER (ORDER BY value) FROM {table} ORDER BY id")
    )
    return [row[0] for row in ranked]


def differences(texts: list[str], sqlite: list[int], mariadb: list[int]) -> list[tuple[str, int, int]]:
    """Texts whose places differ; empty when order and equality agree."""
    return [triple for triple in zip(texts, sqlite, mariadb, strict=True) if triple[1] != triple[2]]


@pytest.mark.parametrize("collation", [*LATIN1, *THREE_BYTE])
async def test_texts_of_the_sample_compare_alike(
    collation: str, sample: Path, connections: list[AsyncConnection]
) -> None:
    """All texts of the sample have the same order and equality on both databases."""
    found = {
        value
        for file in table_files(sample)
        for row in read_rows(file)
        for value in row.values()
        if isinstance(value, str) and storable(collation, value)
    }
    texts = sorted(found)
    sqlite, mariadb = [await ranks(connection, collation, texts) for connection in connections]
    assert differences(texts, sqlite, mariadb) == []


def random_texts(characters: list[str]) -> list[str]:
    """Short texts, so that many share a prefix; some end in blanks."""
    chance = random.Random(20)
    few = chance.sample(characters, 12)
    texts = {
        "".join(chance.choices(alphabet, k=chance.randrange(6))) + " " * chance.randrange(3)
        for alphabet in (characters, [*few, " ", "a", "A", "\t"])
        for _ in range(1500)
    }
    return sorted(texts | set(characters))


@pytest.mark.parametrize("collation", LATIN1)
async def test_random_latin1_texts_compare_alike(collation: str, connections: list[AsyncConnection]) -> None:
    """Random texts of Windows-1252 have the same order and equality on both databases."""
    texts = random_texts(LATIN1_CHARACTERS)
    sqlite, mariadb = [await ranks(connection, collation, texts) for connection in connections]
    assert differences(texts, sqlite, mariadb) == []


@pytest.mark.parametrize("collation", THREE_BYTE)
async def test_random_unicode_texts_compare_alike(collation: str, connections: list[AsyncConnection]) -> None:
    """Random texts of many scripts have the same order and equality on both databases."""
    texts = random_texts(MORE_CHARACTERS)
    sqlite, mariadb = [await ranks(connection, collation, texts) for connection in connections]
    assert differences(texts, sqlite, mariadb) == []


@pytest.mark.parametrize("name", ["unicode_ci", "general_ci"])
async def test_every_three_byte_character_weighs_what_mariadb_says(
    name: str, connections: list[AsyncConnection]
) -> None:
    """The weight files hold what WEIGHT_STRING gives, for all characters up to U+FFFF."""
    wrong = []
    for start in range(0, 0x10000, 0x400):
        characters = [at for at in range(start, start + 0x400) if not 0xD800 <= at <= 0xDFFF]
        if not characters:
            continue
        columns = ", ".join(
            f"HEX(WEIGHT_STRING(CONVERT(X'{chr(at).encode().hex()}' USING utf8mb3) COLLATE utf8mb3_{name}))"
            for at in characters
        )
        row = (await connections[1].exec_driver_sql(f"SELECT {columns}")).one()
        for at, expected in zip(characters, row, strict=True):
            if "".join(f"{ord(weight):04X}" for weight in weights(name)[at]) != expected:
                wrong.append(hex(at))
    assert wrong == []


@pytest.mark.parametrize(
    ("collation", "left", "right"),
    [
        ("utf8_unicode_ci", "Café", "cafe  "),
        ("utf8_general_ci", "Café", "CAFE"),
        ("latin1_swedish_ci", "Café ", "cafe"),
        ("latin1_general_cs", "a", "a "),
        ("utf8_bin", "a", "a "),
    ],
)
def test_equal_texts(collation: str, left: str, right: str) -> None:
    """What a collation ignores makes no difference."""
    assert collations()[collation](left, right) == 0


@pytest.mark.parametrize(
    ("collation", "left", "right"),
    [
        ("utf8_unicode_ci", "a\t", "a"),
        ("utf8_unicode_ci", "A", "b"),
        ("latin1_swedish_ci", "z", "å"),
        ("latin1_general_cs", "A", "a"),
        ("utf8_bin", "B", "a"),
        ("latin1_swedish_ci", "ÿ", "ł"),
    ],
)
def test_ordered_texts(collation: str, left: str, right: str) -> None:
    """The first text comes before the second, and not the other way round."""
    compare = collations()[collation]
    assert (compare(left, right), compare(right, left)) == (-1, 1)


def test_four_byte_characters_are_not_storable() -> None:
    """The legacy schema has no utf8mb4 column."""
    assert not storable("utf8mb3_unicode_ci", "a\N{GRINNING FACE}")


def test_latin1_columns_hold_windows_1252() -> None:
    """MySQL's latin1 has the euro sign, and no Polish letters."""
    assert (storable("latin1_swedish_ci", "€ é"), storable("latin1_swedish_ci", "ł")) == (True, False)


def test_weight_files_list_expansions_and_ignored_characters(tmp_path: Path) -> None:
    """A hyphen is an ignored character; eight digits are two weights."""
    file = tmp_path / "weights.txt"
    file.write_text("# about\n0041 0001 - 00020003\n", "ascii")
    assert read_weights(file) == {0x41: "\x01", 0x42: "", 0x43: "\x02\x03"}

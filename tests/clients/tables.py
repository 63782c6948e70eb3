"""What the small OpenML holds: tables, users and tasks, told without the backend, so that clients can check answers."""

from __future__ import annotations

import random
from typing import Final

from tests.clients.arff_tables import Column, Table

ADMIN, WRITER, READER = 1, 2, 3
KEYS: Final = {ADMIN: "a" * 32, WRITER: "b" * 32, READER: "c" * 32}
PLANTS_OLD, PLANTS, WORDS, RIVERS = 1, 2, 3, 4
FLOW, SETUP, RUN, SUITE, STUDY = 1, 1, 1, 1, 2


FINDERS: Final = ("Ada V.", "Bo, the elder")


def plants(rows: int, seed: int) -> Table:
    """Three kinds of plants by size, soil and leaves; some sizes are missing."""
    chance = random.Random(seed)
    kinds = tuple(("moss", "fern", "tall grass")[row % 3] for row in range(rows))
    heights = [round(chance.gauss({"moss": 3, "fern": 40, "tall grass": 90}[kind], 2), 2) for kind in kinds]
    return Table(
        "meadow-plants",
        (
            Column("number", tuple(range(1, rows + 1)), role="row_id"),
            Column("height", tuple(None if row % 17 == 5 else height for row, height in enumerate(heights))),
            Column("leaves", tuple(chance.randrange(1, 60) for _ in kinds)),
            Column("soil", tuple(chance.choice(("wet", "dry")) for _ in kinds), ("wet", "dry")),
            Column("found by", tuple(chance.choice(FINDERS) for _ in kinds), FINDERS, "ignore"),
            Column("kind", kinds, ("moss", "fern", "tall grass"), "target"),
        ),
    )


def words() -> Table:
    """How often words stand in letters, most do not."""
    chance = random.Random(3)
    columns = [
        Column(f"word_{word}", tuple(chance.choice((0, 0, 0, 1, 2)) for _ in range(40))) for word in range(12)
    ]
    return Table(
        "word-counts",
        (
            *columns,
            Column(
                "mood", tuple(("calm", "angry")[row % 2] for row in range(40)), ("calm", "angry"), "target"
            ),
        ),
        sparse=True,
    )


def rivers() -> Table:
    """Levels of rivers, which are numbers."""
    chance = random.Random(4)
    rain = [round(chance.uniform(0, 30), 1) for _ in range(50)]
    return Table(
        "river-levels",
        (
            Column("rain", tuple(rain)),
            Column("snow", tuple(chance.choice((0.0, 1.5, None)) for _ in rain)),
            Column("gate", tuple(chance.choice(("open", "shut")) for _ in rain), ("open", "shut")),
            Column("level", tuple(round(2 * drops + chance.random(), 3) for drops in rain), role="target"),
        ),
    )


TABLES: Final = {PLANTS_OLD: plants(30, 1), PLANTS: plants(60, 2), WORDS: words(), RIVERS: rivers()}
VERSIONS: Final = {PLANTS_OLD: "1", PLANTS: "2"}
TASKS: Final = {1: (1, PLANTS, 1), 2: (2, RIVERS, 7), 3: (1, WORDS, 1), 4: (1, PLANTS, 6)}
"""Task type, data set and estimation procedure by task."""


def folds(task: int) -> list[set[int]]:
    """The rows that each fold of a task tests: ten folds, or a third."""
    _, did, procedure = TASKS[task]
    size = TABLES[did].size
    count, rows = (1, range(0, size, 3)) if procedure == 6 else (10, range(size))
    order = list(rows)
    random.Random(task).shuffle(order)
    return [set(order[fold::count]) for fold in range(count)]

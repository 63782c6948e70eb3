"""The upload of a run, through the front door."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import delete, update

from backend import tables

if TYPE_CHECKING:
    import httpx

    from tests.backend.conftest import Writable

pytestmark = pytest.mark.anyio

ARFF = b"@relation p\n@attribute fold integer\n@data\n1\n"
NEW = 600002
SETUP = 70001


def described(inner: str) -> bytes:
    """A run description in XML."""
    text = f'<oml:run xmlns:oml="http://openml.org/openml">{inner}</oml:run>'
    return text.encode()


def members(**values: object) -> str:
    """Elements in the order given."""
    return "".join(f"<oml:{name}>{value}</oml:{name}>" for name, value in values.items())


def setting(name: str, value: str, component: int | None = None) -> str:
    """A parameter with its value."""
    more = {} if component is None else {"component": component}
    return f"<oml:parameter_setting>{members(name=name, value=value, **more)}</oml:parameter_setting>"


async def upload(writable: Writable, key: str, inner: str, **files: tuple[str, bytes, str]) -> httpx.Response:
    """Send a run with further files."""
    parts: dict[str, Any] = {"description": ("description.xml", described(inner), "text/xml"), **files}
    return await writable.http.post("/run", params={"api_key": key}, files=parts)


async def test_a_run_is_stored_with_files_setup_and_tags(writable: Writable, keys: dict[str, str]) -> None:
    """Every row says what PHP's would, and files are where their rows say."""
    before = await writable.snapshot()
    inner = (
        members(task_id=1, flow_id=32, setup_string=" x -1 ", error_message="0", run_details="a-1")
        + setting("x", " 1 ")
        + members(tag="pond")
        + "<oml:tag>pond</oml:tag><oml:tag>"
        + "t" * 65
        + "</oml:tag>"
        + "<oml:output_data><oml:evaluation repeat='0' fold='9'><oml:name>kappa</oml:name></oml:evaluation>"
        + "</oml:output_data>"
    )
    predictions = ("C:\\work\\p.ARFF", ARFF, "text/plain; charset=utf-8")
    answer = await upload(
        writable, keys["writer"], inner, predictions=predictions, trace=("p.ARFF", ARFF, "a/b")
    )
    assert (answer.status_code, answer.json()) == (200, {"run_id": NEW})
    new = await writable.added(before)
    assert [row[:1] + row[2:3] + row[5:6] + row[-1:] for row in new["algorithm_setup"]] == [
        (SETUP, 32, "false", "x -1")
    ]
    assert new["input_setting"] == [(SETUP, "", 122, " 1 ")]
    [run] = new["run"]
    assert (*run[:4], str(run[4]), *run[5:]) == (
        NEW,
        2,
        SETUP,
        1,
        "2026-11-22 12:00:00",
        None,
        "a-1",
        "public",
    )
    assert new["input_data"] == [(NEW, 61, "dataset")]
    assert [(row[0], row[1], row[2]) for row in new["run_tag"]] == [(NEW, "pond", 2)]
    folder = f"run_structured//600000/{NEW}/"
    assert [(row[3], row[5], row[6], row[7], row[9]) for row in new["file"]] == [
        (f"{folder}description.xml", "description.xml", "xml", "text/xml", "run_uploaded_file"),
        (f"{folder}p.ARFF", "p.ARFF", "ARFF", "text/plain", "predictions"),
        (f"{folder}p_1.ARFF", "p.ARFF", "ARFF", "a/b", "run_trace"),
    ]
    assert [row[:4] for row in new["runfile"]] == [
        (NEW, "description", "description.xml", "xml"),
        (NEW, "predictions", "p.ARFF", "ARFF"),
        (NEW, "trace", "p.ARFF", "ARFF"),
    ]
    assert (writable.files / folder / "p_1.ARFF").read_bytes() == ARFF
    assert len(new) == 7


async def test_a_run_comes_as_json(writable: Writable, keys: dict[str, str]) -> None:
    """The description is stored as it came, and finds the setup that is there."""
    body = {
        "description": {
            "task_id": 1,
            "flow_id": 1,
            "parameter_setting": [
                {"name": "C", "value": 0.25},
                {"name": "M", "value": "2"},
                {"name": "S", "value": False},
                {"name": "output-debug-info", "value": ""},
            ],
        }
    }
    answer = await writable.http.post("/run", params={"api_key": keys["writer"]}, json=body)
    assert (answer.status_code, answer.json()) == (200, {"run_id": NEW})
    [run] = await writable.rows(tables.run, tables.run.c.rid == NEW)
    assert run[2] == 1
    assert (writable.files / f"run_structured/600000/{NEW}/description.json").is_file()


REFUSED: list[tuple[str, str, int]] = [
    (members(task_id=1), "202", 422),
    (members(task_id=1, flow_id=999999), "205", 422),
    (members(task_id=1, flow_id=1) + setting("nope", "1"), "213", 422),
    (members(task_id=1, flow_id=6) + setting("C", "1", component=3), "214", 422),
    (members(flow_id=32) + setting("x", "9"), "204", 422),
    (members(task_id=999999, flow_id=32) + setting("x", "9"), "204", 422),
    (members(task_id=24, flow_id=5), "219", 422),
    (members(task_id=160, flow_id=5), "220", 422),
    (members(task_id=25, flow_id=5), "208", 412),
    (
        members(task_id=1, flow_id=5)
        + "<oml:output_data><oml:evaluation fold='99'><oml:name>beauty</oml:name></oml:evaluation></oml:output_data>",
        "217",
        422,
    ),
    (
        members(task_id=1, flow_id=5)
        + "<oml:output_data><oml:evaluation fold='10'><oml:name>kappa</oml:name></oml:evaluation></oml:output_data>",
        "216",
        422,
    ),
]


async def test_a_refused_run_leaves_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """Neither rows nor files, nor the setup that PHP leaves."""
    before, files = await writable.snapshot(), writable.stored()
    for inner, code, status in REFUSED:
        answer = await upload(writable, keys["writer"], inner)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert await writable.snapshot() == before
    assert writable.stored() == files


async def test_broken_tasks_are_refused(writable: Writable, keys: dict[str, str]) -> None:
    """A task may name a data set or a procedure that is not there."""
    given = tables.task_inputs
    codes = []
    for name in ("source_data", "estimation_procedure"):
        async with writable.database.write() as connection:
            await connection.execute(
                update(given).where(given.c.task_id == 1, given.c.input == name).values(value="999999")
            )
        answer = await upload(writable, keys["writer"], members(task_id=1, flow_id=5))
        codes.append(answer.json()["code"])
        async with writable.database.write() as connection:
            await connection.execute(
                update(given).where(given.c.task_id == 1, given.c.input == name).values(value="61")
            )
    assert codes == ["221", "222"]


async def test_equal_runs_at_once_share_a_new_setup(writable: Writable, keys: dict[str, str]) -> None:
    """Eight runs, one setup; nobody sees an error."""
    inner = members(task_id=1, flow_id=32) + setting("x", "77")
    answers = await asyncio.gather(*(upload(writable, keys["writer"], inner) for _ in range(8)))
    assert [answer.status_code for answer in answers] == [200] * 8
    runs = await writable.rows(tables.run, tables.run.c.rid >= NEW)
    assert len(runs) == 8
    assert len({run[2] for run in runs}) == 1
    assert len(await writable.rows(tables.input_setting, tables.input_setting.c.input_id == 122)) == 1


async def test_left_over_input_data_is_no_obstacle(writable: Writable, keys: dict[str, str]) -> None:
    """No foreign key takes such rows away with their run, so one may be there already."""
    used = tables.input_data
    async with writable.database.write() as connection:
        await connection.execute(used.insert().values(run=NEW, data=61, name="dataset"))
    assert (await upload(writable, keys["writer"], members(task_id=1, flow_id=5))).status_code == 200
    async with writable.database.write() as connection:
        await connection.execute(delete(used).where(used.c.run == NEW))

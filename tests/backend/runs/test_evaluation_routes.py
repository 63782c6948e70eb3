"""What engines send about runs, through the front door."""

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

RUN = 40
"""A run that no engine has looked at."""


async def evaluate(writable: Writable, key: str, **document: object) -> httpx.Response:
    """Send an evaluation as JSON, which becomes the same document as XML."""
    body = {"run_id": RUN, "evaluation_engine_id": 1, **document}
    return await writable.http.post("/run/evaluate", params={"api_key": key}, json=body)


async def trace(writable: Writable, key: str, *iterations: dict[str, Any], rid: int = RUN) -> httpx.Response:
    """Send a trace."""
    usual = {"repeat": 0, "fold": 0, "setup_string": "{}", "evaluation": "0.50"}
    body = {"run_id": rid, "trace_iteration": [usual | one for one in iterations]}
    return await writable.http.post("/run/trace", params={"api_key": key}, json=body)


async def test_scores_go_to_three_tables(writable: Writable, keys: dict[str, str]) -> None:
    """Of a run, of a fold, of a sample; the engine's next message is refused."""
    async with writable.database.write() as connection:
        await connection.execute(update(tables.run).where(tables.run.c.rid == RUN).values(task_id=90))
    xml = """<oml:run_evaluation xmlns:oml="http://openml.org/openml">
      <oml:run_id> +040 </oml:run_id><oml:evaluation_engine_id>2</oml:evaluation_engine_id>
      <oml:warning>odd &amp; rare</oml:warning>
      <oml:evaluation><oml:name>kappa</oml:name><oml:value>INF</oml:value><oml:stdev>1e-5</oml:stdev></oml:evaluation>
      <oml:evaluation repeat="-1" fold="9"><oml:name>kappa</oml:name><oml:array_data>[1]</oml:array_data>
      </oml:evaluation>
      <oml:evaluation sample="3" fold="0" repeat="0"><oml:name>kappa</oml:name><oml:value>0.5</oml:value>
      </oml:evaluation></oml:run_evaluation>"""
    key = {"api_key": keys["admin"]}
    file = {"description": ("d.xml", xml.encode(), "text/xml")}
    answer = await writable.http.post("/run/evaluate", params=key, files=file)
    assert (answer.status_code, answer.json()) == (200, {"run_id": RUN})
    [record] = await writable.rows(tables.run_evaluated, tables.run_evaluated.c.run_id == RUN)
    assert (*record[:3], str(record[3]), *record[4:]) == (
        RUN,
        2,
        1,
        "2026-11-22 12:00:00",
        None,
        "odd & rare",
        1,
    )
    found = [
        await writable.rows(table, table.c.source == RUN)
        for table in (tables.evaluation, tables.evaluation_fold, tables.evaluation_sample)
    ]
    assert found == [
        [(RUN, 20, 2, 0.0, 1e-05, None)],
        [(RUN, 20, 2, 9, 0, None, "[1]")],
        [(RUN, 20, 2, 0, 0, 3, 0, 0.5, None)],
    ]
    again = await writable.http.post("/run/evaluate", params=key, files=file)
    assert (again.status_code, again.json()["code"]) == (409, "426")


async def test_the_next_try_replaces_a_failed_one(writable: Writable, keys: dict[str, str]) -> None:
    """Tries are counted; what hung on the record goes with it."""
    key = keys["admin"]
    assert (await evaluate(writable, key, error="first")).status_code == 200
    assert (await trace(writable, key, {"iteration": 0, "selected": True})).status_code == 200
    assert (await evaluate(writable, key, evaluation={"name": "kappa", "value": 1})).status_code == 200
    [record] = await writable.rows(tables.run_evaluated, tables.run_evaluated.c.run_id == RUN)
    assert (record[4], record[6]) == (None, 2)
    assert await writable.rows(tables.trace, tables.trace.c.run_id == RUN) == []


REFUSED: list[tuple[dict[str, object], int, str]] = [
    ({"evaluation": {"name": "kappa", "value": "good"}}, 422, "423"),
    ({"run_id": 999999}, 404, "425"),
    ({"run_id": 25}, 409, "426"),
    ({"run_id": 44}, 412, "429"),
    ({"run_id": 54}, 412, "430"),
    ({"evaluation": {"name": "kappa", "repeat": 1, "fold": 0}}, 422, "434"),
    ({"evaluation": {"name": "beauty"}}, 422, "428"),
    ({"evaluation": [{"name": "kappa"}, {"name": "kappa"}]}, 422, "428"),
    ({"evaluation": {"name": "kappa", "repeat": 0, "fold": 0, "stdev": 1}}, 422, "428"),
    ({"evaluation": {"name": "kappa", "fold": 0}}, 422, "428"),
    ({"evaluation": {"name": "kappa", "sample_size": 1}}, 422, "428"),
    ({"evaluation": {"did": 1, "name": "kappa"}}, 422, "428"),
    ({"evaluation": {"name": "kappa", "interval_start": 0, "interval_end": 1}}, 422, "428"),
    ({"evaluation": {"name": "kappa", "interval_start": "x"}}, 422, "423"),
    ({"evaluation_engine_id": 99}, 422, "428"),
    ({"evaluation_engine_id": "9" * 5000}, 422, "428"),
]


async def test_a_refused_evaluation_changes_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """PHP stores some refusals in place of what it knew; here they are answers only."""
    before = await writable.snapshot()
    for document, status, code in REFUSED:
        answer = await evaluate(writable, keys["admin"], **document)
        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    bare = await writable.http.post("/run/evaluate", params={"api_key": keys["admin"]})
    assert (bare.status_code, bare.json()["code"]) == (422, "422")
    assert (await evaluate(writable, keys["writer"])).json()["code"] == "106"
    assert await writable.snapshot() == before


async def test_an_evaluation_needs_data_that_are_counted(writable: Writable, keys: dict[str, str]) -> None:
    """A data set, its size and a procedure must be there; a good evaluation stays."""
    given, quality = tables.task_inputs, tables.data_quality
    before = await writable.rows(tables.evaluation)
    codes = []
    for change in (
        delete(quality).where(quality.c.data == 61, quality.c.quality == "NumberOfInstances"),
        update(given).where(given.c.task_id == 1, given.c.value == "61").values(value="999999"),
        update(given).where(given.c.task_id == 1, given.c.value == "999999").values(value="62"),
        update(given)
        .where(given.c.task_id == 1, given.c.input == "estimation_procedure")
        .values(value="999"),
    ):
        async with writable.database.write() as connection:
            await connection.execute(change)
        codes.append((await evaluate(writable, keys["admin"], run_id=25)).json()["code"])
    assert codes == ["433", "431", "426", "432"]
    assert await writable.rows(tables.evaluation) == before


async def test_two_engines_with_one_number(writable: Writable, keys: dict[str, str]) -> None:
    """Of equal evaluations at once one is stored, the others hear of it."""
    score = {"name": "kappa", "value": 1}
    answers = await asyncio.gather(*(evaluate(writable, keys["admin"], evaluation=score) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert len(await writable.rows(tables.evaluation, tables.evaluation.c.source == RUN)) == 1


async def test_a_trace_is_stored_as_it_is(writable: Writable, keys: dict[str, str]) -> None:
    """Texts stay; 1 and 0 are true and nothing, as an enumeration takes them."""
    key = keys["admin"]
    await evaluate(writable, key)
    answer = await trace(
        writable,
        key,
        {"iteration": 1, "selected": "1"},
        {"iteration": 0, "selected": "0", "setup_string": "a & <b>"},
        {"iteration": 2, "selected": False},
    )
    assert (answer.status_code, answer.json()) == (200, {"run_id": RUN})
    assert await writable.rows(tables.trace, tables.trace.c.run_id == RUN) == [
        (RUN, 1, 0, 0, 0, "a & <b>", "0.50", ""),
        (RUN, 1, 0, 0, 1, "{}", "0.50", "true"),
        (RUN, 1, 0, 0, 2, "{}", "0.50", "false"),
    ]


async def test_a_refused_trace_changes_nothing(writable: Writable, keys: dict[str, str]) -> None:
    """All iterations or none; the run must be evaluated by the default engine."""
    key, step = keys["admin"], {"iteration": 5, "selected": True}
    before = await writable.snapshot()
    answers = [
        await trace(writable, keys["writer"], step),
        await writable.http.post("/run/trace", params={"api_key": key}),
        await trace(writable, key),
        await trace(writable, key, step),
        await trace(writable, key, step, rid=999999),
        await trace(writable, key, step, step, rid=25),
        await trace(writable, key, step, {**step, "iteration": 0}, rid=26),
    ]
    found = [(answer.status_code, answer.json()["code"]) for answer in answers]
    assert found == [
        (403, "106"),
        (422, "561"),
        (422, "562"),
        (409, "564"),
        (409, "564"),
        (409, "564"),
        (409, "564"),
    ]
    assert await writable.snapshot() == before

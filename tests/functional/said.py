"""What version 0.1.0 said of a log, a recording and a page, and what is said of the same now.

What was said before was printed by the code of that version (f739ecf1), asked for the same things.
"""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import orjson

from backend.database.load import load
from config.location import config_directory
from proxy.dashboard.app import dashboard
from tests.proxy.command import ROOT, parity

LOG: Final = ROOT / "tests" / "data" / "v0.1.0" / "diff-log.db.gz"
RECORDINGS: Final = ROOT / "tests" / "recordings" / "read" / "tasktype.jsonl.gz"
CHECK: Final = "check --recordings one.jsonl --database {database} --public-url https://openml.test/"


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that is said otherwise now.

    Args:
        asked: A command, or the path of a page.
        before: What 0.1.0 said and is said no more.
        now: What is said instead.
        remark: Where ``before`` says too little to be told apart: in words.
    """

    point: str
    asked: str
    before: str
    now: str
    remark: str = ""


SAID: Final = (
    Said(
        "Nothing was compared since: nothing is fixed",
        "compare --since 2026-11-29T04:36:30 --log {log}",
        "new 0 · still 0 · fixed 5 · unasked 0",
        "new 0 · still 0 · fixed 0 · unseen 0 · unasked 5",
    ),
    Said(
        "Nor is it within an hour of which the log knows no more",
        "compare --since 2026-11-29T04:36:08 --log {log}",
        "new 0 · still 0 · fixed 5 · unasked 0",
        "new 0 · still 0 · fixed 0 · unseen 0 · unasked 5",
    ),
    Said(
        "A report that begins earlier says so",
        "report --since 2026-11-29T04:36:08 --log {log}",
        "",
        "exchanges are counted from 2026-11-29 04:00 UTC on, for the log knows no more of that hour",
        "nothing, and counted from 04:00 on",
    ),
    Said(
        "new/legacy in a report",
        "report --route evaluation.list --log {log}",
        "evaluation.list 7 0.8 5.4 6.46",
        "evaluation.list 7 0.8 5.4 4.27 (1.22 to 29.99)",
    ),
    Said(
        "new/legacy in readiness",
        "readiness --route evaluation.list --log {log}",
        "34.8% 50.0% 4.27 0",
        "34.8% 50.0% 4.27 (1.22 to 29.99) 0",
    ),
    Said(
        "A ratio of two exchanges is none",
        "report --route file.csv --log {log}",
        "file.csv 2 0.6 2.7 4.58",
        "file.csv 2 0.6 2.7 –",
    ),
    Said(
        "A day that has passed",
        "baseline found.json --reason Soon. --expires 2020-01-01 --to accepted.toml",
        "accepted.toml: 1 accepted, 1 new, 0 gone",
        "--expires 2020-01-01 has passed; give a day from",
    ),
    Said(
        "A check with a baseline",
        f"{CHECK} --baseline far.toml",
        "✓ parity",
        "baseline: 1 accepted, 0 expire within 14 days Parity: no, but all 1 clusters are in the baseline",
    ),
    Said(
        "Why and until when",
        f"{CHECK} --baseline far.toml",
        "",
        "accepted until 2999-12-31: Soon.",
        "nothing, in no output",
    ),
    Said(
        "What has ended",
        f"{CHECK} --baseline ended.toml",
        "",
        "until 2020-01-01 only: tasktype.get 200→200 $.task_type.contributor extra null→list; $.task_type.name value "
        "str→str; mend it, document it",
        "the same, without what to do",
    ),
    Said(
        "Differences that do not fail a check",
        f"{CHECK} --fail-on new_error",
        "✓ parity",
        "Parity: no, but this check does not fail on the 1 exchanges of 1 open clusters",
    ),
    Said(
        "Covered, of a route that nobody asked",
        "readiness --route badge.check --log {log}",
        "badge.check no 0 0 100.0% 0.0%",
        "badge.check no 0 0 100.0% –",
    ),
    Said(
        "Globs: clusters",
        "/clusters?route=badge.*&as=json",
        '"rows": [] }',
        '"cluster": "4c4f6fdf88"',
    ),
    Said(
        "Globs: entries",
        "deviations list --route badge.*",
        "",
        "badge-unknown",
        "entries of all routes only",
    ),
    Said("A parameter that no page has", "/?rout=badge.get", "", "HTTP 400", "HTTP 200, the whole overview"),
    Said(
        "Values, where legacy answered 412 and an entry demands 404",
        "report --route setup.differences --log {log}",
        "legacy 404",
        "expected 404",
    ),
    Said(
        "Null and texts",
        "report --route setup.differences --log {log}",
        "legacy None new '100'",
        'expected null new "100"',
    ),
    Said(
        "A key that legacy lacks",
        "show d9c12d407e --log {log}",
        "legacy null new [{",
        "expected (absent) new [{",
    ),
)


def prepared(folder: Path) -> dict[str, str]:
    """The log, and the recording of a task type whose name is another one and whose contributors are gone; the
    difference is accepted once for long, once until a day that has passed. Returns the URLs by their names in commands.
    """
    names = {name: f"sqlite:///{folder / name}.db" for name in ("log", "database")}
    (folder / "log.db").write_bytes(gzip.decompress(LOG.read_bytes()))
    asyncio.run(load(ROOT / "config" / "sample", names["database"]))
    recording = orjson.loads(gzip.decompress(RECORDINGS.read_bytes()).partition(b"\n")[0])
    content = recording["response"]["content"]
    answer = orjson.loads(content["text"])
    answer["task_type"]["name"] = "Supervised"
    del answer["task_type"]["contributor"]
    content["text"] = orjson.dumps(answer).decode()
    content["size"] = len(content["text"])
    (folder / "one.jsonl").write_bytes(orjson.dumps(recording) + b"\n")
    words = CHECK.format(**names).split()
    parity(*words, "--json", "found.json", folder=folder)
    accept = ["baseline", "found.json", "--reason", "Soon.", "--expires", "2999-12-31", "--to", "far.toml"]
    parity(*accept, folder=folder)
    accepted = (folder / "far.toml").read_text()
    (folder / "ended.toml").write_text(accepted.replace("2999-12-31", "2020-01-01"))
    return names


def told(asked: str, folder: Path, names: dict[str, str]) -> str:
    """What a command prints, or a page shows, with single blanks."""
    if asked.startswith("/"):
        return " ".join(asyncio.run(_page(asked, names["log"])).split())
    done = parity(*asked.format(**names).split(), folder=folder)
    return " ".join(f"{done.stdout} {done.stderr}".split())


async def _page(path: str, log: str) -> str:
    transport = httpx.ASGITransport(dashboard(log, config_directory(None)))
    async with httpx.AsyncClient(transport=transport, base_url="http://dashboard") as client:
        answer = await client.get(path)
    return f"HTTP {answer.status_code} {answer.text}"


def holds(one: Said, text: str) -> bool:
    """Whether it is said now, and no longer what was said before."""
    return one.now in text and not (one.before and one.before in text)

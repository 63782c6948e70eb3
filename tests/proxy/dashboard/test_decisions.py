"""Buttons of a cluster's page: they decide, for those who may."""

import asyncio
import logging
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from proxy.dashboard import decisions
from proxy.dashboard.app import dashboard
from proxy.dashboard.session import GuardedAdmin
from proxy.runtime import child
from tests.proxy.triage_cases import ID_TYPE_CLUSTER, own_config, undecided_log

pytestmark = pytest.mark.anyio
NAME = ID_TYPE_CLUSTER[:10]
TOKEN = {"authorization": "Bearer t"}
FAR = "2999-12-31"


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """The file into which an entry for the cluster is written."""
    return own_config(tmp_path) / "deviations" / "tasktypes.toml"


@pytest.fixture
async def page(registry: Path, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the pages of a log with one cluster that can be documented."""
    url = await undecided_log(tmp_path)
    pages = GuardedAdmin(dashboard(url, registry.parent.parent, token="t"), token="t", host="127.0.0.1")
    transport = httpx.ASGITransport(pages, client=("192.0.2.7", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def decided(page: httpx.AsyncClient, decision: str, **fields: str) -> tuple[int, str]:
    """Status of a decision, and what is said of it."""
    found = await page.post(f"/clusters/{NAME}/{decision}?as=json", data=fields, headers=TOKEN)
    return found.status_code, found.json()["message"]


async def state(page: httpx.AsyncClient) -> str:
    """The state of the cluster."""
    return str((await page.get(f"/clusters/{NAME}?as=json")).json()["standing"]["state"])


async def test_a_difference_is_documented_and_its_cluster_closed(
    page: httpx.AsyncClient, registry: Path
) -> None:
    """The entry is in its file, with the why that was given."""
    status, told = await decided(page, "document", why='Ids are "numbers" here.')
    assert status == 200, told
    assert told.startswith(f"wrote {registry}; the lint finds nothing wrong; with it the sample is explained")
    assert "the cluster is documented by the rules in force" in told
    entries = tomllib.loads(registry.read_text(encoding="utf-8"))["deviation"]
    assert entries[-1]["why"] == 'Ids are "numbers" here.'
    assert await state(page) == "documented"


async def test_a_difference_is_accepted_and_opened_again(page: httpx.AsyncClient) -> None:
    """For a time, by somebody."""
    status, told = await decided(page, "accept", reason="Until March.", expires=FAR, by="ann")
    assert (status, told) == (200, f"the cluster is accepted until {FAR} by ann: Until March.")
    assert "Open it again" in (await page.get(f"/clusters/{NAME}", headers=TOKEN)).text
    assert await decided(page, "withdraw") == (200, "the cluster is open by somebody at the dashboard")


async def test_it_is_compared_again(page: httpx.AsyncClient) -> None:
    """By the rules in force."""
    assert await decided(page, "recheck") == (200, "compared again: still mismatch; the cluster is open")


@pytest.mark.parametrize(
    ("decision", "fields", "status", "told"),
    [
        ("accept", {"reason": " ", "expires": FAR}, 422, "say why the difference may stay"),
        ("accept", {"reason": "x", "expires": "soon"}, 422, "the last day wants a date like 2026-12-31"),
        ("accept", {"reason": "x", "expires": "2020-01-01"}, 422, "the last day 2020-01-01 has passed"),
        ("document", {}, 422, "say why the difference is intended"),
        (
            "document",
            {"why": "x", "as": "other"},
            422,
            "as is documented, legacy-defect, new-wrong, not 'other'",
        ),
        ("document", {"why": "x", "as": "new-wrong"}, 422, "a fault of the new side is mended there"),
        ("document", {"why": "x", "as": "legacy-defect"}, 422, "PHP's answer is whole"),
        ("explode", {}, 404, "there is no decision 'explode'"),
    ],
)
async def test_what_cannot_be_done_is_said(
    page: httpx.AsyncClient, registry: Path, decision: str, fields: dict[str, str], status: int, told: str
) -> None:
    """And nothing has changed."""
    before = registry.read_bytes()
    found = await decided(page, decision, **fields)
    assert (found[0], found[1][: len(told)]) == (status, told)
    assert (registry.read_bytes(), await state(page)) == (before, "open")


async def test_only_those_who_may_decide(page: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    """With token or session, from a page of this port; each leaves a line."""
    caplog.set_level(logging.WARNING, "proxy.audit")
    path = f"/clusters/{NAME}/accept"
    fields = {"reason": "x", "expires": FAR}
    strange = {**TOKEN, "origin": "http://attacker.test"}
    assert (await page.post(path, data=fields)).status_code == 401
    assert (await page.post(path, data=fields, headers=strange)).status_code == 403
    assert await state(page) == "open"
    assert "Sign in to decide" in (await page.get(f"/clusters/{NAME}")).text
    signed = await page.post("/-/session", data={"token": "t", "next": f"/clusters/{NAME}#decide"})
    assert (signed.status_code, signed.headers["location"]) == (303, f"/clusters/{NAME}#decide")
    assert "Accept it" in (await page.get(f"/clusters/{NAME}")).text
    done = await page.post(path, data=fields)
    assert (done.status_code, "Back to the cluster" in done.text) == (200, True)
    lines = [record.message for record in caplog.records if record.name == "proxy.audit"]
    told = [(path, 401), (path, 403), ("/-/session", 303), (path, 200)]
    assert lines == [f"admin command {where} from 192.0.2.7: {status}" for where, status in told]


async def test_a_form_that_does_not_end_decides_nothing(page: httpx.AsyncClient) -> None:
    """Nor does one that is too long: what is missing may be what matters."""
    status, told = await decided(page, "accept", reason="x" * 70_000, expires=FAR)
    assert (status, told[:20]) == (413, "the form is too long")
    assert await state(page) == "open"


async def test_what_somebody_says_of_a_cluster_is_stored_as_text(page: httpx.AsyncClient) -> None:
    """Bounded, and nothing that a terminal obeys."""
    status, _ = await decided(
        page, "accept", reason="\0\x1b[31m" + "x" * 9000, expires=FAR, by="\x1b\n" * 300
    )
    standing = (await page.get(f"/clusters/{NAME}?as=json")).json()["standing"]
    assert (status, standing["state"], standing["reason"][:12]) == (200, "accepted", r"\x00\x1b[31m"[:12])
    assert (len(standing["reason"]) < 2100, standing["by"][:12]) == (True, r"\x1b\n\x1b\n"[:12])
    assert len(standing["by"]) <= 200


async def test_without_a_token_nobody_decides(page: httpx.AsyncClient, tmp_path: Path) -> None:
    """The page names the commands."""
    transport = httpx.ASGITransport(dashboard(f"sqlite:///{tmp_path}/log.db", tmp_path / "config"))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        refused = await client.post(f"/clusters/{NAME}/recheck?as=json")
        assert refused.status_code == 403
        assert "parity accept" in (await client.get(f"/clusters/{NAME}")).text
        assert refused.json() == {"message": "commands are off: the settings have no admin_token"}


async def test_a_decision_that_hangs_or_breaks_is_ended(
    page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And said; the next one is carried out."""
    monkeypatch.setattr(decisions, "_PATIENCE", 0.01)
    assert await decided(page, "recheck") == (503, "this took longer than 0 seconds and was ended")
    monkeypatch.setattr(decisions, "_PATIENCE", 60)
    with monkeypatch.context() as broken:
        broken.setattr(child, "command", lambda *_, **__: ["false"])
        status, told = await decided(page, "recheck")
    assert (status, told) == (500, "deciding ended with status 1; the proxy's log says why")
    both = await asyncio.gather(decided(page, "recheck"), decided(page, "recheck"))
    assert [status for status, _ in both] == [200, 200]

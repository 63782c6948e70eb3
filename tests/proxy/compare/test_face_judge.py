"""Judging the legacy face where it does not answer as PHP did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from config.legacy_errors import load_legacy_errors
from config.routes import load_routes
from diffing.deviations import load_registry
from diffing.further import Answers
from diffing.model import Asked, Comparison, FollowUp, Observation, Outcome
from proxy.checking.replay import Replay, ReplayedExchange
from proxy.compare.face_judge import FaceJudge
from proxy.message.translation import Request, Translation
from proxy.recordings.recording import RecordedRequest, Recording
from proxy.translate.to_new import legacy_to_new
from tests.proxy.exchanges import replayed_exchange

pytestmark = pytest.mark.anyio
CONFIG = Path(__file__).parent.parent.parent.parent / "config"
JSON = (("content-type", "application/json; charset=utf-8"),)
XML = (("content-type", "text/xml; charset=utf-8"),)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
CRASH = Observation(500, (("content-type", "text/html"),), b"")
BROKE = Comparison(Outcome.LEGACY_ERROR)


def error(code: str, status: int = 412) -> Observation:
    """PHP's refusal."""
    return Observation(status, JSON, b'{"error":{"code":"%s","message":"m"}}' % code.encode())


def problem(status: int, slug: str, code: str | None) -> Observation:
    """The new API's."""
    told = f', "code": "{code}"' if code else ""
    body = f'{{"type": "https://openml.org/problems/{slug}", "status": {status}{told}}}'
    return Observation(status, (("content-type", "application/problem+json"),), body.encode())


@dataclass
class Case:
    """One request, with what everybody answers to it.

    Args:
        target: Below ``/api/v1/``.
        new: What the new API answers.
        said: What the registry says of the new API.
        others: What the face answers to other targets.
        legacy: What PHP answered.
        found: What comparing found.
        before: What the new API says before a write.
        body: The form.
    """

    target: str
    face: Observation
    new: Observation
    said: Comparison
    others: Mapping[str, Observation] = field(default_factory=dict)
    method: str = "GET"
    legacy: Observation = CRASH
    found: Comparison = BROKE
    before: Answers = field(default_factory=dict)
    body: bytes = b""

    async def judged(self) -> Comparison:
        """What comes of it."""
        routes = load_routes(CONFIG)
        target = f"/api/v1/{self.target}".encode()
        request = RecordedRequest(self.method, "https://openml.test", target, FORM, self.body)
        recording = Recording("x.1", "x", "none", request, self.legacy)
        translation = legacy_to_new(Request(self.method, target, FORM, self.body), routes)
        case = self

        class Twin:
            async def step(self, recording: Recording, translation: Any) -> ReplayedExchange:
                return replayed_exchange(recording, translation, None, case.new, case.said)

            def asked(self, _recording: Recording, translation: Translation) -> Asked:
                return Asked(translation.route, case.method, translation.parameters)

            async def ahead(self, _recording: Recording, _translation: Translation) -> Answers:
                return case.before

        async def ask(asked: bytes) -> Observation:
            return self.others.get(asked.decode().removeprefix("/api/v1/"), CRASH)

        judge = FaceJudge(load_registry(CONFIG), load_legacy_errors(CONFIG), cast(Replay, Twin()))
        before = await judge.ahead(recording, translation)
        return await judge.judge(recording, translation, self.face, self.found, ask, before)


def documented(*names: str) -> Comparison:
    """PHP's crash is known."""
    return Comparison(Outcome.LEGACY_ERROR, deviations=names)


INPUTS = Observation(200, JSON, b'{"task_inputs":{"task_id":"1","input":{"name":"a","value":"<"}}}')
AS_XML = (
    b'<o:task_inputs xmlns:o="u"><o:task_id>1</o:task_id><o:input name="a">&lt;</o:input></o:task_inputs>'
)
KNOWN = documented("task-inputs-unescaped")


async def test_a_success_has_phps_root_and_two_forms_that_agree() -> None:
    """Where PHP died of a text."""
    both = {"xml/task/inputs/1": Observation(200, XML, AS_XML)}
    new = Observation(200, JSON, b"{}")
    assert (await Case("json/task/inputs/1", INPUTS, new, KNOWN, both).judged()).verdict == "legacy_error"
    other = {"xml/task/inputs/1": Observation(200, XML, AS_XML.replace(b"&lt;", b"&gt;"))}
    assert (await Case("json/task/inputs/1", INPUTS, new, KNOWN, other).judged()).outcome is Outcome.MISMATCH
    wrong = Observation(200, JSON, b'{"task":{}}')
    assert (await Case("json/task/inputs/1", wrong, new, KNOWN, both).judged()).outcome is Outcome.MISMATCH
    assert (await Case("json/task/inputs/1", error("151"), new, KNOWN).judged()).outcome is Outcome.MISMATCH


async def test_phps_own_json_may_say_less() -> None:
    """But nothing else."""
    target, other = "json/run/list/limit/1", "xml/run/list/limit/1"
    shown = Observation(200, JSON, b'{"runs":{"run":[{"run_id":1,"run_details":"&quot;x&quot;"}]}}')
    said = Comparison(Outcome.LEGACY_ERROR, deviations=("run-list-not-json",))
    for number, outcome in ((1, Outcome.LEGACY_ERROR), (2, Outcome.MISMATCH)):
        row = f'<run_id>{number}</run_id><task_type_id>1</task_type_id><run_details>"x"</run_details>'
        both = {other: Observation(200, XML, f"<runs><run>{row}</run></runs>".encode())}
        new = Observation(200, JSON, b"[]")
        assert (await Case(target, shown, new, said, both).judged()).outcome is outcome


async def test_what_nobody_documented_stays_undocumented() -> None:
    """Whatever the face answers."""
    new = Observation(200, JSON, b"{}")
    case = Case("json/task/inputs/1", INPUTS, new, Comparison(Outcome.LEGACY_ERROR))
    assert (await case.judged()).verdict == "legacy_error:undocumented"


async def test_an_error_has_the_code_of_the_new_api_and_phps_status() -> None:
    """No other."""
    new = problem(404, "no-results", "674")
    said = documented("setup-list-backslash")
    target = "json/setup/list/tag/a%5C"
    assert (await Case(target, error("674"), new, said).judged()).verdict == "legacy_error"
    assert (await Case(target, error("671"), new, said).judged()).outcome is Outcome.MISMATCH
    assert (await Case(target, error("674", 450), new, said).judged()).outcome is Outcome.MISMATCH


async def test_a_number_that_is_no_integer_is_answered_as_the_integer() -> None:
    """The face is asked for that."""
    same = {"json/task/1": INPUTS}
    new = problem(422, "validation-error", None)
    found = await Case("json/task/1.0", INPUTS, new, documented("rule-id"), same).judged()
    assert (found.verdict, found.deviations) == ("legacy_error", ("rule-id",))


async def test_a_repaired_refusal_has_its_own_code() -> None:
    """Only where an entry says that it holds in this dialect, too."""
    done = Observation(200, JSON, b'{"setup_delete":{"id":"1"}}')
    mismatch = Comparison(Outcome.MISMATCH)
    new = problem(403, "setup-not-owned", None)

    def case(entry: str) -> Case:
        said = Comparison(Outcome.EXPLAINED, deviations=(entry,))
        return Case("json/setup/1", error("403"), new, said, {}, "DELETE", done, mismatch)

    assert (await case("setup-delete-not-owned").judged()).outcome is Outcome.EXPLAINED
    assert (await case("task-on-private-data").judged()).outcome is Outcome.MISMATCH


async def test_a_write_that_php_died_of_is_not_asked_for_again() -> None:
    """An entry without premise says what comes of it, or one that looks at what is stored."""
    made = Observation(200, JSON, b'{"upload_task":{"id":"1"}}')
    twice = Observation(450, JSON, b'{"error":{"code":"473","message":"m"}}{"upload_task":{"id":"1"}}')
    said = Comparison(Outcome.MISMATCH)
    found = await Case("json/task", made, CRASH, said, {}, "POST", twice).judged()
    assert found.deviations == ("upload-tag-refused",)
    liked = Observation(200, JSON, b'{"like":{"user_id":"2","knowledge_type":"d","knowledge_id":"62"}}')
    stored = await Case("json/votes/up/d/62", liked, CRASH, said, {}, "POST", CRASH).judged()
    assert stored.deviations == ("stored-and-dead",)


@pytest.mark.parametrize(
    ("before", "verdict"),
    [
        (b'{"id": 30, "description": ""}', "legacy_error"),
        (b'{"id": 30, "description": "x"}', "legacy_error:undocumented"),
        (None, "legacy_error:undocumented"),
    ],
)
async def test_a_premise_of_a_write_is_asked_before(before: bytes | None, verdict: str) -> None:
    """Afterwards it would be another one."""
    forked = Observation(200, JSON, b'{"data_fork":{"id":"1"}}')
    said = Comparison(Outcome.MISMATCH)
    known: Answers = (
        {} if before is None else {(FollowUp.PREMISE, "/datasets/30"): Observation(200, JSON, before)}
    )
    case = Case("json/data/fork", forked, CRASH, said, {}, "POST", CRASH, BROKE, known, b"data_id=30")
    assert (await case.judged()).verdict == verdict


async def test_other_methods_are_refused_where_php_dies_of_them() -> None:
    """Only there: most reads of PHP answer every method."""
    new, refused = problem(405, "method-not-allowed", "100"), error("100")
    said = Comparison(Outcome.LEGACY_ERROR, deviations=("method-not-allowed",))
    assert (await Case("json/study", refused, new, said).judged()).verdict == "legacy_error"
    assert (await Case("json/study", error("1031"), new, said).judged()).outcome is Outcome.MISMATCH
    said = Comparison(Outcome.EXPLAINED, deviations=("method-not-allowed",))
    found = Comparison(Outcome.MISMATCH)
    answered = Observation(200, JSON, b'{"users":[]}')
    missing = Case("json/user/list", refused, new, said, {}, "PUT", answered, found)
    assert (await missing.judged()).outcome is Outcome.MISMATCH


async def test_a_search_index_that_failed_is_no_failure() -> None:
    """Said before PHP's answer, too."""
    made = Observation(200, JSON, b'{"data_edit":{"id":"61"}}')
    twice = Observation(412, JSON, b'{"error":{"code":"105","message":"m"}}{"data_edit":{"id":"61"}}')
    said = Comparison(Outcome.MISMATCH)
    found = await Case("json/data/edit", made, CRASH, said, {}, "POST", twice).judged()
    assert found.deviations == ("rule-index",)


async def test_a_path_that_php_does_not_know_is_refused() -> None:
    """With code 100."""
    said = documented("unknown-path-defect")
    new = problem(404, "not-found", "100")
    assert (await Case("json/votes/x/list", error("100", 450), new, said).judged()).verdict == "legacy_error"
    done = Observation(200, JSON, b"{}")
    assert (await Case("json/votes/x/list", done, new, said).judged()).verdict == "legacy_error:undocumented"


async def test_what_php_died_of_can_be_refused_with_good_reason() -> None:
    """As a private description with markup."""
    new = problem(403, "dataset-no-access", "112")
    said = documented("dataset-descriptions-private")
    found = await Case("json/data/description/list/130", error("112"), new, said).judged()
    assert (found.verdict, found.deviations) == ("legacy_error", ("dataset-descriptions-private",))


@pytest.mark.parametrize(("name", "outcome"), [("a", Outcome.LEGACY_ERROR), ("b", Outcome.MISMATCH)])
async def test_phps_own_json_has_fewer_fields(name: str, outcome: Outcome) -> None:
    """The uploader of a listed data set is in the XML only; what both have is the same."""
    listed = Observation(200, JSON, b'{"data":{"dataset":[{"did":1,"name":"a"}]}}')
    xml = (
        b'<o:data xmlns:o="u"><o:dataset><o:did>1</o:did><o:name>%s</o:name>'
        b"<o:uploader>2</o:uploader></o:dataset></o:data>"
    )
    others = {"xml/data/list": Observation(200, XML, xml % name.encode())}
    new = Observation(200, JSON, b"[]")
    case = Case("json/data/list", listed, new, documented("dataset-list-not-json"), others)
    assert (await case.judged()).outcome is outcome

"""The glossary has every word that reports and pages show."""

import re
from collections import defaultdict

from config.rollout import Stage
from diffing.guide.words import ROLES
from diffing.model import UNDOCUMENTED, Outcome, SkipReason
from diffing.parity import BAD, FAILING, GOOD
from proxy.dashboard.glossary import GLOSSARY, terms


def words() -> dict[str, list[str]]:
    """The words of each table, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for heading, word, _ in terms():
        found[heading].append(word)
    return found


def test_each_verdict_reason_stage_and_role_is_told_once() -> None:
    """And none that there is not."""
    found = words()
    assert sorted(found["Verdicts"]) == sorted([*Outcome, UNDOCUMENTED])
    assert sorted(found["Reasons"]) == sorted(SkipReason)
    assert found["Stages"] == list(Stage)
    assert found["Roles"] == list(ROLES)


def test_verdicts_count_as_parity_counts_them() -> None:
    """Right, wrong, or not judged; and what fails a check."""
    counted = {word: re.search(r"counts as: (.*?);", said) for _, word, said in terms()}
    kinds = {"right": GOOD, "wrong": BAD}
    for word in words()["Verdicts"]:
        kind = next((kind for kind, some in kinds.items() if word in some), "not judged")
        found = counted[word]
        assert found is not None
        assert found[1] == kind
    named = set(FAILING) - set(BAD)
    [sentence] = re.findall(r"`parity check` fails on .*", GLOSSARY.read_text(encoding="utf-8"))
    assert set(re.findall(r"`(\w+_\w+)`", sentence)) == named


def test_no_meaning_is_missing() -> None:
    """Nor is it markup."""
    assert [term for term in terms() if not all(term) or "`" in "".join(term)] == []

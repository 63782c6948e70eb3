"""The reference is of this code, and complete."""

import re

from diffing.model import UNDOCUMENTED, Outcome, SkipReason
from diffing.rules.book import RULES
from diffing.transforms import TRANSFORMS
from proxy.fleet import sender, taker
from tests.functional.public_names import commands, metrics, settings
from tests.reference import PAGE, page


def test_the_page_is_what_the_code_says() -> None:
    """`make reference` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_everything_is_in_it() -> None:
    """Commands with options, keys of settings, metrics, verdicts, reasons, rules, transforms; each has a meaning."""
    text = PAGE.read_text(encoding="utf-8")
    parts = dict(
        zip(re.findall(r"^### `(.+)`$", text, re.M), re.split(r"^### .+$", text, flags=re.M)[1:], strict=True)
    )
    missing = []
    for name in commands():
        command, _, option = name.partition(" --")
        if option and f"`--{option}" not in parts[command] and f"--{option} " not in parts[command]:
            missing.append(name)
    for name in settings():
        file, key = name.split(" ")
        if f"| `{key}` |" not in parts[file] and f"| `{key}." not in parts[file]:
            missing.append(name)
    names = [*(rule.id for rule in RULES), *TRANSFORMS, *metrics(), *Outcome, UNDOCUMENTED, *SkipReason]
    missing += [name for name in names if not re.search(rf"^\\| `{name}(_total)?[`{{]", text, re.M)]
    assert missing == []
    assert re.findall(r"^.*\| +\|$", text, re.M) == []


def test_reasons_for_which_a_fleet_sheds_are_told() -> None:
    """Each in the table that the reference leads to, and none that there is not."""
    fleet = (PAGE.parent / "fleet.md").read_text(encoding="utf-8")
    table = fleet.partition("## What is counted")[2].partition("| reason |")[2].partition("\n\n")[0]
    told = {*re.findall(r"^\| `(.+?)` \|", table, re.M)}
    assert told == {
        *(sender.FULL, sender.AWAY, sender.REFUSED, sender.FAILED, sender.TOO_MANY_SECRETS),
        *(taker.ABANDONED, taker.UNREADABLE),
    }

"""The reference is of this code, and complete."""

import re

from diffing.rules.book import RULES
from diffing.transforms import TRANSFORMS
from tests.functional.public_names import commands, metrics, settings
from tests.reference import PAGE, page


def test_the_page_is_what_the_code_says() -> None:
    """`make reference` writes it anew."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_everything_is_in_it() -> None:
    """Commands with their options, keys of settings, metrics, rules, transforms; each has a meaning."""
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
    names = [*(rule.id for rule in RULES), *TRANSFORMS, *metrics()]
    missing += [name for name in names if not re.search(rf"^\\| `{name}(_total)?[`{{]", text, re.M)]
    assert missing == []
    assert re.findall(r"^.*\| +\|$", text, re.M) == []

"""Form fields as PHP reads them: what its filter against scripts makes of a text (legacy notes, data 8 and 12, no. 33).

Percent sequences are decoded until none is left, control characters go, tabs become blanks; a script element and names
of a browser's objects are removed; the parentheses of a function call, and the marks of comments and of programs,
become entities. Rows that both APIs look for by such a text must hold the same. What else the filter knows of markup
(handlers in attributes, elements) is not done.
"""

import re

from config.php.encoded import unquoted

_REMOVED = "[removed]"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")
_SCRIPT = re.compile(r"</*script.*?>", re.IGNORECASE | re.DOTALL)
_CALL = re.compile(
    r"(alert|prompt|confirm|cmd|passthru|eval|exec|expression|system|fopen|fsockopen|file|file_get_contents|readfile"
    r"|unlink)(\s*)\((.*?)\)",
    re.IGNORECASE | re.DOTALL,
)
_NEVER_ALLOWED = re.compile(
    r"(?:document|\(document\))\.(?:cookie|write)|\.parentNode|\.innerHTML|-moz-binding"
    r"|(?i:javascript\s*:|vbscript\s*:|wscript\s*:|jscript\s*:|vbs\s*:|expression\s*(?:\(|&#40;)|redirect\s+30[0-9]"
    r"|(?:\(?document\)?|\(?window\)?(?:\.document)?)\.(?:location|on\w*))"
)
_MARKS = {
    "<!--": "&lt;!--",
    "-->": "--&gt;",
    "<![CDATA[": "&lt;![CDATA[",
    "<comment>": "&lt;comment&gt;",
    "<%": "&lt;&#37;",
    "<?": "&lt;?",
    "?>": "?&gt;",
}
_MARK = re.compile("|".join(map(re.escape, _MARKS)))
_LONGEST = 20
"""Rounds of decoding; each takes two characters away at least, and nobody encodes a text that often."""


def filtered(text: str) -> str:
    """What PHP's form field holds. ``text``: as it was sent. Returns the text without percent sequences, control
    characters, tabs, scripts, function calls and browser objects.
    """
    text = _CONTROL.sub("", text)
    for _ in range(_LONGEST):
        decoded = unquoted(text, "replace")
        if decoded == text:
            break
        text = decoded
    text = _NEVER_ALLOWED.sub(_REMOVED, _CONTROL.sub("", text).replace("\t", " "))
    text = _MARK.sub(lambda found: _MARKS[found[0]], text)
    text = _up_to(">", text, _SCRIPT, _REMOVED)
    return _up_to(")", text, _CALL, r"\1\2&#40;\3&#41;")


def _up_to(end: str, text: str, pattern: re.Pattern[str], by: str) -> str:
    """Replace what ends so; behind the last end nothing does, and looking for it would take ever longer."""
    before, last, rest = text.rpartition(end)
    return pattern.sub(by, before + last) + rest

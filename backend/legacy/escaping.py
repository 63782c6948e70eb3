"""Texts as documents of PHP's dialect hold them: escaped, trimmed, without what XML cannot say."""

import re

from config.php.text import TRIMMED

# XML 1.0 has no way to say these; PHP dies of them.
_UNSPEAKABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BLANKS = str.maketrans("\t\n\r", "   ")


def shown(text: str) -> str:
    """A text with line ends made one, trimmed at both ends."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(TRIMMED)


def one_line(value: str) -> str:
    """White space in attributes is blanks, as XML has it."""
    if "\n" in value or "\t" in value or "\r" in value:
        return value.replace("\r\n", " ").translate(_BLANKS)
    return value


def every_escaped(texts: list[str]) -> list[str]:
    """Several texts escaped, which mostly need not be: looked at once for all."""
    whole = "".join(texts)
    if "&" in whole or "<" in whole or ">" in whole or '"' in whole or "\r" in whole:
        return [escaped(text) for text in texts]
    return texts


def escaped(text: str) -> str:
    """A text with nothing that XML would read."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def speakable(text: str) -> str:
    """A text without what XML cannot hold."""
    return _UNSPEAKABLE.sub("�", text)

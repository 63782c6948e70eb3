"""Text as PHP's JSON shows it, and the ways PHP splits it (legacy notes, data 5.3 and 10.2)."""

TRIMMED = " \t\n\r\0\v"
"""What PHP's trim takes off: no no-break space, no form feed."""


def trimmed(text: str | None) -> str | None:
    """Text of a converted template: line ends made one, trimmed at both ends. ``text``: as the column has it. Returns
    what PHP's JSON shows; None stays None.
    """
    if text is None:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip(TRIMMED)


def trimmed_or_empty(text: str | None) -> str:
    """The same, for fields that are never null. ``text``: as the column has it. Returns what PHP's JSON shows; ``""``
    for None.
    """
    return trimmed(text) or ""


def split_commas(text: str | None) -> list[str]:
    """Split at every comma, whatever the quotation (new-API contract, decision 5). ``text``: as the column has it.
    Returns the trimmed parts; none for None and for blank text.
    """
    whole = trimmed_or_empty(text)
    return [part.strip(TRIMMED) for part in whole.split(",")] if whole else []


def special_characters(text: str) -> str:
    """Text as HTML has it, as PHP 7.4's htmlspecialchars writes it: single quotes stay. ``text``: to be written."""
    return text.translate(_SPECIAL)


_SPECIAL = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


def csv_fields(text: str | None) -> list[str]:
    """The first CSV record of a text, as the fgetcsv of PHP 7.4 reads it.

    Comma and double quote; a doubled quote is one; a backslash keeps the next quote from closing and stays in the
    text; blanks before an opening quote go, text behind a closing quote is kept; quoted line ends belong to the field,
    an unquoted one ends the record. A single line whose last quote stays open is no record at all. ``text``: as the
    column has it. Returns the trimmed fields. None and empty text have none; so has a text of one empty field (PHP
    prints ``[]`` for it).
    """
    fields = [trimmed_or_empty(field) for field in csv_record(text)]
    return [] if fields == [""] else fields


def csv_record(text: str | None) -> list[str]:
    """The same fields as they are, with their blanks; that of an empty record, too. ``text``: as the column has it."""
    if not text:
        return []
    fields: list[str] = []
    at, end = 0, len(text)
    while True:
        start = at
        while at < end and text[at] in " \t\v\f":
            at += 1
        value, open_end = "", False
        if at < end and text[at] == '"':
            value, at, open_end = _quoted(text, at + 1)
        else:
            at = start
        if open_end and "\n" not in text and not text.endswith("\r"):
            return []
        stop = at
        while stop < end and text[stop] not in ",\n":
            stop += 1
        fields.append(value + text[at:stop])
        if stop == end or text[stop] != ",":
            return fields
        at = stop + 1


def _quoted(text: str, at: int) -> tuple[str, int, bool]:
    """A quoted field from behind its opening quote: its value, where the text goes on, and whether it stays open."""
    value: list[str] = []
    end = len(text)
    while at < end:
        char = text[at]
        if char == "\\" and at + 1 < end:
            value.append(text[at : at + 2])
            at += 2
        elif char != '"':
            value.append(char)
            at += 1
        elif text[at + 1 : at + 2] == '"':
            value.append('"')
            at += 2
        else:
            return "".join(value), at + 1, False
    return "".join(value), at, True

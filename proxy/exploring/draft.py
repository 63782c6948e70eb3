"""A request that is being made, and what it is in the end."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from proxy.recordings.caller_keys import PREFIX
from proxy.recordings.form_parts import FormPart, form_of
from proxy.recordings.recording import RecordedRequest
from proxy.translate.to_new import KEY

RAW: Final = ",.:;~+*()'$!@"
"""What stays as it is in a path: an escape would hide that it is there."""

_FORM: Final = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(slots=True)
class RequestDraft:
    """A request that is being made.

    Args:
        head: What the path begins with, up to a slash.
        segments: Of the path behind it, encoded.
        filters: Names and values that follow in the path; a last one without value has none.
        fields: Those of the form.
        parts: Files of the form, which makes it a multipart one.
        varying: Which of the segments are no literals.
    """

    method: str
    head: str
    segments: list[str]
    caller: str
    filters: list[tuple[str, str]] = field(default_factory=list)
    query: list[tuple[str, str]] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    parts: list[FormPart] = field(default_factory=list)
    varying: list[int] = field(default_factory=list)

    def finished(self, base: str) -> RecordedRequest:
        """The request, with a placeholder for the key. ``base``: scheme and authority."""
        segments = [*self.segments]
        for name, value in self.filters:
            segments.append(quote(name, safe=RAW))
            if value or (name, value) != self.filters[-1]:
                segments.append(quote(value, safe=RAW))
        keyed = [] if self.caller == "none" else [(KEY, f"{PREFIX}{self.caller}")]
        in_form = self.method == "POST" and bool(self.fields or self.parts)
        query = urlencode([*self.query, *([] if in_form else keyed)])
        target = f"{self.head}{'/'.join(segments)}{'?' if query else ''}{query}"
        headers: tuple[tuple[str, str], ...] = ()
        body = b""
        if in_form and self.parts:
            fields = [FormPart(name, value.encode()) for name, value in (*keyed, *self.fields)]
            header, body = form_of((*fields, *self.parts))
            headers = (header,)
        elif in_form:
            headers, body = (_FORM,), urlencode([*keyed, *self.fields]).encode()
        return RecordedRequest(self.method, base, target.encode(), headers, body)

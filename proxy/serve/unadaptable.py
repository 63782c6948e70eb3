"""Legacy answers that cannot be told in the shapes of the new API: the new side answers otherwise, or legacy broke."""

from config.routes import gives_files
from diffing.decode import Form, decode
from diffing.model import Asked, Observation
from diffing.problem import message_of
from diffing.registry import Kind, Registry
from proxy.serve.adapt import told_as_problem
from proxy.serve.telling import LONGEST


def unadaptable(asked: Asked, legacy: Observation, registry: Registry) -> str | None:
    """Why a legacy answer is not that of the new API in another form.

    A refusal whose premise only another answer could show is not looked at: legacy's answer is then as good as any.
    Returns a sentence; None when the answer can be adapted. ``asked``: facts of the client's request. ``legacy``: what
    the legacy side answered; it answered something.
    """
    old = decode(legacy, LONGEST)
    status = legacy.status or 0
    error = old.document if old.form is Form.ERROR and isinstance(old.document, dict) else None
    code = None if error is None else str(error.get("code"))
    message = "" if error is None else message_of(error)
    for entry in registry.of_route(asked.route_name):
        told = told_as_problem(entry)
        if entry.legacy is None or entry.kind not in (Kind.STATUS, Kind.REFUSAL, Kind.ACCEPTS):
            continue
        if entry.premise is not None or entry.derive in ("headers", "get"):
            continue
        if entry.legacy.fits(status, code) and entry.when.why_not(asked, old.document, message) is None:
            return None if told else f"The new API answers otherwise here: {entry.title}."
    page = old.form is Form.HTML and not 300 <= status < 400
    if page or status >= 500 or old.form in (Form.BROKEN, Form.TWO_DOCUMENTS):
        return "The legacy side gave an answer that is no answer."
    # Files go on as they are, whatever they are coded in.
    documents = asked.route is not None and not gives_files(asked.route)
    if documents and old.form is Form.CODED:
        return f"The legacy side gave an answer that cannot be read: {old.why}."
    if documents and 200 <= status < 300 and old.form in (Form.EMPTY, Form.TEXT):
        return "The legacy side gave an answer that is no document."
    if error is not None or status >= 400:
        return f"The legacy side refuses this, and why is not documented: {message or 'it says nothing'} (code {code})."
    return None

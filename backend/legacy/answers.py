"""Answers that many writes give: what was made, changed or deleted."""

from backend.legacy.faces import Faces
from backend.legacy.tree import element


def identified(name: str, key: str = "id") -> Faces[[int]]:
    """The faces of an answer that is an id. ``name``: PHP's word for the answer: ``upload_task``, ``task_delete``.
    ``key``: PHP's word for the id; the new API says ``id``.
    """
    return Faces(lambda number: {"id": number}, lambda number: element(name, element(key, number)))

"""What an operation answers in each dialect, made of the same rows.

An operation declares its faces once, and its handler returns the rows through them::

    TASK_TYPE = Faces(shapes.task_type, legacy.task_type)

    @operation("tasktype.get", ..., faces=TASK_TYPE)
    async def get(call): ...
        return TASK_TYPE(row, inputs)
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, ParamSpec

from backend.legacy.tree import Element

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Faces(Generic[P]):
    """The presenters of an operation; all take the same rows.

    Args:
        new: Makes the document of the new API.
        legacy: Makes PHP's tree of elements.
        legacy_json: Makes PHP's JSON where that is no conversion of the tree: the document, with PHP's numbers.
    """

    new: Callable[P, Mapping[str, Any] | Sequence[Any]]
    legacy: Callable[P, Element]
    legacy_json: Callable[P, Mapping[str, Any]] | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> "Found":
        """What a handler returns: the rows, to be presented."""
        return Found(self, args, kwargs)


@dataclass(frozen=True, slots=True)
class Found:
    """Rows that an operation found. ``faces``: present them. ``kwargs``: further ones."""

    faces: Faces[Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]

    def new(self) -> Mapping[str, Any] | Sequence[Any]:
        """The document of the new API."""
        return self.faces.new(*self.args, **self.kwargs)

    def legacy(self) -> Element:
        """PHP's tree of elements."""
        return self.faces.legacy(*self.args, **self.kwargs)

    def legacy_json(self) -> Mapping[str, Any] | None:
        """PHP's own JSON; None where that is made of the tree."""
        make = self.faces.legacy_json
        return None if make is None else make(*self.args, **self.kwargs)

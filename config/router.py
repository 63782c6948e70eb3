"""From method and raw path of the new API to what answers it.

The path is matched as it came, undecoded: ``%31`` is the text ``%31`` and not ``1`` (legacy notes, data 1.2;
new-API contract, decision 7), which the decoded path of an ASGI scope could not tell apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

VERSION_PREFIX = "v1"


@dataclass(frozen=True, slots=True)
class Match(Generic[T]):
    """What a path leads to.

    Args:
        target: What answers; None when the path is known and the method is not.
        segments: Raw text of each variable segment, by name.
        methods: All methods that this path knows, in order of declaration.
        nearest: What the path leads to by the first of its methods, where the method is not known.
    """

    target: T | None
    segments: Mapping[str, str]
    methods: tuple[str, ...]
    nearest: T | None = None


@dataclass(slots=True)
class _Node(Generic[T]):
    literals: dict[str, "_Node[T]"] = field(default_factory=dict)
    variable: "_Node[T] | None" = None
    rest: "_Node[T] | None" = None
    targets: dict[str, tuple[T, tuple[str, ...]]] = field(default_factory=dict)


class Router(Generic[T]):
    """A tree of path segments; a literal segment goes before a variable one."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, template: str, target: T) -> None:
        """Register a path. Raises ValueError: the method of this path is taken.

        Args:
            method: Upper-case method name.
            template: ``/datasets/{dataset_id}``; a last segment ``{name:rest}`` takes all that follows.
            target: What answers it.
        """
        node = self._root
        names: list[str] = []
        for segment in template.strip("/").split("/"):
            if not segment.startswith("{"):
                node = node.literals.setdefault(segment, _Node())
                continue
            name, _, kind = segment[1:-1].partition(":")
            names.append(name)
            if kind == "rest":
                node.rest = node.rest or _Node()
                node = node.rest
            else:
                node.variable = node.variable or _Node()
                node = node.variable
        if method in node.targets:
            raise ValueError(f"{method} {template} is taken by {node.targets[method][0]!r}")
        node.targets[method] = (target, tuple(names))

    def find(self, method: str, path: str) -> Match[T] | None:
        """Look up a request.

        The most specific template that knows the method answers, as PHP's dispatchers test pattern and method together
        (legacy notes, data 10.1). ``method``: upper-case method name. ``path``: the raw path, still percent-encoded.
        Returns the match; None when no template fits the path.
        """
        return self.match(method, path.removeprefix("/").removesuffix("/").split("/"))

    def match(self, method: str, segments: Sequence[str]) -> Match[T] | None:
        """Look up a path that is split already; as ``find``."""
        if len(segments) > 1 and segments[0] == VERSION_PREFIX:
            segments = segments[1:]
        nearest: tuple[T, Mapping[str, str]] | None = None
        methods: dict[str, None] = {}
        for node, values in self._walk(self._root, segments, 0, ()):
            target, names = node.targets.get(method) or next(iter(node.targets.values()))
            found = dict(zip(names, values, strict=True))
            if method in node.targets:
                return Match(target, found, tuple(node.targets))
            nearest = nearest or (target, found)
            methods.update(dict.fromkeys(node.targets))
        return Match(None, nearest[1], tuple(methods), nearest[0]) if nearest else None

    def _walk(
        self, node: _Node[T], segments: Sequence[str], at: int, values: tuple[str, ...]
    ) -> Iterator[tuple[_Node[T], tuple[str, ...]]]:
        if at == len(segments):
            if node.targets:
                yield node, values
            return
        segment = segments[at]
        literal = node.literals.get(segment)
        if literal is not None:
            yield from self._walk(literal, segments, at + 1, values)
        if not segment:
            return  # an empty segment is no value
        if node.variable is not None:
            yield from self._walk(node.variable, segments, at + 1, (*values, segment))
        if node.rest is not None:
            yield node.rest, (*values, "/".join(segments[at:]))

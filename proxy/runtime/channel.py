"""Messages between the processes of the proxy: pickled, each behind its length, over a pair of sockets.

A route travels by its name: both ends have a route map, and a route is larger than all the rest of an exchange. A
dataclass travels as its fields: its own way takes twice as long, and every exchange goes through here three times.
"""

import asyncio
import copyreg
import io
import pickle
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from operator import attrgetter
from typing import Any, BinaryIO, Final

from config.routes import Route

_LENGTH: Final = 8
_NO_ROUTES: Final[Mapping[str, Route]] = {}


def route_named(name: str) -> Route:
    """Stands in a message for a route."""
    raise pickle.UnpicklingError(f"the other end knows no route map, and is told of {name}")


class _Reducers(dict[type, Callable[[Any], Any]]):
    """How values of a type are written, found out once."""

    def __missing__(self, kind: type) -> Callable[[Any], Any]:
        if issubclass(kind, type):
            raise KeyError(kind)  # a class, which is written by its name
        reducer = _by_fields(kind) or (lambda value: value.__reduce_ex__(pickle.HIGHEST_PROTOCOL))
        self[kind] = reducer
        return reducer


def _by_fields(kind: type) -> Callable[[Any], Any] | None:
    """Writes a dataclass that can be made of all its fields."""
    if not is_dataclass(kind) or any(not field.init or field.kw_only for field in fields(kind)):
        return None
    # One name more, so that it is a tuple of any number.
    values = attrgetter("__class__", *[field.name for field in fields(kind)])
    return lambda value: (kind, values(value)[1:])


_REDUCERS: Final = _Reducers({**copyreg.dispatch_table, Route: lambda route: (route_named, (route.name,))})


_FOUND: Final[dict[tuple[str, str], Any]] = {}
"""What messages name: a few classes."""


class _Unpickler(pickle.Unpickler):
    def __init__(self, body: bytes, routes: Mapping[str, Route]) -> None:
        super().__init__(io.BytesIO(body))
        self._routes = routes

    def find_class(self, module: str, name: str) -> Any:
        """A route that is in the map no more is none."""
        if name == route_named.__name__:
            return self._routes.get
        found = _FOUND.get((module, name))
        if found is None:
            found = _FOUND[module, name] = super().find_class(module, name)
        return found


def frame(message: object) -> bytes:
    """A message on its way."""
    body = io.BytesIO()
    body.write(bytes(_LENGTH))
    pickler = pickle.Pickler(body, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump(message)
    framed = body.getbuffer()
    framed[:_LENGTH] = (len(framed) - _LENGTH).to_bytes(_LENGTH)
    return bytes(framed)


async def read_frame(reader: asyncio.StreamReader, routes: Mapping[str, Route] = _NO_ROUTES) -> Any:
    """The next message of the other end; None at the end of the channel."""
    try:
        size = int.from_bytes(await reader.readexactly(_LENGTH))
        body = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _Unpickler(body, routes).load()


def receive(file: BinaryIO, routes: Mapping[str, Route] = _NO_ROUTES) -> Any:
    """As ``read_frame``, for a process that does nothing else meanwhile."""
    head = file.read(_LENGTH)
    size = int.from_bytes(head)
    body = file.read(size)
    whole = len(head) == _LENGTH and len(body) == size
    return _Unpickler(body, routes).load() if whole else None

"""Messages to and from JSON-ready values; the only place where snake_case meets camelCase.

Called by the worker's and the servers' handlers and by the notebook's picture; knows no method
names. Writing needs nothing but Python, since the library may be installed without cattrs; reading
needs cattrs.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from cattrs import Converter

Message = TypeVar("Message")

_PLAIN = frozenset((str, int, float, bool, type(None)))


class MalformedMessage(ValueError):
    """The value does not have the fields that the message type asks for."""


def camel_case(name: str) -> str:
    """`graph_version` → `graphVersion`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def encode(message: Any) -> Any:
    """A message as dicts, lists, strings and numbers with camelCase keys, ready for JSON."""
    names = _wire_names(type(message))  # type: ignore[arg-type] # a class is hashable
    if names is not None:
        return {wire: encode(getattr(message, name)) for name, wire in names}
    if isinstance(message, (tuple, list)):
        return [item if type(item) in _PLAIN else encode(item) for item in message]
    return message


def decode(value: Any, message_type: type[Message]) -> Message:
    """A message from a JSON value. Unknown keys are ignored, so that minor versions can talk.

    Raises `MalformedMessage` if a field is missing or of another type.
    """
    try:
        return _converter().structure(value, message_type)
    except Exception as error:  # cattrs raises a class of its own, older versions a plain one
        raise MalformedMessage(f"not a valid {message_type.__name__}: {error}") from error


@cache
def _wire_names(kind: type[Any]) -> tuple[tuple[str, str], ...] | None:
    """Field names with their names on the wire; None for what is no message."""
    if not dataclasses.is_dataclass(kind):
        return None
    return tuple((f.name, camel_case(f.name)) for f in dataclasses.fields(kind))


@cache
def _converter() -> Converter:
    from cattrs import Converter
    from cattrs.gen import make_dict_structure_fn, override

    def reader(kind: Any) -> Any:
        names = _wire_names(kind) or ()
        renames: dict[str, Any] = {name: override(rename=wire) for name, wire in names}
        return make_dict_structure_fn(kind, converter, **renames)

    converter = Converter(detailed_validation=False)
    for plain in (str, bool):
        converter.register_structure_hook(plain, _exactly(plain))
    converter.register_structure_hook(int, _whole_number)
    converter.register_structure_hook_factory(_is_message, reader)
    return converter


def _is_message(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _exactly(plain: type) -> Any:
    def structure(value: Any, _: Any) -> Any:
        if not isinstance(value, plain):
            raise TypeError(f"expected {plain.__name__}, got {type(value).__name__}")
        return value

    return structure


def _whole_number(value: Any, _: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"expected int, got {type(value).__name__}")
    return value

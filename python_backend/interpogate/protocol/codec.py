"""Messages to and from JSON-ready values; the only place where snake_case meets camelCase.

Called by the worker's and the servers' handlers and by tests; knows no method names.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

Message = TypeVar("Message")


class MalformedMessage(ValueError):
    """The value does not have the fields that the message type asks for."""


def camel_case(name: str) -> str:
    """`graph_version` → `graphVersion`."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def encode(message: Any) -> Any:
    """A message as dicts, lists, strings and numbers with camelCase keys, ready for JSON."""
    return _converter().unstructure(message)


def decode(value: Any, message_type: type[Message]) -> Message:
    """A message from a JSON value. Unknown keys are ignored, so that minor versions can talk.

    Raises `MalformedMessage` if a field is missing or of another type.
    """
    try:
        return _converter().structure(value, message_type)
    except Exception as error:  # cattrs raises a class of its own, older versions a plain one
        raise MalformedMessage(f"not a valid {message_type.__name__}: {error}") from error


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    for plain in (str, bool):
        converter.register_structure_hook(plain, _exactly(plain))
    converter.register_structure_hook(int, _whole_number)
    converter.register_unstructure_hook_factory(_is_message, lambda kind: _writer(converter, kind))
    converter.register_structure_hook_factory(_is_message, lambda kind: _reader(converter, kind))
    return converter


def _is_message(kind: Any) -> bool:
    return isinstance(kind, type) and dataclasses.is_dataclass(kind)


def _renames(kind: Any) -> dict[str, Any]:
    return {f.name: override(rename=camel_case(f.name)) for f in dataclasses.fields(kind)}


def _writer(converter: Converter, kind: Any) -> Any:
    return make_dict_unstructure_fn(kind, converter, **_renames(kind))


def _reader(converter: Converter, kind: Any) -> Any:
    return make_dict_structure_fn(kind, converter, **_renames(kind))


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

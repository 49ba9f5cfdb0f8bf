"""JSON-RPC envelopes as they came from a client: what is none has its error reply.

Knows codes and ids, no methods. Source: https://www.jsonrpc.org/specification
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

VERSION = "2.0"
PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603

Json = dict[str, Any]


class Fault(Exception):
    """A message that cannot be handled; whoever sent it with an id gets an error."""

    def __init__(
        self, code: int, reason: str, identifier: Any = None, *, is_asked: bool = True
    ) -> None:
        super().__init__(reason)
        self.code = code
        self.identifier = identifier
        self.is_asked = is_asked
        """Whether somebody may wait for a reply: not for one to a notification."""


@dataclass(frozen=True)
class Envelope:
    """A request, a notification, or the client's reply to a request."""

    data: Json

    @property
    def method(self) -> str | None:
        """None in a reply."""
        method: str | None = self.data.get("method")
        return method

    @property
    def is_request(self) -> bool:
        """Whether it waits for a reply."""
        return "method" in self.data and "id" in self.data


def envelopes(body: bytes | str) -> Iterator[Envelope | Fault]:
    """What a body holds. A batch has a fault for each member: the base protocol knows none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield Fault(PARSE_ERROR, "The message is not JSON.")
        return
    if isinstance(value, list):
        yield from _batch(value)
        return
    try:
        yield _envelope(value)
    except Fault as fault:
        yield fault


def _batch(members: list[Any]) -> Iterator[Fault]:
    asked = [member for member in members if isinstance(member, dict) and "id" in member]
    for member in asked or [{}]:
        yield Fault(INVALID_REQUEST, "Batches are not supported.", _known_id(member.get("id")))


def _envelope(value: Any) -> Envelope:
    if not isinstance(value, dict):
        raise Fault(INVALID_REQUEST, "The message is not an object.")
    identifier, is_named = value.get("id"), "id" in value
    if value.get("jsonrpc") != VERSION:
        raise Fault(INVALID_REQUEST, "The message is not of JSON-RPC 2.0.", _known_id(identifier))
    if is_named and not _is_id(identifier) and "method" in value:
        raise Fault(INVALID_REQUEST, "The id is no string or integer.", _known_id(identifier))
    if "method" in value:
        return _call(value)
    if not is_named or not {"result", "error"} & value.keys():
        raise Fault(INVALID_REQUEST, "The message has no method.", _known_id(identifier))
    return Envelope(value)


def _call(value: Json) -> Envelope:
    identifier, is_named = value.get("id"), "id" in value
    if not isinstance(value["method"], str):
        raise Fault(INVALID_REQUEST, "The method is no string.", identifier)
    if not isinstance(value.get("params"), (dict, list, type(None))):
        raise Fault(
            INVALID_PARAMS, "Parameters are an object or a list.", identifier, is_asked=is_named
        )
    return Envelope(value)


def _is_id(value: Any) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _known_id(value: Any) -> Any:
    """What a reply can carry: JSON has no NaN, and an object would be a copy of what was sent."""
    is_number = isinstance(value, float) and math.isfinite(value)
    return value if _is_id(value) or is_number else None

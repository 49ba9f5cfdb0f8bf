"""The bound on one message, and what takes the place of a reply that exceeds it.

Called by both ends of every wire; knows the JSON-RPC envelope but no method names.
"""

from __future__ import annotations

import json
from typing import Any

from interpogate.protocol.codec import encode
from interpogate.protocol.messages import Problem

MAXIMUM_BYTES = 4 * 1024 * 1024
SERVER_ERROR = -32000


class MessageTooLarge(ValueError):
    """A request or notification is over 4 MB; nothing was sent."""


def bounded(text: str) -> bytes:
    """The message as UTF-8. A reply over 4 MB becomes an error reply to the same request.

    Raises `MessageTooLarge` for anything but a reply, since nobody waits for an answer to it.
    """
    data = text.encode("utf-8", "backslashreplace")  # a lone surrogate becomes its JSON escape
    if len(data) <= MAXIMUM_BYTES:
        return data
    message = json.loads(text)
    if "id" not in message or "method" in message:
        raise MessageTooLarge(f"a message of {len(data)} bytes is over the bound of 4 MB")
    return json.dumps(error_reply(message["id"], too_large(len(data)))).encode()


def too_large(byte_length: int) -> Problem:
    """What the user is told about a reply of so many bytes."""
    return Problem(
        code="message.tooLarge",
        message=f"The answer is too large to be sent ({byte_length / 1e6:.1f} MB).",
        hint="Unfold or select a smaller part of the model.",
    )


def error_reply(identifier: Any, problem: Problem) -> dict[str, Any]:
    """A JSON-RPC error reply that carries a problem."""
    error = {"code": SERVER_ERROR, "message": problem.message, "data": encode(problem)}
    return {"jsonrpc": "2.0", "id": identifier, "error": error}

"""Notifications within the bound of one message: what is too large is replaced, never lost."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from interpogate.protocol.codec import MalformedMessage, decode, encode
from interpogate.protocol.methods import METHODS
from interpogate.protocol.reduced import reduced
from interpogate.transport.bound import MAXIMUM_BYTES, MessageTooLarge

_REDUCED = ("run/changed", "model/changed")


def event_text(method: str, params: Any) -> str:
    """An event as JSON, reduced if it is over 4 MB. Raises `MessageTooLarge` if it still is."""
    text = _notification(method, params)
    if len(text) <= MAXIMUM_BYTES:  # json.dumps writes ASCII
        return text
    if method in _REDUCED:
        with suppress(MalformedMessage):
            state = decode(params, METHODS[method].params)
            text = _notification(method, encode(reduced(state)))
    if len(text) > MAXIMUM_BYTES:
        raise MessageTooLarge(f"an event of {len(text)} bytes is over the bound of 4 MB")
    return text


def _notification(method: str, params: Any) -> str:
    return json.dumps({"jsonrpc": "2.0", "method": method, "params": params})

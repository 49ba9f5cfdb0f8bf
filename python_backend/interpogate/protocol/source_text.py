"""What makes two texts of a file the same for the editor and the worker: `ObservedCode.digest`."""

from __future__ import annotations

from hashlib import sha256


def text_digest(text: str) -> str:
    """A digest that does not depend on how lines end or on a byte order mark."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()

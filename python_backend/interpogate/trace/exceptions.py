"""What is kept of an exception of the user's: text, never the exception, which holds frames."""

from __future__ import annotations

from interpogate.errors import shortened


def described(error: BaseException | None) -> str:
    """Class and message of an exception."""
    return f"{name_of(error)}: {text_of(error)}"


def name_of(error: BaseException | None) -> str:
    """Its class."""
    return shortened(type(error).__name__)


def text_of(error: BaseException | None) -> str:
    """What an exception says; nothing where saying it fails too, for it is the user's class."""
    try:
        return shortened(str(error))
    except BaseException:  # noqa: BLE001 (the exception itself must come out of the forward pass)
        return ""


def chain_of(error: BaseException | None) -> frozenset[int]:
    """Ids of an exception and of those it came from."""
    found: set[int] = set()
    while error is not None and id(error) not in found:
        found.add(id(error))
        error = error.__cause__ or error.__context__
    return frozenset(found)

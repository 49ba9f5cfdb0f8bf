"""Interpogate: see a PyTorch model at work and take hold of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.errors import InterpogateError

if TYPE_CHECKING:
    from interpogate.interpogate import Interpogate

__version__ = "0.1.0"
__all__ = ["Interpogate", "InterpogateError"]


def __getattr__(name: str) -> Any:
    """Import torch only when the library is used: the editor process must live without it."""
    if name == "Interpogate":
        from interpogate.interpogate import Interpogate

        return Interpogate
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

"""Errors as `Problem` messages. Imports no torch."""

from __future__ import annotations

import logging
import traceback

from interpogate.errors import InterpogateError
from interpogate.protocol.messages import Problem

logger = logging.getLogger("interpogate")


def log_defect(what: str, error: BaseException) -> None:
    """Log where an error came from, without its text, which may repeat what the user typed."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    logger.error("%s: %s\n%s", what, type(error).__name__, frames)


def problem_of(error: InterpogateError) -> Problem:
    """An error of ours as words for the user."""
    return Problem(
        code=error.code,
        message=str(error),
        hint=error.own_hint,
        action=error.action,  # type: ignore[arg-type]
        file=error.file,
        line=error.line or None,
    )


def _is_shortage(error: BaseException) -> bool:
    is_allocator = isinstance(error, RuntimeError) and "not enough memory" in str(error)
    return isinstance(error, MemoryError) or is_allocator or _is_of_gpu(error)


def _is_of_gpu(error: BaseException) -> bool:
    return type(error).__name__ == "OutOfMemoryError"


def internal_problem(error: BaseException) -> Problem:
    """A defect of this package: what it was, without the traceback, which is in the log.

    What a machine or the user's classes lack is none of ours.
    """
    if _is_shortage(error):
        return Problem(
            code="memory.short",
            message="There is not enough memory for that.",
            hint="Close other programs or models, or use a smaller model.",
            action="restart",
        )
    return Problem(
        code=InterpogateError.code,
        message=f"Something went wrong inside Interpogate ({type(error).__name__}).",
        hint=InterpogateError.hint,
        action="restart",
    )

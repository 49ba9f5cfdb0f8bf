"""Logging of a server process: to standard error, which VS Code shows in the output channel.

What a user typed must never stand in a log. pygls writes whole messages into its records, so of
foreign records only the template is kept, and of exceptions only type and place. Called by the
mains of the editor process and of the standalone server.
"""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections import Counter
from typing import Any

_MOST_KINDS = 1_000

logger = logging.getLogger(__name__)


class BodilessFormatter(logging.Formatter):
    """Formats a record without anything that could come from a message."""

    def format(self, record: logging.LogRecord) -> str:
        """Our own records in full, foreign ones as template only; exceptions as type and place."""
        own = record.name.split(".")[0] == "interpogate"
        text = record.getMessage() if own else str(record.msg)
        place = _place(record)
        return f"[{record.levelname.lower()}] {record.name}: {text}{place}"


def _place(record: logging.LogRecord) -> str:
    if not record.exc_info or record.exc_info[0] is None:
        return ""
    kind, _, trace = record.exc_info
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(trace)]
    return " ".join([f" ({kind.__name__})", *frames])


class Repetitions(logging.Filter):
    """Lets a line pass the 1st, 10th, 100th … time, with its count: no client can fill a disk."""

    def __init__(self) -> None:
        super().__init__()
        self._counts: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether to log it; its text then ends with how often there was one like it."""
        text = f"{record.name} {record.getMessage()}{_place(record)}"
        if record.levelno < logging.WARNING:
            return True
        if len(self._counts) > _MOST_KINDS:
            self._counts.clear()
        self._counts[text] += 1
        count = self._counts[text]
        if count > 1:
            record.msg = f"{record.msg} ({count} times)"
        return str(count).strip("0") == "1"


def log_to_stderr() -> None:
    """Set logging up for this process."""
    handler = logging.StreamHandler()
    handler.setFormatter(BodilessFormatter())
    handler.addFilter(Repetitions())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("interpogate").setLevel(logging.INFO)
    logging.getLogger("pygls").setLevel(logging.CRITICAL)  # it reports errors to the server too


def log_loop_failure(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what asyncio found without the futures that it prints, since they show results."""
    logger.error("%s", context["message"], exc_info=context.get("exception"))

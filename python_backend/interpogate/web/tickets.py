"""Addresses that open the page once.

What a browser is started with can be read by every user of the machine, so it is not the token.
Called by `server.py`, and by who opens a browser.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

VALID_S = 120.0
"""As long as a browser may take to start."""
_FOLDER = "/open/"


class Tickets:
    """Tickets that were given out and not used; may be called from any thread."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._given: dict[str, float] = {}

    def new_path(self) -> str:
        """A path of the server that leads to the page once, within two minutes."""
        path = _FOLDER + secrets.token_urlsafe(32)
        self._given[path] = self._clock()
        return path

    def is_ticket(self, path: str) -> bool:
        """Whether a path has the form of a ticket, good or not."""
        return path.startswith(_FOLDER)

    def take(self, path: str) -> bool:
        """Whether a ticket is good, which it is not again."""
        given = self._given.pop(path, None)
        return given is not None and self._clock() - given <= VALID_S

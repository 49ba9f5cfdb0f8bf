"""A queue of outgoing messages that is bounded in bytes: a full one makes its senders wait.

Waiting is the choice because a reply must never be dropped and memory must not grow: a reader that
is stuck slows the model down, a reader that is gone closes the queue and frees every sender.
Knows neither messages nor descriptors; called by `stdio.py`.
"""

from __future__ import annotations

from collections import deque
from threading import Condition

CAPACITY_BYTES = 16 * 1024 * 1024


class BoundedQueue:
    """First in, first out, from many threads to one."""

    def __init__(self, *, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self._capacity = capacity_bytes
        self._held = 0
        self._items: deque[bytes] = deque()
        self._closed = False
        self._is_idle = False
        self._changed = Condition()

    def put(self, item: bytes) -> bool:
        """Add an item, waiting for room. False if the queue is closed: the item is not taken.

        An item larger than the whole capacity is taken once the queue is empty.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room(item))
            if self._closed:
                return False
            self._items.append(item)
            self._held += len(item)
            self._changed.notify_all()
            return True

    def take(self) -> bytes | None:
        """Wait for the next item; None once the queue is closed and empty."""
        with self._changed:
            self._is_idle = True  # whoever takes has done with the item before
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._closed or bool(self._items))
            if not self._items:
                return None
            item = self._items.popleft()
            self._is_idle = False
            self._held -= len(item)
            self._changed.notify_all()
            return item

    def wait_idle(self, timeout_s: float) -> bool:
        """Wait until all items are taken and done with, or nobody takes any more."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._items and (self._is_idle or self._closed), timeout_s
            )

    def close(self) -> None:
        """Take nothing more; what is inside can still be taken out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def discard(self) -> None:
        """Close and forget what is inside: nobody will ever read it."""
        with self._changed:
            self._items.clear()
            self._held = 0
            self._closed = True
            self._changed.notify_all()

    def _has_room(self, item: bytes) -> bool:
        return not self._items or self._held + len(item) <= self._capacity

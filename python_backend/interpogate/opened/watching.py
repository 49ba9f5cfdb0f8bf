"""Tells that something happened around files; what happened to them is for others to look at.

One watchdog observer for all models of a server. Events are hints only: they are filtered by path,
never trusted for what they say. Called by `models.py`; knows no models and no file's content.
"""

# ruff: noqa: PTH114, PTH115, PTH116, PTH118, PTH120
# `os.path` keeps links and names as they are, and is quick where many files are looked at.

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from watchdog import events

GLANCE_S = 2.0
"""How often files are looked at without a hint: file systems over a network tell nothing."""
_MOST_FOLDERS = 32
_MOST_LINKS = 20
_KINDS = (
    "FileCreatedEvent FileModifiedEvent FileMovedEvent FileDeletedEvent FileClosedEvent "
    "DirCreatedEvent DirMovedEvent DirDeletedEvent"
).split()

Tell = Callable[[], None]
MakeObserver = Callable[[], Any]

logger = logging.getLogger(__name__)


class Watch:
    """One wish to hear of files; `files` may be set to others."""

    def __init__(self, watching: Watching, tell: Tell) -> None:
        self.tell = tell
        self.paths: frozenset[str] = frozenset()
        self.folders: tuple[str, ...] = ()
        self._watching = watching

    def follow(self, files: Iterable[str]) -> None:
        """Hear of these files from now on, of whatever stands at their paths. Blocks."""
        names = [name for file in files for name in _names(file)]
        folders = dict.fromkeys(os.path.dirname(name) for name in names)
        around = dict.fromkeys(os.path.dirname(folder) for folder in folders)
        self.folders = tuple(folder for folder in folders | around if folder)
        self.paths = frozenset(names) | folders.keys()
        self._watching.arrange()

    def cancel(self) -> None:
        """Hear no more. Blocks."""
        self._watching.forget(self)


@dataclass(frozen=True)
class _Observed:
    observer: Any
    watch: Any
    identity: tuple[int, int]


def _native() -> Any:
    from watchdog.observers import Observer  # a quarter of a second that starting must not cost

    return Observer()


def _polling() -> Any:
    from watchdog.observers.polling import PollingObserver

    return PollingObserver(timeout=1.0)


class Watching:
    """The folders that are observed for all watches."""

    def __init__(
        self,
        *,
        loop: asyncio.AbstractEventLoop,
        native: MakeObserver = _native,
        polling: MakeObserver = _polling,
    ) -> None:
        self._loop = loop
        self._make = {"native": native, "polling": polling}
        self._observers: dict[str, Any] = {}
        self._observed: dict[str, _Observed] = {}
        self._watches: tuple[Watch, ...] = ()
        self._lock = Lock()
        self._closed = False

    def watch(self, tell: Tell) -> Watch:
        """A watch of no files yet; `tell` is called on the event loop, rather too often."""
        watch = Watch(self, tell)
        with self._lock:
            self._watches = (*self._watches, watch)
        return watch

    def forget(self, watch: Watch) -> None:
        """Take a watch away."""
        with self._lock:
            self._watches = tuple(other for other in self._watches if other is not watch)
        self.arrange()

    def arrange(self) -> None:
        """Observe the folders that are wanted, as they stand at their paths now."""
        with self._lock:
            wanted = dict.fromkeys(folder for watch in self._watches for folder in watch.folders)
            chosen = {} if self._closed else _existing(list(wanted)[:_MOST_FOLDERS])
            for folder in [
                f for f, seen in self._observed.items() if chosen.get(f) != seen.identity
            ]:
                self._leave(folder)
            for folder, identity in chosen.items():
                if folder not in self._observed:
                    self._enter(folder, identity)

    def close(self) -> None:
        """Observe nothing any more; returns when the threads have ended. Blocks."""
        self._closed = True
        self.arrange()
        for observer in self._observers.values():
            observer.stop()
        for observer in self._observers.values():
            observer.join()

    def dispatch(self, event: events.FileSystemEvent) -> None:
        """Take an event of watchdog, in one of its threads."""
        paths = {os.fsdecode(event.src_path), os.fsdecode(event.dest_path)}
        for watch in self._watches:
            if not paths.isdisjoint(watch.paths):
                with suppress(RuntimeError):  # the loop is closed: the process is ending
                    self._loop.call_soon_threadsafe(watch.tell)

    def _enter(self, folder: str, identity: tuple[int, int]) -> None:
        for kind in ("native", "polling"):
            observer = self._observer(kind)
            try:
                watch = observer.schedule(self, folder, recursive=False, event_filter=_kinds())
            except OSError as error:
                logger.log(*_refused(kind, folder, error))
                continue
            self._observed[folder] = _Observed(observer, watch, identity)
            return

    def _leave(self, folder: str) -> None:
        seen = self._observed.pop(folder)
        with suppress(KeyError, OSError):  # its thread has ended with the folder
            seen.observer.unschedule(seen.watch)

    def _observer(self, kind: str) -> Any:
        if kind not in self._observers:
            observer = self._make[kind]()
            observer.start()
            self._observers[kind] = observer
        return self._observers[kind]


def _kinds() -> list[type[events.FileSystemEvent]]:
    from watchdog import events

    return [getattr(events, kind) for kind in _KINDS]


def _refused(kind: str, folder: str, error: OSError) -> tuple[int, str, str, str, str]:
    instead = {"native": "it is polled instead", "polling": "it is only looked at now and then"}
    text = "%s cannot be watched (%s); %s"
    reason = error.strerror or type(error).__name__
    return (logging.WARNING, text, folder, reason, instead[kind])


def _existing(folders: Iterable[str]) -> dict[str, tuple[int, int]]:
    found = {}
    for folder in folders:
        with suppress(OSError):
            status = os.stat(folder)
            found[folder] = (status.st_dev, status.st_ino)
    return found


def _names(file: str) -> list[str]:
    """The file, every link on the way to what is read, and that itself."""
    names = [file]
    with suppress(OSError):
        while os.path.islink(names[-1]) and len(names) < _MOST_LINKS:
            target = os.path.join(os.path.dirname(names[-1]), os.readlink(names[-1]))
            names.append(os.path.normpath(target))
    return list(dict.fromkeys([*names, os.path.realpath(file)]))

"""Who watches the runs of a script: the progress bar, and pages that `serve` has opened.

An onlooker's mistake is never the script's: it is logged, and the run goes on. Used by
`interpogate.py`; made by `web`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from threading import RLock
from typing import Any, Protocol

from torch import nn

from interpogate.trace.keeping import Keeper
from interpogate.trace.modules import ModelModules
from interpogate.trace.recorder import Listener, Recorder
from interpogate.visualizations.store import BlockStore

logger = logging.getLogger(__name__)


@dataclass
class Outcome:
    """What is known of a run beside its record."""

    text: str | None = None
    """What the tokens were made of, if that is known."""
    inputs: dict[str, Any] | None = None
    """Arguments by name; None if the script called the model by itself."""
    output: Any = None
    failed: bool = True


class Watching(Listener, Protocol):
    """One onlooker's view of one run."""

    @property
    def keeper(self) -> Keeper | None:
        """What keeps tensors of the run, if the onlooker wants any."""

    def ended(self, recorder: Recorder, outcome: Outcome) -> None:
        """The run is over."""


class Onlooker(Protocol):
    """Hears of every run."""

    def began(self, modules: ModelModules) -> Watching:
        """A run begins."""

    def blocks_changed(self) -> None:
        """The script has added or removed a visualization block."""


@dataclass
class Stage:
    """A model that a script runs, and who looks on."""

    model: nn.Module
    tokenizer: Any
    lock: RLock = field(default_factory=RLock)
    """Held while the model runs, by whoever runs it."""
    onlookers: list[Onlooker] = field(default_factory=list)
    blocks: BlockStore = field(default_factory=BlockStore)
    """Visualization blocks, of the script and of its pages."""


def begin(onlookers: Sequence[Onlooker], modules: ModelModules) -> list[Watching]:
    """Tell all that a run begins."""
    found = [_safely(partial(onlooker.began, modules)) for onlooker in tuple(onlookers)]
    return [watching for watching in found if watching is not None]


def tell_blocks(onlookers: Sequence[Onlooker]) -> None:
    """Tell all that the script has changed its blocks."""
    for onlooker in tuple(onlookers):
        _safely(onlooker.blocks_changed)


def end(watchings: Sequence[Watching], recorder: Recorder, outcome: Outcome) -> None:
    """Tell all that the run is over."""
    for watching in watchings:
        _safely(partial(watching.ended, recorder, outcome))


def keeper_of(watchings: Sequence[Watching]) -> Keeper | None:
    """The first that there is: tensors are kept once."""
    return next((one.keeper for one in watchings if one.keeper is not None), None)


class Everybody:
    """Passes what the recorder tells on to several."""

    def __init__(self, listeners: Sequence[Listener]) -> None:
        self._listeners = listeners

    def started(self, module: int, time_ns: int) -> None:
        """A module is about to run."""
        for listener in self._listeners:
            listener.started(module, time_ns)

    def finished(self, module: int, time_ns: int) -> None:
        """It returned."""
        for listener in self._listeners:
            listener.finished(module, time_ns)

    def failed(self, module: int, time_ns: int) -> None:
        """It raised."""
        for listener in self._listeners:
            listener.failed(module, time_ns)


def _safely(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception:
        logger.exception("a page could not be told of a run")
        return None

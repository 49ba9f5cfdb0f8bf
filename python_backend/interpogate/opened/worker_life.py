"""One worker of a model: from its launch over loading to its end, and the last it has told.

Decides nothing about models. Called by `opened_model.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, Protocol

from interpogate.opened import problems
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import WorkerExit
from interpogate.protocol.codec import decode
from interpogate.protocol.messages import PROTOCOL_VERSION, ModelState, Problem

logger = logging.getLogger(__name__)


class Launch(Protocol):
    """Starts a worker for a model; raises `OSError` if there is no way."""

    def __call__(
        self, model_id: str, /, *, folder: str | None, on_event: OnEvent
    ) -> Awaitable[WorkerClient]:
        """Start it in `folder`, or in the home folder."""


class Owner(Protocol):
    """Whom a worker's life concerns."""

    def told(self, life: WorkerLife, method: str, params: dict[str, Any]) -> None:
        """The worker sent an event."""

    def silence_changed(self, life: WorkerLife) -> None:
        """The worker fell silent, or is heard again."""

    def ended(self, life: WorkerLife, ending: WorkerExit) -> None:
        """The worker has ended, and nobody had sent it away."""


class WorkerLife:
    """A worker that is to be started, that runs, or that has ended."""

    def __init__(self, model_id: str, owner: Owner) -> None:
        self.client: WorkerClient | None = None
        self.state: ModelState | None = None
        """The last that it told."""
        self.files: tuple[str, ...] = ()
        """What it has loaded the model from."""
        self.blocks: list[Any] = []
        """The visualization blocks it was given."""
        self.is_noted = False
        """Whether its files are being followed."""
        self.ending: WorkerExit | None = None
        self.model_id = model_id
        self._owner: Owner | None = owner
        self._settled = asyncio.Event()

    @property
    def graph_version(self) -> int:
        """The graph that it can be asked for; 0 if there is none yet."""
        return 0 if self.state is None else self.state.graph_version

    @property
    def asked(self) -> frozenset[str]:
        """Methods of the requests that wait for their answer."""
        return frozenset() if self.client is None else self.client.asked

    @property
    def is_silent(self) -> bool:
        """Whether the process runs but has said nothing for a while."""
        return self.client is not None and self.client.is_silent

    async def launch(self, launch: Launch, *, folder: str | None) -> None:
        """Start the process. Raises `OSError` if there is no way."""
        self.client = await launch(self.model_id, folder=folder, on_event=self._receive)
        if self._owner is None:  # it was sent away before it was there
            await self.client.stop()
        self.client.on_silence = self._silence_changed
        self.client.ended.add_done_callback(lambda ended: self._end(ended.result()))

    async def load(self, loading: dict[str, Any], *, hello_s: float) -> None:
        """Exchange versions and have it begin to load. Raises `RequestFailed`."""
        await self._greet(hello_s)
        await self.request("model/load", loading)

    async def settled(self) -> Problem | None:
        """Wait until the model is ready; else the reason why it will never be."""
        await self._settled.wait()
        if self.state is not None and self.state.phase == "ready":
            return None
        if self.ending is not None:
            return problems.worker_ended(self.ending.words)
        return (self.state and self.state.problem) or problems.internal()

    async def request(self, method: str, params: Any) -> Any:
        """The worker's reply. Raises `RequestFailed`."""
        if self.client is None:
            raise RequestFailed.of(problems.not_started())
        return await self.client.request(method, params)

    def post(self, method: str, params: Any) -> None:
        """Send a call whose reply nobody waits for."""
        if self.client is not None:
            self.client.post(method, params)

    def refuse(self, problem: Problem) -> None:
        """Fail what waits for a reply, and what is asked until the worker is heard again."""
        if self.client is not None:
            self.client.refuse(problem)

    def dismiss(self) -> asyncio.Task[None] | None:
        """Send it away: nothing is told of it any more. The task ends when it is gone."""
        self._owner = None
        return None if self.client is None else asyncio.create_task(self.client.stop())

    async def _greet(self, hello_s: float) -> None:
        hello = self.request("session/hello", {"protocolVersion": PROTOCOL_VERSION})
        try:
            welcome = await asyncio.wait_for(hello, hello_s)
        except asyncio.TimeoutError:
            raise RequestFailed.of(problems.worker_silent()) from None
        version = int(welcome["protocolVersion"])
        if version != PROTOCOL_VERSION:
            raise RequestFailed.of(problems.other_version(version))

    def _receive(self, method: str, params: dict[str, Any]) -> None:
        owner = self._owner
        if owner is None:  # a last word from a worker that was sent away
            return
        try:
            self._note(method, params)
            owner.told(self, method, params)
        except Exception:  # it must not cost the messages behind it
            logger.exception("%s: the worker sent a malformed event", self.model_id)

    def _silence_changed(self) -> None:
        if self._owner is not None:
            self._owner.silence_changed(self)

    def _note(self, method: str, params: dict[str, Any]) -> None:
        if method == "source/files":
            self.files = tuple(map(str, params["files"]))
        if method == "model/changed":
            self.state = decode(params, ModelState)
            if self.state.phase in ("ready", "failed"):
                self._settled.set()

    def _end(self, ending: WorkerExit) -> None:
        self.ending = ending
        self._settled.set()
        pid = self.client.pid if self.client is not None else 0
        if self._owner is None:
            logger.info("%s: worker %d ended", self.model_id, pid)
            return
        logger.warning("%s: worker %d: %s", self.model_id, pid, ending.words)
        self._owner.ended(self, ending)


class Endings:
    """Workers that were sent away; each ends in the background, whoever stops waiting for it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, life: WorkerLife | None) -> None:
        """Send a worker away."""
        ending = None if life is None else life.dismiss()
        if ending is not None:
            self._tasks.add(ending)
            ending.add_done_callback(self._tasks.discard)

    async def gone(self) -> None:
        """Wait until all have ended."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

"""One open model: its state, its worker, and what stays when the worker is gone.

The state is one `ModelState` at any time; it changes here only. Called by `models.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from interpogate.opened import problems
from interpogate.opened.last_inputs import LastInputs
from interpogate.opened.level_cache import LevelCache
from interpogate.opened.problems import RequestFailed, decoded
from interpogate.opened.run_ledger import RunLedger
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import WorkerExit
from interpogate.protocol.codec import decode, encode
from interpogate.protocol.messages import (
    PROTOCOL_VERSION,
    ModelPhase,
    ModelState,
    OpenModel,
    Problem,
    ReadGraph,
)
from interpogate.protocol.methods import methods_of

HELLO_S = 60.0
_EVENTS = {method.name for method in methods_of("event")}
_BEFORE_READY = ("starting", "loading", "tracing")

Emit = Callable[[str, dict[str, Any]], None]
logger = logging.getLogger(__name__)


class Launch(Protocol):
    """Starts a worker for a model; raises `OSError` if there is no way."""

    def __call__(
        self, model_id: str, /, *, folder: str | None, on_event: OnEvent
    ) -> Awaitable[WorkerClient]:
        """Start it in `folder`, or in the home folder."""


class OpenedModel:
    """A model that the user has opened and not closed, whatever has become of its worker."""

    def __init__(
        self,
        model_id: str,
        request: OpenModel,
        *,
        emit: Emit,
        launch: Launch,
        hello_s: float = HELLO_S,
    ) -> None:
        self.state = ModelState(
            model_id=model_id, source=request.source, phase="stopped", message=""
        )
        self._request = request
        self._emit = emit
        self._launch = launch
        self._hello_s = hello_s
        self._worker: WorkerClient | None = None
        self._worker_has_graph = False
        self._generation = 0
        self._life: asyncio.Task[None] | None = None
        self._ending: asyncio.Task[None] | None = None
        self._launching = asyncio.Lock()
        self._closed = False
        self._levels = LevelCache()
        self._runs = RunLedger()
        self.last = LastInputs()
        self._last_version = 0

    def start(self) -> ModelState:
        """Begin with a fresh worker and answer at once; a start under way is not begun again."""
        if self.state.phase == "starting":
            return self.state
        self._stop_living()
        self._retire()
        self.state = replace(
            self.state, phase="starting", message="Starting Python…", problem=None, run_id=0
        )
        self._life = asyncio.create_task(self._live())
        return self.state

    async def close(self) -> None:
        """End the worker and everything it has started."""
        self._closed = True
        async with self._launching:  # a process half started would be left behind
            self._stop_living()
        self._retire()
        await self._gone()

    async def request(self, method: str, params: Any) -> Any:
        """The worker's reply; for the graph's levels the last ones while there is no worker."""
        if method == "graph/read" and self._graph_is_only_here():
            wanted = decoded(params, ReadGraph)
            return self._levels.read(wanted.containers, wanted.detail)
        if self._worker is None:
            raise RequestFailed.of(self._no_worker())
        reply = await self._worker.request(method, params)
        self._note(method, params, reply)
        return reply

    async def _live(self) -> None:
        await asyncio.sleep(0)  # the reply to the request that began this goes out first
        self._announce()
        self._end_runs(phase="cancelled", problem=None)
        try:
            async with self._launching:
                await self._gone()
                worker = await self._launch_worker()
            if worker is not None:
                await self._load(worker)
        except Exception as error:
            logger.exception("%s: could not start (%s)", self.state.model_id, type(error).__name__)
            self._retire()
            self._settle("failed", problems.internal())

    async def _launch_worker(self) -> WorkerClient | None:
        if self._closed:
            return None
        receive = partial(self._receive, self._generation)
        folder = self._request.folder
        try:
            worker = await self._launch(self.state.model_id, folder=folder, on_event=receive)
        except OSError as error:
            self._settle("failed", self._refusal(error))
            return None
        self._worker, self._worker_has_graph = worker, False
        worker.ended.add_done_callback(lambda ended: self._mourn(worker, ended.result()))
        return worker

    async def _load(self, worker: WorkerClient) -> None:
        try:
            await self._greet(worker)
            await worker.request("model/load", self._loading())
        except RequestFailed as failure:
            if not worker.ended.done():
                self._give_up(failure.problem)

    async def _greet(self, worker: WorkerClient) -> None:
        hello = worker.request("session/hello", {"protocolVersion": PROTOCOL_VERSION})
        try:
            welcome = await asyncio.wait_for(hello, self._hello_s)
        except asyncio.TimeoutError:
            raise RequestFailed.of(problems.worker_silent()) from None
        version = int(welcome["protocolVersion"])
        if version != PROTOCOL_VERSION:
            raise RequestFailed.of(problems.other_version(version))

    def _loading(self) -> dict[str, Any]:
        """Parameters of `model/load`, which only editor and worker know; numbers go on growing."""
        own: dict[str, Any] = encode(self._request)
        first = {
            "firstGraphVersion": self._last_version + 1,
            "firstRunId": self._runs.last_id + 1,
        }
        return {"modelId": self.state.model_id, **own, **first}

    def _receive(self, generation: int, method: str, params: dict[str, Any]) -> None:
        if generation != self._generation:  # a last word from a worker that was sent away
            return
        try:
            self._pass_on(method, params)
        except Exception:  # it must not cost the messages behind it
            logger.exception("%s: the worker sent a malformed event", self.state.model_id)

    def _pass_on(self, method: str, params: dict[str, Any]) -> None:
        if method == "model/changed":
            self._adopt(decode(params, ModelState))
            return
        if method == "run/changed":
            self._runs.note(params)
            self.last.note(params)
        if method in _EVENTS:
            self._emit(method, params)

    def _adopt(self, state: ModelState) -> None:
        """Take over the worker's state, keeping the old graph until the new one is there."""
        if state.graph_version:
            self._worker_has_graph = True
            self._last_version = max(self._last_version, state.graph_version)
        else:
            state = replace(
                state,
                graph_version=self.state.graph_version,
                origin=self.state.origin,
                shown_run_id=self.state.shown_run_id,
                summary=state.summary or self.state.summary,
            )
        self._runs.expect(state.run_id)
        self.state = replace(
            state,
            model_id=self.state.model_id,
            source=self._request.source,
            last_text=self.last.text,
            last_inputs=self.last.inputs,
        )
        self._announce()

    def _note(self, method: str, params: Any, reply: Any) -> None:
        if method == "graph/read":
            self._levels.keep(params.get("detail", "essential"), reply)
        if method == "run/start":
            self._runs.note(reply)

    def _graph_is_only_here(self) -> bool:
        return self._levels.version > 0 and not (self._worker and self._worker_has_graph)

    def _no_worker(self) -> Problem:
        if self.state.phase in _BEFORE_READY:
            return problems.not_started()
        return self.state.problem or problems.worker_stopped()

    def _mourn(self, worker: WorkerClient, ending: WorkerExit) -> None:
        """The worker has ended: if nobody sent it away, say so, and end its runs."""
        if worker is not self._worker:
            logger.info("%s: worker %d ended", self.state.model_id, worker.pid)
            return
        logger.warning("%s: worker %d: %s", self.state.model_id, worker.pid, ending.words)
        self._worker = None
        problem = problems.worker_ended(ending.words)
        self._end_runs(phase="failed", problem=encode(problem))
        if self.state.phase != "failed":
            self._settle("failed" if self.state.phase in _BEFORE_READY else "stopped", problem)

    def _give_up(self, problem: Problem) -> None:
        """Loading failed. A worker that has said so itself lives on, any other is sent away."""
        if self.state.phase != "failed":
            self._retire()
            self._settle("failed", problem)

    def _end_runs(self, *, phase: str, problem: dict[str, Any] | None) -> None:
        for run in self._runs.end_all(phase=phase, problem=problem):
            self._emit("run/changed", run)

    def _settle(self, phase: ModelPhase, problem: Problem) -> None:
        version = self._levels.version or self.state.graph_version
        self.state = replace(
            self.state, phase=phase, message="", problem=problem, graph_version=version
        )
        self._announce()

    def _refusal(self, error: OSError) -> Problem:
        folder = self._request.folder
        if folder is not None and error.filename == folder:
            return problems.folder_missing(folder)
        return problems.worker_not_started(error.strerror or type(error).__name__)

    def _stop_living(self) -> None:
        if self._life is not None:
            self._life.cancel()

    def _retire(self) -> None:
        """Send the worker away; its end goes on in the background, whoever stops waiting for it."""
        worker, self._worker = self._worker, None
        self._generation += 1
        if worker is not None:
            self._ending = asyncio.create_task(worker.stop())

    async def _gone(self) -> None:
        if self._ending is not None:
            await asyncio.shield(self._ending)

    def _announce(self) -> None:
        if not self._closed:
            self._emit("model/changed", encode(self.state))

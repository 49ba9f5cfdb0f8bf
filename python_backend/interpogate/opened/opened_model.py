"""One open model: its state, its worker, and what stays when the worker is gone or replaced.

The state is one `ModelState` at any time; it changes here only. When the model's files change, a
fresh worker loads them while the one before goes on answering. Called by `models.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from interpogate.opened import problems
from interpogate.opened.asking import BEFORE_READY, asked, long_load, unresponsive
from interpogate.opened.comparing import Comparison
from interpogate.opened.following import Follower, MakeWatch, Timing
from interpogate.opened.kept import Kept
from interpogate.opened.memory import has_room_for_another
from interpogate.opened.problems import RequestFailed
from interpogate.opened.restarts import LastMoments, RestartPolicy
from interpogate.opened.states import succeeding
from interpogate.opened.succession import LONG_S, LoadClock, Succession
from interpogate.opened.worker_life import Endings, Launch, WorkerLife
from interpogate.opened.worker_process import WorkerExit
from interpogate.protocol.codec import encode
from interpogate.protocol.messages import (
    ModelDifference,
    ModelPhase,
    ModelState,
    OpenModel,
    Problem,
)
from interpogate.protocol.methods import methods_of

HELLO_S = 60.0
_EVENTS = {method.name for method in methods_of("event")}
_FOR_THE_NEXT_WORKER = frozenset({"run/start", "block/put", "block/remove"})
"""Requests whose effect would be lost with a worker that is about to be replaced."""
_RELOADING = "Loading the changed files…"

Emit = Callable[[str, dict[str, Any]], None]
logger = logging.getLogger(__name__)


class OpenedModel:
    """A model that the user has opened and not closed, whatever has become of its worker."""

    def __init__(  # noqa: PLR0913 (what a test may exchange)
        self,
        model_id: str,
        request: OpenModel,
        *,
        emit: Emit,
        launch: Launch,
        hello_s: float = HELLO_S,
        timing: Timing | None = None,
        long_s: float = LONG_S,
    ) -> None:
        self.kept = Kept()
        self._own = ModelState(
            model_id=model_id, source=request.source, phase="stopped", message=""
        )
        self._request = request
        self._emit = emit
        self._launch = launch
        self._hello_s = hello_s
        self._worker: WorkerLife | None = None
        self._succession = Succession()
        self._clock = LoadClock(self._say_long, long_s=long_s)
        self._life: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._endings = Endings()
        self._launching = asyncio.Lock()
        self._closed = False
        self._restarts = RestartPolicy()
        self._follower = Follower(self, timing=timing)
        self._trouble: Problem | None = None
        """Why the files as they are now are not loaded; the state's own problem stays beneath."""
        self._difference: ModelDifference | None = None
        self._comparison: Comparison | None = None

    @property
    def state(self) -> ModelState:
        """Where the model stands."""
        return replace(
            self._own,
            problem=unresponsive(self._own, self._worker)
            or (self._trouble or self._own.problem or self._long_load()),
            reloading=self._successor is not None,
            difference=self._difference,
        )

    def start(self) -> ModelState:
        """Begin with a fresh worker and answer at once; a start under way is not begun again."""
        if self._own.phase != "starting":
            self._restarts.forget()
            self._start("Starting Python…")
        return self.state

    def follow_files(self, watch: MakeWatch) -> None:
        """Load anew from now on when the model's files change."""
        self._follower.begin(watch)

    def stop_loading(self) -> ModelState:
        """Give up the load under way; what answered before goes on."""
        if self._successor is not None and self._worker is not None:
            self._follow_failed(self._successor, problems.reload_stopped())
            self.complain(problems.reload_stopped())
        elif self._own.phase in BEFORE_READY or self._successor is not None:
            self._stop_living()
            self._dismiss_all()
            self._settle("stopped", problems.load_stopped())
        return self.state

    async def leave_files(self) -> None:
        """Take no notice of the model's files any more."""
        await self._follower.end()

    async def close(self) -> None:
        """End the worker and everything it has started."""
        self._closed = True
        self._clock.end()
        await self._follower.end()
        async with self._launching:  # a process half started would be left behind
            self._stop_living()
        self._dismiss_all()
        await self._endings.gone()

    async def request(self, method: str, params: Any) -> Any:
        """The worker's reply; for the graph's levels the last ones while there is no worker."""
        if method in _FOR_THE_NEXT_WORKER:
            await self._succession.over()
        if method == "graph/read" and self._graph_is_only_here():
            return self.kept.read_levels(params)
        if self._worker is None:
            raise RequestFailed.of(self._no_worker())
        return await asked(self._worker, self.kept, method, params)

    def reload(self) -> None:
        """Load what is in the files now; a load under way is of a content that is no more."""
        if self._closed:
            return
        if self._worker is None or self._own.phase != "ready":
            self._start(_RELOADING)
            return
        self._stop_living()
        self._drop_successor()
        self._life = asyncio.create_task(self._reload(self._worker))

    def complain(self, problem: Problem | None) -> None:
        """What is in the files cannot be loaded; or is what is loaded already."""
        if self._closed or problem == self._trouble:
            return
        self._stop_reloading()
        self._trouble = problem
        self._announce()

    def told(self, life: WorkerLife, method: str, params: dict[str, Any]) -> None:
        """Take an event of a worker; that of a successor is nobody's business yet."""
        if life is not self._worker:
            return
        if method == "model/changed" and life.state is not None:
            self._adopt(life, life.state)
        self.kept.told(method, params)
        if method in _EVENTS and method != "model/changed":
            self._emit(method, params)

    def silence_changed(self, life: WorkerLife) -> None:
        """A worker fell silent, or is heard again."""
        if (problem := unresponsive(self._own, life)) is not None:
            logger.warning("%s: the worker does not respond", self._own.model_id)
            life.refuse(problem)
        if life is self._worker:
            self._announce()

    def ended(self, life: WorkerLife, ending: WorkerExit) -> None:
        """A worker has ended by itself: another one begins, or the user is told."""
        if life is not self._worker:
            return
        self._worker = None
        problem = problems.worker_ended(ending.words)
        last = LastMoments(
            ending=ending,
            is_ready=self._own.phase == "ready",
            is_running=self.kept.runs.is_running or "run/start" in life.asked,
            is_asked=bool(life.asked),
        )
        may_restart = self._restarts.allows(last)
        self._end_runs(phase="failed", problem=problem)
        if self._successor is not None:
            self._own = replace(self._own, phase="loading", message=_RELOADING)
            self._announce()
        elif self._own.phase != "failed" and may_restart:
            self._start(f"{ending.words} Starting it again…")
        elif self._own.phase != "failed":
            self._follow_failed(life, problem)
            self._settle("failed" if self._own.phase in BEFORE_READY else "stopped", problem)

    def _start(self, message: str) -> None:
        self._stop_living()
        self._dismiss_all()
        self._trouble = self._difference = None
        self._own = replace(self._own, phase="starting", message=message, problem=None, run_id=0)
        self._clock.begin()
        self._life = asyncio.create_task(self._live())

    async def _live(self) -> None:
        await asyncio.sleep(0)  # the reply to the request that began this goes out first
        self._announce()
        self._end_runs(phase="cancelled", problem=None)
        life = WorkerLife(self._own.model_id, self)
        try:
            await self._begin(life, versions_to_come=0)
        except OSError as error:
            self._settle("failed", problems.not_launched(error, self._request.folder))
        except RequestFailed as failure:
            self._give_up(life, failure.problem)
        except Exception as error:
            logger.exception("%s: could not start (%s)", self._own.model_id, type(error).__name__)
            self._give_up(life, problems.internal())

    async def _begin(self, life: WorkerLife, *, versions_to_come: int) -> None:
        """Launch a worker and have it load. Raises `OSError` and `RequestFailed`."""
        async with self._launching:
            await self._endings.gone()
            if self._closed:
                return
            if life is not self._successor:  # which loads what the follower has just looked at
                await self._follower.loading()
            await life.launch(self._launch, folder=self._request.folder)
            if life is not self._successor:
                self._worker = life
        life.blocks = self.kept.blocks
        loading = self.kept.loading(life.model_id, self._request, versions_to_come=versions_to_come)
        await life.load(loading, hello_s=self._hello_s)

    async def _reload(self, before: WorkerLife) -> None:
        """Load in a fresh worker; the one before goes on answering where there is room for both."""
        life = self._succession.begin(WorkerLife(self._own.model_id, self))
        self._clock.begin()
        comparison = Comparison()
        try:
            self._announce()
            await comparison.read_before(before)
            if before.client is not None and not has_room_for_another(before.client.pid):
                logger.warning("%s: no room for two workers", self._own.model_id)
                self._comparison = comparison
                self._life = None  # this one ends hereby
                self._start(_RELOADING)
                return
            problem = await self._loaded(life, comparison)
            if problem is not None:
                self._refuse(life, problem)
        finally:
            if life is self._successor:
                self._drop_successor()
                self._announce()

    async def _loaded(self, life: WorkerLife, comparison: Comparison) -> Problem | None:
        """None once it has taken over; else why it will not."""
        try:
            await self._begin(life, versions_to_come=1)  # that of a run under way
            problem = await life.settled()
            if problem is None:
                await self._take_over(life, comparison)
        except OSError as error:
            return problems.not_launched(error, self._request.folder)
        except RequestFailed as failure:
            return failure.problem
        return problem

    async def _take_over(self, life: WorkerLife, comparison: Comparison) -> None:
        difference = await comparison.with_after(life, graph_version=life.graph_version)
        if life.blocks != self.kept.blocks:  # some were put on the one before meanwhile
            restored = {"modelId": life.model_id, "blocks": self.kept.blocks}
            await life.request("block/restore", restored)
        if life is not self._successor or life.state is None:
            return
        self._end_runs(phase="cancelled", problem=problems.run_replaced())
        before, self._worker = self._worker, life
        self._succession.end()
        self._endings.begin(before)
        self._trouble, self._difference = None, difference
        self._adopt(life, life.state)

    def _refuse(self, life: WorkerLife, problem: Problem) -> None:
        """The changed files cannot be loaded: what answered before goes on, if it lives."""
        if life is not self._successor:
            return
        if life.ending is not None and self._restarts.allows_load(life.ending):
            self._life = None  # this one ends hereby
            self.reload()
            return
        self._follow_failed(life, problem)
        self._drop_successor()
        if self._worker is None:
            self._settle("failed", problem)
            return
        self._trouble = problems.reload_failed(problem)
        self._announce()

    @property
    def _successor(self) -> WorkerLife | None:
        return self._succession.life

    def _drop_successor(self) -> None:
        self._endings.begin(self._succession.end())

    def _stop_reloading(self) -> None:
        if self._successor is not None:
            self._stop_living()
            self._drop_successor()

    def _adopt(self, life: WorkerLife, state: ModelState) -> None:
        """Take over the worker's state, keeping the old graph until the new one is there."""
        self.kept.expect(state)
        self._own = succeeding(self._own, state, self.kept.last)
        self._follow_loaded(life)
        self._announce()

    def _follow_loaded(self, life: WorkerLife) -> None:
        """The first word that a model is ready, or will never be."""
        if life.is_noted:
            return
        if self._own.phase == "failed" and self._own.problem is not None:
            self._follow_failed(life, self._own.problem)
        if self._own.phase == "ready":
            life.is_noted = True
            self._clock.end()
            self._restarts.ready()
            self._spawn(self._follower.loaded_from(life.files))
            if self._comparison is not None:
                comparison, self._comparison = self._comparison, None
                self._spawn(self._compare(life, comparison))

    async def _compare(self, life: WorkerLife, comparison: Comparison) -> None:
        version = self._own.graph_version
        self._difference = await comparison.with_after(life, graph_version=version)
        self._announce()

    def _follow_failed(self, life: WorkerLife, problem: Problem) -> None:
        if not life.is_noted:
            life.is_noted = True
            files = life.files if problem.file is None else (*life.files, problem.file)
            self._spawn(self._follower.failed_from(files))

    def _graph_is_only_here(self) -> bool:
        return self.kept.levels.version > 0 and not (self._worker and self._worker.graph_version)

    def _no_worker(self) -> Problem:
        if self._own.phase in BEFORE_READY:
            return problems.not_started()
        return self._own.problem or problems.worker_stopped()

    def _give_up(self, life: WorkerLife, problem: Problem) -> None:
        """Loading failed. A worker that has said so itself lives on, any other is sent away."""
        is_current = self._worker in (life, None) and asyncio.current_task() is self._life
        if is_current and life.ending is None and self._own.phase != "failed":
            self._endings.begin(life)
            self._dismiss_all()
            self._settle("failed", problem)

    def _end_runs(self, *, phase: str, problem: Problem | None) -> None:
        for run in self.kept.end_runs(phase=phase, problem=problem):
            self._emit("run/changed", run)

    def _settle(self, phase: ModelPhase, problem: Problem) -> None:
        version = self.kept.levels.version or self._own.graph_version
        self._own = replace(
            self._own, phase=phase, message="", problem=problem, graph_version=version
        )
        self._announce()

    def _long_load(self) -> Problem | None:
        return long_load(self._own, self._successor) if self._clock.is_long else None

    def _say_long(self) -> None:
        self._succession.is_long()
        if self._long_load() is not None:
            self._announce()

    def _stop_living(self) -> None:
        if self._life is not None:
            self._life.cancel()

    def _dismiss_all(self) -> None:
        worker, self._worker = self._worker, None
        self._endings.begin(worker)
        self._drop_successor()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _announce(self) -> None:
        if not self._closed:
            self._emit("model/changed", encode(self.state))

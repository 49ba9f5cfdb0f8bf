"""A script's model as a worker's session shows it, in this very process.

Runs that a page starts are carried out by a thread of their own, one at a time with the script's:
both hold the same lock. They leave torch's random state, and in training mode the buffers, as the
script had them. What the script runs is told to the pages as it happens. Called by
`live_server.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Lock, Thread
from time import time
from typing import Any

import torch
from torch import nn

from interpogate.errors import InterpogateError, NotReady
from interpogate.model.inputs import shapes_of
from interpogate.model.load import LoadedModel
from interpogate.model.predictions import Predictions
from interpogate.model.sources import ModelSource
from interpogate.model.tokens import sequence_logits
from interpogate.onlookers import Outcome, Stage
from interpogate.protocol import messages as m
from interpogate.run import has_values
from interpogate.trace.keeping import Keeper
from interpogate.trace.modules import ModelModules, declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.trace.rerun import undisturbed
from interpogate.worker.blocks import list_blocks
from interpogate.worker.forward import conclude, told
from interpogate.worker.problems import log_defect
from interpogate.worker.runs import Run, RunRequest
from interpogate.worker.session import Emit, Session


class ScriptsRun(InterpogateError):
    """A page wants to end what the script does."""

    code = "run.ofScript"
    hint = "Interrupt it where the script runs."


class LiveSession:
    """The session of one `Interpogate` instance."""

    def __init__(self, model_id: str, stage: Stage, *, emit: Emit) -> None:
        self._model = stage.model
        self._lock = stage.lock
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._submitting = Lock()
        self._is_closed = False
        name = type(stage.model).__name__
        self.session = Session(model_id, f"{name} of a script", emit, self._submit)
        self.session.blocks.store = stage.blocks
        with stage.lock:
            source = ModelSource("import", "", name)
            self.session.show_model(LoadedModel(stage.model, source, stage.tokenizer))
        self._worker = Thread(target=self._work, name="interpogate-runs", daemon=True)
        self._worker.start()

    def close(self) -> None:
        """Carry out what was submitted, then nothing more."""
        with self._submitting:
            self._is_closed = True
            self._jobs.put(None)

    def refresh(self) -> None:
        """The script may have put other modules into the model since the last run."""
        self.session.follow(declared_modules(self._model))

    def check_cancel(self, run_id: int) -> None:
        """Raise `ScriptsRun` for a run that a page must not end."""
        run = self.session.runs.get(run_id)
        if isinstance(run, ScriptRun) and run.phase == "running":
            raise ScriptsRun("This run belongs to the script.")

    def began(self, modules: ModelModules) -> ScriptWatching:
        """A run of the script begins (`onlookers.Onlooker`)."""
        session = self.session
        session.follow(modules)
        run = ScriptRun(session.state.model_id, session.next_run_id, {})
        run.started_at = time()
        session.begin_run(run)
        return ScriptWatching(session, run)

    def blocks_changed(self) -> None:
        """The script has added or removed a block (`onlookers.Onlooker`)."""
        reference = m.ModelReference(model_id=self.session.state.model_id)
        self.session.emit("block/changed", list_blocks(self.session, reference))

    def _submit(self, job: Callable[[], None]) -> None:
        """Whoever submits may wait for the job, so one that nobody would do is refused."""
        with self._submitting:
            if self._is_closed:
                raise NotReady("The script has closed this page.", hint="Open its new page.")
            self._jobs.put(job)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._lock:
                _carry_out(job, self._model)


def _carry_out(job: Callable[[], None], model: nn.Module) -> None:
    try:
        with undisturbed(model):
            job()
    except BaseException as error:  # noqa: BLE001 (the next run shall be possible)
        log_defect("a job failed", error)


class ScriptRun(Run):
    """A run that belongs to the script: no page ends it."""

    def started(self, module: int, time_ns: int) -> None:
        """A module is about to run."""
        self._note(0, module, time_ns)


@dataclass
class ScriptWatching:
    """Tells pages of one run of the script (`onlookers.Watching`)."""

    session: Session
    run: ScriptRun

    def __post_init__(self) -> None:
        self.keeper: Keeper | None = self.session.blocks.keeper(self.session)
        self._telling = ExitStack()
        self._telling.enter_context(told(self.session, self.run))
        self.run.begin()
        self.run.begin_step()
        self.started, self.finished = self.run.started, self.run.finished
        self.failed = self.run.failed

    def ended(self, recorder: Recorder, outcome: Outcome) -> None:
        """Show what the run left behind."""
        run, session = self.run, self.session
        run.end("failed" if outcome.failed else "finished")
        self._telling.close()
        run.recording = recorder.recording()
        _describe(run, outcome, is_named=session.opened.loaded.tokenizer is not None)
        session.blocks.keep(session, run)
        if not outcome.failed and run.token_ids is not None:
            _predict(run, self._model, outcome.output)
        conclude(session, session.opened, run)

    @property
    def _model(self) -> Any:
        return self.session.opened.modules.live[0]


def _describe(run: Run, outcome: Outcome, *, is_named: bool) -> None:
    """`is_named`: there is a tokenizer, which can name tokens."""
    inputs = dict(outcome.inputs or {})
    run.inputs, run.shapes = inputs, shapes_of(inputs)
    lines = None if outcome.text is not None else "\n".join(map(str, run.shapes)) or None
    run.request = RunRequest(text=outcome.text, inputs=lines)
    ids = inputs.get("input_ids")
    is_batch = isinstance(ids, torch.Tensor) and ids.dim() == 2 and ids.numel() > 0  # noqa: PLR2004
    if ids is not None and is_named and is_batch and has_values(ids):
        run.token_ids = tuple(int(token) for token in ids[0])
        run.prompt_token_count = len(run.token_ids)


def _predict(run: Run, model: Any, output: Any) -> None:
    logits = sequence_logits(model, output)
    if logits is not None:
        run.predictions = Predictions(logits, (run.token_ids or ())[1:])

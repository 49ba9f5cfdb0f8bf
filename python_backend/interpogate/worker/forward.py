"""Runs of a session: checked by the reader's thread, carried out by the main thread."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

import torch

from interpogate.errors import InterpogateError, RunBusy
from interpogate.graph.graph import Graph
from interpogate.graph.recording import Recording
from interpogate.model.generation import grown, is_encoder_decoder, stop_reason
from interpogate.model.predictions import Predictions
from interpogate.model.tokens import sequence_logits
from interpogate.presentation.failures import failure_problem, unstarted_problem
from interpogate.protocol import messages as m
from interpogate.trace.call_arguments import arguments
from interpogate.trace.exchange import runnable
from interpogate.trace.recorder import Recorder
from interpogate.worker.problems import internal_problem, log_defect, problem_of
from interpogate.worker.run_requests import new_run
from interpogate.worker.run_states import run_state
from interpogate.worker.runs import Run, RunCancelled

if TYPE_CHECKING:
    from interpogate.worker.session import OpenedModel, Session

_FRAME_S = 0.016
_PATIENCE_S = 0.5


def start_run(session: Session, request: m.StartRun) -> m.RunState:
    """Queue a run. Raises `RunBusy` and what `new_run` does."""
    opened = session.opened
    if session.is_running:
        raise RunBusy("A forward pass is running already.")
    run = new_run(session, opened, request)
    session.begin_run(run)
    session.submit(lambda: _run(session, opened, run))
    return run_state(session, run)


def cancel_run(session: Session, run: Run) -> m.RunState:
    """Ask a run to stop before its next module; code that calls none is stopped a little later."""
    run.cancelled.set()
    return run_state(session, run)


def _run(session: Session, opened: OpenedModel, run: Run) -> None:
    try:
        _carry_out(session, opened, run)
    except BaseException as error:  # noqa: BLE001 (a run that has begun must be seen to end)
        log_defect("a run failed outside the model", error)
        run.problem = internal_problem(error)
        run.end("failed")
        session.emit("run/changed", run_state(session, run))


def _carry_out(session: Session, opened: OpenedModel, run: Run) -> None:
    with told(session, run):
        session.flush()  # the model may hold the interpreter: what was told is out by then
        run.begin()
        try:
            _take_steps(session, opened, run)
        except RunCancelled:
            run.end("cancelled")
        except InterpogateError as error:
            run.problem = problem_of(error)
            run.end("failed")
        except BaseException as error:  # noqa: BLE001 (user code; the recording has it)
            run.problem = internal_problem(error)
            run.end("failed")
        else:
            run.end("finished")
    conclude(session, opened, run)


@contextmanager
def told(session: Session, run: Run) -> Iterator[None]:
    """Tell that a run begins, and of its events until the block ends; an exception is no matter."""
    session.emit("run/changed", run_state(session, run))
    done = Event()
    sender = Thread(target=_send_events, args=(session, run, done), name="run-events", daemon=True)
    sender.start()
    try:
        yield
    finally:
        done.set()
        sender.join()


def _take_steps(session: Session, opened: OpenedModel, run: Run) -> None:
    """One forward pass, or one for each token until there are enough or the text ends."""
    generator = run.request.sampling.generator()
    told = monotonic()
    while True:
        run.begin_step()
        if run.step > 1 and monotonic() - told > _FRAME_S:
            told = monotonic()
            session.emit("run/changed", run_state(session, run))
        logits = _take_step(session, opened, run)
        if run.request.token_count > 0 and logits is not None:
            run.newest_id = run.request.sampling.choose(logits[-1], generator)
        if logits is not None:
            run.predictions = Predictions(logits, _following(run))
        if run.newest_id is None or _is_over(opened, run):
            return
        _grow(opened, run)


def _take_step(session: Session, opened: OpenedModel, run: Run) -> torch.Tensor | None:
    """One watched forward pass; its logits `(position, vocabulary)` if it predicts tokens."""
    model = opened.modules.live[0]
    keeper = session.blocks.keeper(session)
    recorder = Recorder(opened.modules, listener=run, keeper=keeper)
    try:
        with (
            torch.no_grad(),
            runnable(model, run.inputs) as inputs,
            recorder.watching(),
            run.interruption.possible(),
        ):
            positional, named = arguments(model, inputs)
            output = model(*positional, **named)
    except RunCancelled:
        raise
    except BaseException:
        run.recording = recorder.recording()
        session.blocks.keep(session, run)
        raise
    run.recording = recorder.recording()
    session.blocks.keep(session, run)
    return None if run.token_ids is None else sequence_logits(model, output)


def _following(run: Run) -> tuple[int, ...]:
    """The tokens that really follow the positions that the last forward pass took."""
    first = len(run.token_ids or ()) if run.written_ids else 0
    return run.all_ids[first + 1 :]


def _is_over(opened: OpenedModel, run: Run) -> bool:
    made, wanted = run.generated_ids, run.request.token_count
    own = run.all_ids[run.prompt_token_count - 1 :] if run.written_ids else run.all_ids
    reason = stop_reason(opened.modules.live[0], made, wanted, len(own))
    run.notes = (*run.notes, reason) if reason else run.notes
    return bool(reason) or len(made) >= wanted


def _grow(opened: OpenedModel, run: Run) -> None:
    """The newest token becomes part of what the next forward pass takes."""
    token, model = run.newest_id, opened.modules.live[0]
    if token is None:
        return
    run.inputs = grown(model, run.inputs, token)
    run.newest_id = None
    if is_encoder_decoder(model):
        run.written_ids = (*run.written_ids, token)
    else:
        run.token_ids = (*(run.token_ids or ()), token)


def _send_events(session: Session, run: Run, done: Event) -> None:
    """At most one message a frame while the run goes on, then the rest."""
    cancelled_at = 0.0
    while not done.wait(_FRAME_S):
        _send_unsent(session, run)
        if run.cancelled.is_set():
            cancelled_at = cancelled_at or monotonic()
        if cancelled_at and monotonic() - cancelled_at > _PATIENCE_S:
            run.interruption.raise_inside()
    while _send_unsent(session, run):
        pass


def _send_unsent(session: Session, run: Run) -> bool:
    events = run.unsent()
    if events is not None:
        session.emit("run/events", events)
    return events is not None


def conclude(session: Session, opened: OpenedModel, run: Run) -> None:
    """Show what a run that has ended left behind, and tell."""
    recording = run.recording
    if recording is not None and (run.phase != "failed" or _did_something(recording)):
        graph = Graph(opened.modules.tree, recording, "run", run.run_id)
        run.problem = failure_problem(graph) or run.problem
        session.show_graph(graph, len(run.token_ids or ()), problem=run.problem)
    elif recording is not None and recording.failure:
        run.problem = unstarted_problem(recording.failure, opened.modules.live[0])
        run.recording = None
    session.make_room()
    session.blocks.tidy(session)
    session.emit("run/changed", run_state(session, run))


def _did_something(recording: Recording) -> bool:
    return any(operation.kind == "call" for operation in recording.operations)

"""Forward passes of a session: checked by the reader's thread, run by the main thread."""

from __future__ import annotations

from threading import Event, Thread
from typing import TYPE_CHECKING

import torch

from interpogate.errors import NoTokenizer, RunBusy
from interpogate.graph.graph import Graph
from interpogate.graph.recording import Failure, Recording
from interpogate.model.inputs import filled, parse_inputs, text_inputs
from interpogate.model.tokens import next_token_logits, token_list
from interpogate.presentation.failures import failure_problem
from interpogate.presentation.values import tokens
from interpogate.protocol import messages as m
from interpogate.trace.recorder import Recorder
from interpogate.worker.runs import Run, RunCancelled

if TYPE_CHECKING:
    from interpogate.worker.session import OpenedModel, Session

_FRAME_S = 0.016


def start_run(session: Session, request: m.StartRun) -> m.RunState:
    """Queue a forward pass. Raises `RunBusy`, `NoTokenizer`, `InputsInvalid`."""
    opened = session.opened
    if any(run.phase == "running" for run in session.runs.values()):
        raise RunBusy("A forward pass is running already.")
    run = _new_run(session, opened, request)
    session.next_run_id += 1
    session.add_run(run)
    session.change(run_id=run.run_id)
    session.submit(lambda: _run(session, opened, run))
    return run_state(session, run)


def cancel_run(session: Session, run: Run) -> m.RunState:
    """Ask a run to stop before its next module."""
    run.cancelled.set()
    return run_state(session, run)


def run_state(session: Session, run: Run) -> m.RunState:
    """Where a run stands, as a message."""
    tokenizer = session.opened.loaded.tokenizer
    ids = run.token_ids
    return m.RunState(
        model_id=run.model_id,
        run_id=run.run_id,
        phase=run.phase,
        duration_ms=run.duration_ms,
        event_count=run.event_count,
        tokens=tokens(token_list(tokenizer, ids)) if ids is not None else None,
        predicts_tokens=run.logits is not None,
        problem=run.problem,
    )


def _new_run(session: Session, opened: OpenedModel, request: m.StartRun) -> Run:
    identity = (session.state.model_id, session.next_run_id)
    loaded = opened.loaded
    if request.inputs is not None:
        shapes = parse_inputs(request.inputs)
        return Run(*identity, filled(shapes, loaded.model, seed=session.next_run_id))
    if request.text is None:
        return Run(*identity, dict(opened.look.inputs))
    if loaded.tokenizer is None:
        raise NoTokenizer("This model takes no text: it has no tokenizer.")
    inputs = text_inputs(loaded, request.text)
    ids = tuple(int(token) for token in inputs["input_ids"][0])
    return Run(*identity, inputs, request.text, ids)


def _run(session: Session, opened: OpenedModel, run: Run) -> None:
    recorder = Recorder(opened.modules, listener=run)
    session.emit("run/changed", run_state(session, run))
    done = Event()
    sender = Thread(target=_send_events, args=(session, run, done), name="run-events", daemon=True)
    sender.start()
    run.begin()
    try:
        _forward(opened, run, recorder)
    except RunCancelled:
        run.end("cancelled")
    except (Exception, SystemExit):  # noqa: BLE001 (user code; the recording has it)
        run.end("failed")
    else:
        run.end("finished")
    done.set()
    sender.join()
    _conclude(session, opened, run, recorder)


def _forward(opened: OpenedModel, run: Run, recorder: Recorder) -> None:
    model = opened.modules.live[0]
    with torch.no_grad():
        with recorder.watching():
            output = model(**run.inputs)
        if run.token_ids is not None:
            run.logits = next_token_logits(model, output)


def _send_events(session: Session, run: Run, done: Event) -> None:
    """At most one message a frame while the run goes on, then the rest."""
    while not done.wait(_FRAME_S):
        _send_unsent(session, run)
    while _send_unsent(session, run):
        pass


def _send_unsent(session: Session, run: Run) -> bool:
    events = run.unsent()
    if events is not None:
        session.emit("run/events", events)
    return events is not None


def _conclude(session: Session, opened: OpenedModel, run: Run, recorder: Recorder) -> None:
    recording = recorder.recording()
    if run.phase == "finished" or (run.phase == "failed" and _did_something(recording)):
        graph = Graph(opened.modules.tree, recording, "run", run.run_id)
        run.problem = failure_problem(graph)
        session.show_graph(graph, len(run.token_ids or ()), problem=run.problem)
    elif run.phase == "failed" and recording.failure:
        run.problem = _inputs_problem(recording.failure)
    session.emit("run/changed", run_state(session, run))


def _did_something(recording: Recording) -> bool:
    return any(operation.kind == "call" for operation in recording.operations)


def _inputs_problem(failure: Failure) -> m.Problem:
    """Nothing ran: the arguments themselves do not fit, and the old graph stays."""
    message = " ".join(failure.message.split())
    return m.Problem(
        code="inputs.invalid",
        message=f"The inputs do not fit the model: {message}",
        hint="Change the names, shapes or dtypes of the inputs and run again.",
        file=failure.source.file if failure.source else None,
        line=failure.source.line if failure.source else None,
    )

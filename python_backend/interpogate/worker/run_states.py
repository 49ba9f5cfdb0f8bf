"""Runs and what they predict, as messages; and showing an earlier run again.

Called by `forward.py` and `handlers.py`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from interpogate.errors import NoPrediction, NoTokenizer, RunNotFound
from interpogate.graph.graph import Graph
from interpogate.model.predictions import Predictions, candidate_ids
from interpogate.model.tokens import token_list
from interpogate.presentation import values
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode
from interpogate.protocol.reduced import reduced_run
from interpogate.worker.problems import log_defect
from interpogate.worker.runs import Run

if TYPE_CHECKING:
    from typing import Any

    from interpogate.worker.session import Session


_MOST_CHARACTERS = 2_000_000
"""Of a state as JSON: its events must fit beside it in one message."""
_MOST_LISTED = 100_000
"""The same of one run in the list of all that are kept."""


def run_state(session: Session, run: Run) -> m.RunState:
    """Where a run stands, without its text and tokens where they are too large for a message."""
    return _bounded(_state(session, run, with_tokens=True), _MOST_CHARACTERS)


def _bounded(state: m.RunState, most: int) -> m.RunState:
    given = (state.text, state.inputs, state.generated_text, state.note)
    tokens = 0 if state.tokens is None else len(state.tokens.ids)
    # Measuring costs as much as sending: only where there is much to measure.
    if sum(len(text or "") for text in given) + tokens < most // 100:
        return state
    return state if len(json.dumps(encode(state))) <= most else reduced_run(state)


def _state(session: Session, run: Run, *, with_tokens: bool) -> m.RunState:
    tokenizer = session.opened.loaded.tokenizer
    predictions = run.predictions
    return m.RunState(
        model_id=run.model_id,
        run_id=run.run_id,
        phase=run.phase,
        duration_ms=run.duration_ms,
        event_count=run.event_count,
        tokens=_tokens(tokenizer, run) if with_tokens else None,
        predicts_tokens=predictions is not None,
        problem=run.problem,
        text=run.request.text,
        inputs=run.request.inputs,
        started_at=run.started_at,
        step=run.step,
        step_count=run.request.step_count,
        step_first_event=run.step_first_event,
        prompt_token_count=run.prompt_token_count,
        prediction_first=len(run.token_ids or ()) if run.written_ids else 0,
        prediction_count=predictions.count if predictions is not None else 0,
        generated_text=_text(tokenizer, run.generated_ids),
        note=" ".join((*run.notes, *_losses(run))),
        is_kept=run.recording is not None,
    )


def _tokens(tokenizer: Any, run: Run) -> m.Tokens | None:
    """None also where the user's tokenizer fails: the run must be seen to end all the same."""
    if run.token_ids is None:
        return None
    try:
        return values.tokens(token_list(tokenizer, run.all_ids))
    except BaseException as error:  # noqa: BLE001 (user code)
        log_defect("tokens could not be named", error)
        return None


def _text(tokenizer: Any, ids: tuple[int, ...]) -> str:
    try:
        return str(tokenizer.decode(list(ids), skip_special_tokens=True)) if ids else ""
    except BaseException as error:  # noqa: BLE001 (user code)
        log_defect("generated tokens could not be decoded", error)
        return ""


def _losses(run: Run) -> tuple[str, ...]:
    if run.predictions is None or run.predictions.is_whole:
        return ()
    return ("To save memory only the 100 likeliest tokens of each position are kept.",)


def list_runs(session: Session, _request: m.ModelReference) -> m.Runs:
    """The last runs, the oldest first."""
    states = [_state(session, run, with_tokens=False) for _, run in sorted(session.runs.items())]
    return m.Runs(runs=tuple(_bounded(state, _MOST_LISTED) for state in states))


def select_run(session: Session, request: m.RunReference) -> m.RunState:
    """Show an earlier run's graph again. Raises `RunNotFound` if it left none."""
    run = session.run(request.run_id)
    if run.recording is None:
        raise RunNotFound(f"Run {run.run_id} left nothing to show: {_why_nothing(run)}.")
    if session.state.shown_run_id != run.run_id:
        graph = Graph(session.opened.modules.tree, run.recording, "run", run.run_id)
        session.show_graph(graph, len(run.token_ids or ()), problem=run.problem)
    return run_state(session, run)


def _why_nothing(run: Run) -> str:
    if run.phase == "running":
        return "it is still running"
    if run.phase != "failed":
        return "it was cancelled before its end"
    did_not_fit = run.problem is not None and run.problem.code == "inputs.invalid"
    return "its inputs did not fit" if did_not_fit else "it failed before any module ran"


def read_prediction(session: Session, request: m.ReadPrediction) -> m.Prediction:
    """The likeliest next tokens after a position."""
    run = session.run(request.run_id)
    found = _predictions(run).top(_tokenizer(session), _row(run, request.position), request.count)
    return values.prediction(request.position, found)


def read_strip(session: Session, request: m.RunReference) -> m.PredictionStrip:
    """The likeliest next token after every position."""
    run = session.run(request.run_id)
    found = _predictions(run).strip(_tokenizer(session))
    return m.PredictionStrip(
        run_id=run.run_id,
        first=_first(run),
        tokens=values.tokens(found.tokens),
        probabilities=found.probabilities,
        actual_ranks=found.actual_ranks,
        actual_probabilities=found.actual_probabilities,
    )


def find_tokens(session: Session, request: m.FindTokens) -> m.FoundTokens:
    """How likely the tokens are that a text may mean."""
    run, tokenizer = session.run(request.run_id), _tokenizer(session)
    candidates = dict(candidate_ids(tokenizer, request.text))
    row = _row(run, request.position)
    found = _predictions(run).named(tokenizer, row, list(candidates))
    return m.FoundTokens(
        position=request.position,
        tokens=values.tokens(found.tokens),
        probabilities=found.probabilities,
        ranks=found.ranks,
        logits=found.logits,
        is_whole=tuple(candidates[token] for token in found.tokens.ids),
    )


def _predictions(run: Run) -> Predictions:
    if run.predictions is None:
        raise NoPrediction("This run has no next tokens.")
    return run.predictions


def _tokenizer(session: Session) -> Any:
    tokenizer = session.opened.loaded.tokenizer
    if tokenizer is None:
        raise NoTokenizer("This model takes no text: it has no tokenizer.")
    return tokenizer


def _first(run: Run) -> int:
    """Position of the first token that has next tokens."""
    return len(run.token_ids or ()) if run.written_ids else 0


def _row(run: Run, position: int) -> int:
    return position - _first(run)

"""Runs and what they predict, as messages; and showing an earlier run again.

Called by `forward.py` and `handlers.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from interpogate.errors import NoPrediction, NoTokenizer, RunNotFound
from interpogate.graph.graph import Graph
from interpogate.model.predictions import Predictions, candidate_ids
from interpogate.model.tokens import token_list
from interpogate.presentation import values
from interpogate.protocol import messages as m
from interpogate.worker.runs import Run

if TYPE_CHECKING:
    from typing import Any

    from interpogate.worker.session import Session


def run_state(session: Session, run: Run, *, with_tokens: bool = True) -> m.RunState:
    """Where a run stands."""
    tokenizer = session.opened.loaded.tokenizer
    ids = run.all_ids if run.token_ids is not None and with_tokens else None
    predictions = run.predictions
    return m.RunState(
        model_id=run.model_id,
        run_id=run.run_id,
        phase=run.phase,
        duration_ms=run.duration_ms,
        event_count=run.event_count,
        tokens=values.tokens(token_list(tokenizer, ids)) if ids is not None else None,
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


def _text(tokenizer: Any, ids: tuple[int, ...]) -> str:
    if not ids:
        return ""
    return str(tokenizer.decode(list(ids), skip_special_tokens=True))


def _losses(run: Run) -> tuple[str, ...]:
    if run.predictions is None or run.predictions.is_whole:
        return ()
    return ("To save memory only the 100 likeliest tokens of each position are kept.",)


def list_runs(session: Session, _request: m.ModelReference) -> m.Runs:
    """The last runs, the oldest first."""
    runs = sorted(session.runs.items())
    return m.Runs(runs=tuple(run_state(session, run, with_tokens=False) for _, run in runs))


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
    return "its inputs did not fit" if run.phase == "failed" else "it was cancelled before its end"


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

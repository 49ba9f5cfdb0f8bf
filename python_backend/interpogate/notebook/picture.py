"""What a picture shows of a library's run: the same messages as a worker would send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from torch import nn

from interpogate.errors import NoPrediction, NoTokenizer
from interpogate.graph.graph import Graph
from interpogate.graph.notes import notes_of
from interpogate.model.inputs import model_device, vocabulary_size
from interpogate.presentation.failures import failure_problem
from interpogate.presentation.subject import Subject
from interpogate.presentation.summary import main_dtype
from interpogate.protocol import messages as m
from interpogate.run import NextToken, Run, Token
from interpogate.visualizations.library import MODEL_ID, DrawnBlocks

PREDICTIONS = 5


@dataclass(frozen=True)
class Picture:
    """A graph and, if the model ran, its last run."""

    subject: Subject
    state: m.ModelState
    run: m.RunRecord | None
    predictions: Sequence[m.Prediction]
    """By position; empty for models without next tokens."""
    drawn: DrawnBlocks | None = None
    """Visualization blocks and what they show."""


def picture_of(
    graph: Graph, live: tuple[nn.Module, ...], run: Run | None, *, text: str | None
) -> Picture:
    """Everything to show; `text` is what the model ran on, if that is known."""
    tokens = run.tokens if run is not None else None
    predictions = _predictions(run, len(tokens)) if run is not None and tokens else ()
    subject = Subject(
        graph=graph,
        live=live,
        token_count=len(tokens or ()),
        text=text,
        inputs=(),
        vocabulary_size=vocabulary_size(live[0]),
    )
    record = _record(graph, run, predictions) if run is not None else None
    return Picture(subject, _state(subject, predictions), record, predictions)


def _state(subject: Subject, predictions: Sequence[m.Prediction]) -> m.ModelState:
    return m.ModelState(
        model_id=MODEL_ID,
        source=type(subject.live[0]).__name__,
        phase="ready",
        message="",
        problem=failure_problem(subject.graph),
        summary=_summary(subject, predictions),
        graph_version=1,
        origin=subject.graph.origin,
        run_id=subject.graph.run_id,
        notes=notes_of(subject.graph.tree, subject.graph.recording),
    )


def _summary(subject: Subject, predictions: Sequence[m.Prediction]) -> m.ModelSummary:
    root, model = subject.graph.tree.modules[0], subject.live[0]
    return m.ModelSummary(
        title=root.class_name,
        class_name=root.class_name,
        module_count=len(subject.live),
        parameter_count=root.parameter_count,
        dtype=main_dtype(model),
        device=str(model_device(model)),
        takes_text=subject.token_count > 0,
        predicts_tokens=bool(predictions),
        example_text=subject.text or "",
        example_inputs="",
        file=None,
    )


def _record(graph: Graph, run: Run, predictions: Sequence[m.Prediction]) -> m.RunRecord:
    events = m.RunEvents(
        model_id=MODEL_ID, run_id=graph.run_id, first=0, kinds=(), modules=(), times_us=()
    )
    state = m.RunState(
        model_id=MODEL_ID,
        run_id=graph.run_id,
        phase="failed" if run.error else "finished",
        duration_ms=run.duration_ms,
        event_count=0,
        tokens=_tokens(run.tokens) if run.tokens else None,
        predicts_tokens=bool(predictions),
        problem=failure_problem(graph),
    )
    return m.RunRecord(state=state, events=events)


def _predictions(run: Run, count: int) -> tuple[m.Prediction, ...]:
    try:
        found = [run.top_tokens(position, PREDICTIONS) for position in range(count)]
    except (NoPrediction, NoTokenizer):
        return ()
    return tuple(_prediction(position, tokens) for position, tokens in enumerate(found))


def _prediction(position: int, tokens: tuple[NextToken, ...]) -> m.Prediction:
    return m.Prediction(
        position=position,
        tokens=_tokens(tokens),
        probabilities=tuple(round(token.probability, 6) for token in tokens),
        logits=tuple(round(token.logit, 4) for token in tokens),
    )


def _tokens(tokens: Sequence[Token]) -> m.Tokens:
    columns: Any = zip(*((t.id, t.text, t.raw) for t in tokens), strict=True)
    ids, texts, raw = columns
    return m.Tokens(ids=ids, texts=texts, raw=raw)

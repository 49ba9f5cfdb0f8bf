"""From what the user asks for to a run that is ready to go. Called by `forward.py`."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from interpogate.errors import InputsInvalid, NoTokenizer
from interpogate.model.generation import (
    Sampling,
    check_request,
    is_encoder_decoder,
    with_decoder_start,
)
from interpogate.model.input_lines import InputSources, ReadInputs, read_lines
from interpogate.model.inputs import Inputs, shapes_of, text_inputs
from interpogate.protocol import messages as m
from interpogate.trace.exchange import is_without_weights
from interpogate.worker.runs import Run, RunRequest

_WITHOUT_WEIGHTS = "The model has no weights: the run shows shapes, not values."

if TYPE_CHECKING:
    from interpogate.worker.session import OpenedModel, Session


def new_run(session: Session, opened: OpenedModel, request: m.StartRun) -> Run:
    """A run with its inputs. Raises `NoTokenizer`, `InputsInvalid`, `CannotGenerate`."""
    asked = RunRequest(
        text=request.text,
        inputs=request.inputs,
        token_count=request.token_count,
        sampling=Sampling(request.temperature, request.seed),
    )
    read = _read(session, opened, asked.inputs)
    inputs = _base(opened, asked, read) | read.values
    run = Run(session.state.model_id, session.next_run_id, inputs, asked, shapes_of(inputs))
    without = (_WITHOUT_WEIGHTS,) if is_without_weights(opened.loaded.model) else ()
    run.notes, run.started_at = (*without, *read.notes), time()
    if asked.text is not None:
        _add_tokens(opened, run)
    if asked.token_count:
        _check_generation(opened, run)
    return run


def _read(session: Session, opened: OpenedModel, inputs: str | None) -> ReadInputs:
    if inputs is None:
        return ReadInputs({})
    sources = InputSources(
        opened.loaded, session.uploads, opened.look.inputs, session.image_processor
    )
    return read_lines(inputs, sources, seed=session.next_run_id)


def _base(opened: OpenedModel, asked: RunRequest, read: ReadInputs) -> Inputs:
    """The inputs that lines may add to: those of the text; the example's without any."""
    if asked.text is None:
        if asked.inputs is not None and not read.values:
            raise InputsInvalid("There are no inputs.")
        return {} if asked.inputs is not None else dict(opened.look.inputs)
    if opened.loaded.tokenizer is None:
        raise NoTokenizer("This model takes no text: it has no tokenizer.")
    return with_decoder_start(opened.loaded.model, text_inputs(opened.loaded, asked.text))


def _add_tokens(opened: OpenedModel, run: Run) -> None:
    run.token_ids = tuple(int(token) for token in run.inputs["input_ids"][0])
    if is_encoder_decoder(opened.loaded.model):
        own = run.inputs.get("decoder_input_ids")
        run.written_ids = () if own is None else tuple(int(token) for token in own[0])
    run.prompt_token_count = len(run.all_ids)


def _check_generation(opened: OpenedModel, run: Run) -> None:
    asked, prompt = run.request, len(run.written_ids or run.token_ids or ())
    check_request(opened.loaded.model, asked.token_count, asked.sampling, prompt)
    if run.token_ids is None:
        raise InputsInvalid(
            "Tokens can be generated only from a text.", hint="Give a text, or run without."
        )

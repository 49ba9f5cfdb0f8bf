"""An event that is too large for the wire is replaced by one that says so."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from interpogate.protocol.codec import decode, encode
from interpogate.protocol.messages import ModelState, ModelSummary, RunState, Tokens
from interpogate.transport.bound import MAXIMUM_BYTES, MessageTooLarge
from interpogate.transport.events import event_text

_LONG = "é" * 1_000_000
_RUN = RunState(model_id="m", run_id=7, phase="failed", duration_ms=1.0, event_count=2)
_SUMMARY = ModelSummary(
    title="Net", class_name="Net", module_count=1, parameter_count=0, dtype="", device="cpu",
    takes_text=True, predicts_tokens=False, example_text="a", example_inputs="", file=None,
)  # fmt: skip
_MODEL = ModelState(model_id="m", source="s", phase="ready", message="", summary=_SUMMARY)


def _sent_run(state: RunState) -> RunState:
    return decode(json.loads(event_text("run/changed", encode(state)))["params"], RunState)


def _sent_model(state: ModelState) -> ModelState:
    text = event_text("model/changed", encode(state))
    assert len(text) <= MAXIMUM_BYTES
    return decode(json.loads(text)["params"], ModelState)


def test_an_event_that_fits_is_sent_as_it_is() -> None:
    assert _sent_run(_RUN) == _RUN
    assert _sent_model(_MODEL) == _MODEL


def test_a_run_ends_without_its_text_and_tokens() -> None:
    tokens = Tokens(ids=(1,), texts=(_LONG,), raw=("a",))
    sent = _sent_run(replace(_RUN, text=_LONG, tokens=tokens, note="Old."))
    assert (sent.run_id, sent.phase, sent.text, sent.tokens) == (7, "failed", None, None)
    assert sent.note.endswith("are too large to be shown. Old.")


@pytest.mark.parametrize(
    "state",
    [
        replace(_MODEL, last_inputs=_LONG),
        replace(_MODEL, source=_LONG),
        replace(_MODEL, summary=replace(_SUMMARY, example_text=_LONG)),
    ],
)
def test_a_model_is_ready_without_what_is_too_large(state: ModelState) -> None:
    sent = _sent_model(state)
    assert (sent.phase, sent.last_inputs) == ("ready", None)
    assert sent.summary is not None
    assert sent.summary.title == "Net"
    assert sent.problem is not None
    assert sent.problem.code == "message.tooLarge"


def test_an_event_without_anything_to_spare_is_refused() -> None:
    with pytest.raises(MessageTooLarge):
        event_text("run/events", {"modelId": _LONG})
    with pytest.raises(MessageTooLarge):
        event_text("unknown", {"text": _LONG})

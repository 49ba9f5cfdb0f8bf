"""Blocks added from Python stand in the notebook's picture."""

from __future__ import annotations

import gc
from typing import Any

import pytest
import torch
import transformers
from torch import nn

from interpogate import Interpogate, InterpogateError
from interpogate.demo import SAMPLE_TEXT, demo_directory
from interpogate.notebook.snapshot import snapshot
from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode

DEMO: Any = transformers.AutoModelForCausalLM.from_pretrained(demo_directory())
TOKENIZER: Any = transformers.AutoTokenizer.from_pretrained(demo_directory())


def _pictures(interp: Interpogate) -> dict[int, m.BlockPicture]:
    """As the page of a notebook finds them."""
    held = snapshot(interp._last.picture)["blocks"]
    blocks = decode(held["blocks"], m.Blocks).blocks
    pictures = {int(k): decode(v, m.BlockPicture) for k, v in held["pictures"].items()}
    assert [block.block_id for block in blocks] == list(pictures)
    return pictures


@pytest.fixture
def interp() -> Interpogate:
    return Interpogate(DEMO, TOKENIZER)


def test_the_call_of_the_reference_works_under_any_kernel(interp: Interpogate) -> None:
    number = interp.add_visualization("transformer.h.0.attn", kind="attention", output=(1,))
    interp.forward_text(SAMPLE_TEXT)
    picture = _pictures(interp)[number]
    assert picture.problem is None
    assert "recomputed" in picture.note
    assert (picture.panels.count, picture.x.labels[1]) == (4, " Anna")


@pytest.mark.parametrize("after", [True, False])
def test_blocks_may_be_added_before_a_run_or_after_it(interp: Interpogate, *, after: bool) -> None:
    if after:
        interp.forward_text(SAMPLE_TEXT)
    interp.add_visualization("transformer.h.1.attn")
    interp.add_visualization(".", "logit_lens")
    interp.add_visualization("transformer.h", "line", output="residual")
    interp.add_visualization("transformer.h.0.mlp.c_fc", "histogram", parameter="weight")
    interp.add_visualization("transformer.h.0", "heatmap", input="hidden_states")
    if not after:
        interp.forward_text(SAMPLE_TEXT)
    pictures = _pictures(interp)
    assert [one.problem for one in pictures.values()] == [None] * 5
    assert " Anna" in pictures[2].texts[0].texts
    assert ("second run" in pictures[1].note) is after


def test_a_picture_before_any_run_says_what_is_missing(interp: Interpogate) -> None:
    interp.add_visualization("transformer.h.0.attn")
    problem = _pictures(interp)[1].problem
    assert problem is not None
    assert "did not run" in problem.message


def test_roles_indices_and_options_are_as_given(interp: Interpogate) -> None:
    interp.forward_text(SAMPLE_TEXT)
    interp.add_visualization("transformer.h.1.attn", roles=("index", "average", "y", "x"))
    interp.add_visualization(".", "logit_lens", options={"token": "Anna"})
    found = _pictures(interp)
    assert found[1].panels.count == 1
    assert "with and without a space" in found[2].note


def test_a_removed_block_is_gone(interp: Interpogate) -> None:
    number = interp.add_visualization("transformer.h.0")
    interp.remove_visualization(number)
    assert _pictures(interp) == {}
    with pytest.raises(InterpogateError, match="no block 1"):
        interp.remove_visualization(number)


def test_wrong_calls_are_refused_at_once(interp: Interpogate) -> None:
    with pytest.raises(ValueError, match=r"Did you mean 'transformer\.h\.0\.attn'"):
        interp.add_visualization("transformer.h.0.atn")
    with pytest.raises(InterpogateError, match="no kind of block 'pie'"):
        interp.add_visualization(".", "pie")
    with pytest.raises(InterpogateError, match="one value"):
        interp.add_visualization(".", "bar", output=(0,), parameter="weight")


def test_a_watched_run_returns_what_an_unwatched_one_does(interp: Interpogate) -> None:
    interp.add_visualization("transformer.h", "attention")
    ids = TOKENIZER(SAMPLE_TEXT, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        watched, plain = interp.forward(input_ids=ids), DEMO(input_ids=ids)
    assert torch.equal(watched.logits, plain.logits)


def test_a_thousand_runs_with_a_block_leave_nothing_behind() -> None:
    model, x = nn.Sequential(nn.Linear(8, 8), nn.ReLU()), torch.randn(2, 8)
    interp = Interpogate(model)
    interp.add_visualization("0", "heatmap")

    def tensors() -> int:
        gc.collect()
        return sum(isinstance(one, torch.Tensor) for one in gc.get_objects())

    interp.forward(x)
    before = tensors()
    for _ in range(1000):
        interp.forward(x)
    assert tensors() <= before + 2


def test_a_document_with_blocks_holds_them(interp: Interpogate) -> None:
    interp.add_visualization("transformer.h.1.attn")
    interp.forward_text(SAMPLE_TEXT)
    plain = len(Interpogate(DEMO, TOKENIZER).to_html())
    assert len(interp.to_html()) > plain

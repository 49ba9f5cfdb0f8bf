"""What a recipe is, what it knows when it is written, and the phrases that recipes share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from interpogate.codegen.text import indented
from interpogate.codegen.values import MainTensor
from interpogate.codegen.watching import HookTarget, Style


@dataclass(frozen=True)
class Situation:
    """The selection and the model around it."""

    target: HookTarget
    """What is selected."""
    sample: str
    """The observed input as a literal: a text, or a dict of tensors by argument name."""
    is_text: bool
    """Whether the sample is a text."""
    output: MainTensor | None
    """The tensor that the target returns; None if it did not run or returns none."""
    result: MainTensor | None
    """The tensor that the model returns."""
    predicts_tokens: bool
    """Whether the model's result holds a logit for each token of the vocabulary."""
    layers: HookTarget | None
    """The repeated blocks that the selection stands for."""
    layer_output: MainTensor | None
    """The tensor that each of them returns."""
    last_layer: HookTarget | None
    """The block after which the model makes its result."""
    last_output: MainTensor | None
    """The tensor that it returns."""
    attention: HookTarget | None
    """Attention modules of the selection whose kernel can be chosen."""


@dataclass(frozen=True)
class Recipe:
    """One kind of experiment."""

    name: str
    """Stable name."""
    title: str
    """What the user reads."""
    does: str
    """One sentence: what one sees when it has run."""
    refusal: Callable[[Situation], str]
    """Why it does not fit; empty if it does."""
    write: Callable[[Situation, Style], list[str]]
    """Lines of code, tab stops marked."""


def needs_output(situation: Situation) -> str:
    """The refusal of recipes that read or replace what the selection returns."""
    if situation.target.call is None:
        return "The module did not run: run the model first."
    if situation.output is None:
        return "The module returns no tensor: select another one."
    if not situation.output.tensor.dtype.startswith(("float", "bfloat")):
        return f"The module returns {situation.output.tensor.dtype}: select one with real numbers."
    return ""


def needs_result(situation: Situation) -> str:
    """The refusal of recipes that also compare what the model returns."""
    if situation.result is None:
        return "The model returns no tensor that could be compared: run it first."
    return needs_output(situation)


def sample_name(situation: Situation) -> str:
    """Name of the variable that holds the sample."""
    return "text" if situation.is_text else "inputs"


def forward(situation: Situation, style: Style, sample: str) -> str:
    """A forward pass on the sample that a variable holds."""
    if style == "interpogate":
        return (
            f"interp.forward_text({sample})" if situation.is_text else f"interp.forward(**{sample})"
        )
    tokens = f'tokenizer({sample}, return_tensors="pt")'
    return f"model(**{tokens})" if situation.is_text else f"model(**{sample})"


def tokenizer(style: Style) -> str:
    """The tokenizer as an expression."""
    return "interp.tokenizer" if style == "interpogate" else "tokenizer"


def compared(situation: Situation, style: Style, before: str, after: str) -> list[str]:
    """Lines that tell how a result changed: next tokens, or the largest difference."""
    if situation.predicts_tokens and situation.is_text:
        decode = f"{tokenizer(style)}.decode"
        return [
            f'for name, logits in [("before", {before}), ("after", {after})]:',
            *indented([
                "probability, token = logits[0, -1].softmax(-1).max(-1)",
                f'print(name, repr({decode}(token)), f"{{probability:.3f}}")',
            ]),
        ]  # fmt: skip
    return [f'print("largest change", ({after} - {before}).abs().max().item())']


def result_of(situation: Situation, call: str) -> str:
    """The model's main tensor of a forward pass."""
    return situation.result.of(call) if situation.result else call

"""Every recipe runs as it was written, on the demo model and on a plain module, in both styles."""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import networks
import pytest
import torch
import transformers

from interpogate import Interpogate
from interpogate.codegen.recipes import RECIPES
from interpogate.codegen.watching import Style
from interpogate.errors import RecipeNotFound, RecipeUnfit
from interpogate.model.inputs import shapes_of
from interpogate.model.load import load_model
from interpogate.model.sources import parse_source
from interpogate.presentation.recipes import list_recipes, recipe_code
from interpogate.presentation.standing_alone import standing_alone
from interpogate.presentation.subject import Subject

TEXT = "Ada gave the lamp to Ben. Later Ada gave the map to"
STYLES = ("interpogate", "pytorch")
ALL = [recipe.name for recipe in RECIPES]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Interpogate:
    folder = tmp_path_factory.mktemp("anywhere")
    loaded = load_model(parse_source("demo", folder), folder, trust_remote_code=False)
    return Interpogate(loaded.model, loaded.tokenizer)


@pytest.fixture(autouse=True)
def no_hook_stays(demo: Interpogate) -> Iterator[None]:
    yield
    hooked = [m for m in demo.model.modules() if m._forward_hooks or m._forward_pre_hooks]
    assert not hooked


def subject_of(interp: Interpogate, **inputs: Any) -> Subject:
    """What the worker would write code for after a run."""
    if inputs:
        interp.forward(**inputs)
    else:
        interp.forward_text(TEXT)
    return replace(interp._last.picture.subject, inputs=shapes_of(inputs))


def scope_of(interp: Interpogate) -> dict[str, Any]:
    return {"interp": interp, "model": interp.model, "tokenizer": interp.tokenizer}


def ran(interp: Interpogate, code: Any) -> tuple[dict[str, Any], str]:
    """Variables after the code, and what it printed."""
    scope, printed = scope_of(interp), io.StringIO()
    with contextlib.redirect_stdout(printed), torch.no_grad():
        exec("\n".join(code.imports), scope)  # noqa: S102 (this is what is tested)
        exec(code.text, scope)  # noqa: S102
    return scope, printed.getvalue()


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("recipe", ALL)
@pytest.mark.parametrize(
    "nodes",
    [("transformer.h",), ("transformer.h.1.attn",), ("transformer.h.0.mlp", "transformer.h.1.mlp")],
)
def test_a_recipe_runs_as_inserted(
    demo: Interpogate, recipe: str, style: Style, nodes: tuple[str, ...]
) -> None:
    subject = subject_of(demo)
    offers = {offer.recipe: offer for offer in list_recipes(subject, nodes[0], nodes[1:]).offers}
    if offers[recipe].refusal:
        assert (recipe, nodes[0]) == ("attentionCapture", "transformer.h.0.mlp")
        return
    code = recipe_code(subject, recipe, nodes[0], nodes[1:], style)
    _, printed = ran(demo, code)
    assert printed.strip()


@pytest.mark.parametrize(
    "recipe", [name for name in ALL if name not in ("logitLens", "attentionCapture")]
)
@pytest.mark.parametrize("style", STYLES)
def test_a_recipe_runs_on_a_plain_module(recipe: str, style: Style) -> None:
    interp = Interpogate(networks.Residual())
    subject = subject_of(interp, x=torch.randn(2, 8))
    code = recipe_code(subject, recipe, "blocks.0.linear", ("blocks.1.linear",), style)
    assert "for layer in range(2):" in code.text
    _, printed = ran(interp, code)
    assert printed.strip()


def test_the_logit_lens_agrees_with_the_model_at_the_last_layer(demo: Interpogate) -> None:
    code = recipe_code(subject_of(demo), "logitLens", "transformer.h", (), "interpogate")
    _, printed = ran(demo, code)
    with torch.no_grad():
        own = demo.tokenizer.decode(demo.forward_text(TEXT).logits[0, -1].argmax())
    assert repr(own) in printed.splitlines()[-1]


@pytest.mark.parametrize("style", STYLES)
def test_the_logit_lens_applies_the_soft_cap_that_follows_the_head(
    demo: Interpogate, style: Style
) -> None:
    torch.manual_seed(0)
    config = transformers.Gemma2Config(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
        head_dim=8, intermediate_size=48, vocab_size=len(demo.tokenizer),
        final_logit_softcapping=2.0,
    )  # fmt: skip
    model: Any = transformers.Gemma2ForCausalLM(config)
    model.eval().lm_head.weight.data.normal_(0, 1)
    interp = Interpogate(model, demo.tokenizer)
    code = recipe_code(subject_of(interp), "logitLens", "model.layers", (), style)
    _, printed = ran(interp, code)
    with torch.no_grad():
        own = interp.forward_text(TEXT).logits[0, -1].softmax(-1).max()
    assert printed.splitlines()[-1].endswith(f"{own:.3f}")


def test_captured_attention_is_what_the_eager_kernel_gives(demo: Interpogate) -> None:
    code = recipe_code(
        subject_of(demo), "attentionCapture", "transformer.h.1.attn", (), "interpogate"
    )
    config: Any = demo.model.config
    kernel = config._attn_implementation
    scope, _ = ran(demo, code)
    assert config._attn_implementation == kernel
    weights = scope["weights"]["transformer.h.1.attn"]
    assert torch.allclose(weights.sum(-1), torch.ones(weights.shape[:-1]), atol=1e-5)


def test_zero_ablation_of_the_head_that_moves_names_changes_the_prediction(
    demo: Interpogate,
) -> None:
    code = recipe_code(subject_of(demo), "zeroAblation", "transformer.h.1.attn", (), "interpogate")
    scope, _ = ran(demo, code)
    change = (scope["after"] - scope["before"]).abs().max()
    assert change > 1


def test_mean_ablation_over_the_same_input_keeps_its_mean(demo: Interpogate) -> None:
    code = recipe_code(subject_of(demo), "meanAblation", "transformer.h.0.mlp", (), "interpogate")
    scope, _ = ran(demo, code)
    assert not torch.equal(scope["after"], scope["before"])
    assert set(scope["means"]) == {"transformer.h.0.mlp"}


def test_patching_an_input_into_itself_changes_nothing(demo: Interpogate) -> None:
    code = recipe_code(subject_of(demo), "activationPatching", "transformer.h", (), "interpogate")
    scope, _ = ran(demo, code)
    assert torch.equal(scope["after"], scope["before"])


def test_patching_every_layer_brings_the_clean_prediction_back(demo: Interpogate) -> None:
    code = recipe_code(subject_of(demo), "activationPatching", "transformer.h", (), "interpogate")
    other = TEXT.replace("Ben", "Tom")
    changed = code.text.replace(f'corrupted_input = "{TEXT}"', f'corrupted_input = "{other}"')
    assert changed != code.text
    scope = scope_of(demo)
    with contextlib.redirect_stdout(io.StringIO()), torch.no_grad():
        exec(changed, scope)  # noqa: S102
        clean = demo.forward_text(TEXT).logits
    assert torch.allclose(scope["after"], clean, atol=1e-4)


def test_steering_of_equal_inputs_adds_nothing(demo: Interpogate) -> None:
    code = recipe_code(subject_of(demo), "steeringVector", "transformer.h.0", (), "interpogate")
    scope, _ = ran(demo, code)
    assert torch.allclose(scope["after"], scope["before"], atol=1e-4)


def test_what_does_not_fit_is_refused_in_one_sentence() -> None:
    interp = Interpogate(networks.Residual())
    subject = subject_of(interp, x=torch.randn(2, 8))
    with pytest.raises(RecipeUnfit, match="needs a text"):
        recipe_code(subject, "logitLens", "head", (), "interpogate")
    with pytest.raises(RecipeNotFound):
        recipe_code(subject, "alchemy", "head", (), "interpogate")


NETS = """
import torch
from torch import nn


class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(4, 4)

    def forward(self, x):
        return self.inner(x)


ready = Tiny()
"""


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("source", ["demo", "tiny_nets.py:Tiny", "tiny_nets.py:ready"])
def test_code_for_a_new_file_loads_its_model(
    source: str, style: Style, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tiny_nets.py").write_text(NETS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tiny_nets", raising=False)
    loaded = load_model(parse_source(source, tmp_path), tmp_path, trust_remote_code=False)
    interp = Interpogate(loaded.model, loaded.tokenizer)
    subject = subject_of(interp, **({} if source == "demo" else {"x": torch.randn(2, 4)}))
    path = "transformer.h.0.mlp" if source == "demo" else "inner"
    code = recipe_code(subject, "zeroAblation", path, (), style)
    whole = standing_alone(code, loaded, style)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.no_grad():
        exec(whole.text, {})  # noqa: S102 (this is what is tested)
    assert printed.getvalue().strip()
    assert whole.imports == ()

"""Hook code: it parses, runs as it stands, and its comments tell the truth."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import Any

import networks
import pytest
import torch

from interpogate import Interpogate
from interpogate.codegen.hooks import HookTarget, Kind, Style, write_hooks
from interpogate.graph.modules import Module


def target(path: str, **changes: Any) -> HookTarget:
    interp = Interpogate(networks.Residual())
    interp.forward(x=torch.ones(2, 8))
    module = interp.graph.tree.at(path)
    call = interp.graph.recording.calls_of(module.index)[0]
    made = HookTarget(module, call, "run 1", "forward(x=torch.randn(2, 8))", needs_torch=True)
    return replace(made, **changes)


@pytest.mark.parametrize("kind", ["pre", "post", "both"])
@pytest.mark.parametrize("style", ["interpogate", "pytorch"])
@pytest.mark.parametrize("path", [".", "blocks.1", "blocks.0.linear"])
def test_the_code_runs_as_it_stands_and_the_hook_fires(kind: Kind, style: Style, path: str) -> None:
    written = write_hooks(target(path), kind, style)
    code = written.text.replace("pass", "fired.append(args)")
    fired: list[Any] = []
    model = networks.Residual()
    exec("\n".join(written.imports), {})  # noqa: S102 (this is what is tested)
    scope = {"interp": Interpogate(model), "model": model, "torch": torch, "fired": fired}
    exec(code, scope)  # noqa: S102
    assert len(fired) == (2 if kind == "both" else 1)
    assert not [m for m in model.modules() if m._forward_hooks or m._forward_pre_hooks]


def test_comments_hold_the_observed_shapes() -> None:
    text = write_hooks(target("blocks.0.linear"), "post", "interpogate").text
    assert "# args: (float32[2, 8],)" in text
    assert "# output: float32[2, 8]" in text
    assert "shapes of run 1" in text


def test_tensors_by_keyword_are_given_to_the_callback() -> None:
    text = write_hooks(target("."), "pre", "interpogate").text
    assert "def pre_hook(module, args, kwargs):" in text
    assert "# kwargs: x=float32[2, 8]" in text


def test_a_module_that_did_not_run_says_so() -> None:
    text = write_hooks(target("head", call=None), "post", "interpogate").text
    assert "# Linear, did not run in run 1" in text


@pytest.mark.parametrize("style", ["interpogate", "pytorch"])
@pytest.mark.parametrize(
    "name",
    ['x"]; import os; os.system("touch owned") #', "a'b\"c", "new\nline", "back\\slash", "é𝄞"],
)
def test_hostile_names_parse_to_what_was_meant(name: str, style: Style) -> None:
    module: Module = replace(target("head").module, path=name, class_name=f"C\n{name}")
    text = write_hooks(target("head", module=module), "both", style).text
    strings = [n.value for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Constant)]
    assert name in strings
    assert not [n for n in ast.walk(ast.parse(text)) if isinstance(n, (ast.Import, ast.ImportFrom))]


def test_the_snippet_is_the_text_with_numbered_stops() -> None:
    written = write_hooks(target("head"), "both", "interpogate")
    assert "${1:pass}" in written.snippet
    assert "${2:pass}" in written.snippet
    plain = written.snippet.replace("${1:pass}", "pass").replace("${2:pass}", "pass")
    assert plain.replace("\\}", "}").replace("\\$", "$") == written.text


@pytest.mark.parametrize("style", ["interpogate", "pytorch"])
def test_one_loop_hooks_several_modules(style: Style) -> None:
    several = target("blocks.0.linear", also=("blocks.1.linear",))
    written = write_hooks(several, "both", style)
    assert written.text.count("for layer in range(2):") == 1
    fired: list[Any] = []
    model = networks.Residual()
    scope = {"interp": Interpogate(model), "model": model, "torch": torch, "fired": fired}
    exec(written.text.replace("pass", "fired.append(module)"), scope)  # noqa: S102
    assert len(set(fired)) == 2
    assert len(fired) == 4

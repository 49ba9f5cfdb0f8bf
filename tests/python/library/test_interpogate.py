"""The library as a researcher meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import networks
import pytest
import torch

import interpogate
from interpogate import Interpogate, InterpogateError
from interpogate.errors import NoTokenizer


def test_forward_returns_what_the_model_returns_and_records_it() -> None:
    model = networks.Residual()
    interp, x = Interpogate(model), torch.randn(2, 8)
    assert torch.equal(interp.forward(x), model(x))
    assert interp.graph.origin == "run"
    assert len(interp.graph.recording.calls) == 8


def test_node_returns_the_module_at_a_path() -> None:
    model = networks.Residual()
    interp = Interpogate(model)
    assert interp.node("blocks.1.linear") is model.blocks[1].linear
    assert interp.node(".") is model
    with pytest.raises(ValueError, match="Did you mean"):
        interp.node("blocks.1.linea")


def test_hooks_see_and_replace_values_only_inside_the_block() -> None:
    interp = Interpogate(networks.Residual())
    seen: list[tuple[int, ...]] = []

    def post_hook(module: Any, args: Any, output: torch.Tensor) -> torch.Tensor:
        seen.append(tuple(output.shape))
        return torch.zeros_like(output)

    with interp.hook() as hook:
        hook.post("head", post_hook)
        assert not interp.forward(torch.ones(2, 8)).any()
    assert interp.forward(torch.ones(2, 8)).any()
    assert seen == [(2, 3)]


def test_a_callback_with_kwargs_gets_them() -> None:
    interp = Interpogate(networks.NestedOutput())
    seen: list[Any] = []
    with interp.hook() as hook:
        hook.pre(".", lambda module, args, kwargs: seen.append(dict(kwargs)))
        hook.post(".", lambda module, args, kwargs, output: seen.append(type(output).__name__))
        interp.forward(torch.ones(1, 4), scale=2.0)
    assert seen == [{"scale": 2.0}, "Pair"]


def test_hooks_are_removed_when_the_block_raises() -> None:
    model = networks.FailsMidway()
    interp = Interpogate(model)
    with pytest.raises(RuntimeError), interp.hook() as hook:  # noqa: PT012 (the block is the point)
        hook.pre("first", lambda module, args: None)
        interp.forward(torch.ones(1, 4))
    assert not model.first._forward_pre_hooks
    assert interp.graph.recording.failure is not None
    assert interp.graph.failed_node == "second"


def test_bad_use_is_refused_in_one_sentence_with_a_hint() -> None:
    with pytest.raises(TypeError, match="not a str"):
        Interpogate("gpt2")  # type: ignore[arg-type]
    with pytest.raises(NoTokenizer) as caught:
        Interpogate(networks.Residual()).forward_text("hello")
    assert isinstance(caught.value, InterpogateError)
    assert "Interpogate(model, tokenizer)" in caught.value.own_hint


def test_the_library_needs_none_of_the_backends_packages() -> None:
    script = (
        "import sys\n"
        "from interpogate import Interpogate\n"
        "import torch\n"
        "interp = Interpogate(torch.nn.Linear(1, 1))\n"
        "interp.forward(torch.ones(1, 1))\n"
        "from interpogate.notebook.snapshot import snapshot\n"
        "snapshot(interp._last.picture)\n"
        "needed = {'cattrs', 'attrs', 'pygls', 'jsonrpcserver', 'jsonschema', 'watchdog'}\n"
        "found = sorted(needed & sys.modules.keys())\n"
        "assert not found, found\n"
    )
    backend = str(Path(interpogate.__file__).parents[1])
    environment = {**os.environ, "PYTHONPATH": backend}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr

"""The library: watch a live model from a script or a notebook."""

from __future__ import annotations

from typing import Any

from torch import nn

from interpogate.errors import InterpogateError, NoTokenizer
from interpogate.graph.graph import Graph
from interpogate.hooks import HookSet
from interpogate.trace.modules import declared_modules
from interpogate.trace.recorder import Recorder


class Interpogate:
    """A model under observation, with its tokenizer if it takes text.

    Nothing of the model is changed: hooks are there only while something runs.
    """

    def __init__(self, model: nn.Module, tokenizer: Any = None) -> None:
        if not isinstance(model, nn.Module):
            raise _NotAModule(f"Interpogate takes a torch.nn.Module, not a {type(model).__name__}.")
        self.model = model
        self.tokenizer = tokenizer
        self.graph = Graph(declared_modules(model).tree)
        self._run_count = 0

    def forward(self, *args: Any, **inputs: Any) -> Any:
        """Run the model on `inputs` and record the run; returns what the model returns.

        Training mode, gradient mode and the random state are the caller's. What the model raises is
        raised, and `graph` then shows everything up to there.
        """
        modules = declared_modules(self.model)
        recorder = Recorder(modules)
        self._run_count += 1
        try:
            with recorder.watching():
                return self.model(*args, **inputs)
        finally:
            self.graph = Graph(modules.tree, recorder.recording(), "run", self._run_count)

    def forward_text(self, text: str) -> Any:
        """Run the model on the tokens of `text` as a batch of one; returns what the model returns.

        Raises `NoTokenizer` if the instance was made without one.
        """
        if self.tokenizer is None:
            raise NoTokenizer("forward_text needs a tokenizer.")
        encoded = self.tokenizer(text, return_tensors="pt")
        device = next((p.device for p in self.model.parameters()), None)
        return self.forward(**{name: tensor.to(device) for name, tensor in encoded.items()})

    def node(self, path: str) -> nn.Module:
        """Return the module at `path`; `"."` is the model itself.

        Raises `ValueError` with the nearest names if there is none.
        """
        modules = declared_modules(self.model)
        return modules.live[modules.tree.at(path).index]

    def hook(self) -> HookSet:
        """Hooks for a `with` block: `with interp.hook() as hook: hook.post(path, callback)`."""
        return HookSet(self.node)


class _NotAModule(InterpogateError, TypeError):
    """Also a `TypeError`."""

    code = "model.notAModule"
    hint = "Pass the model itself, such as pipe.model for a transformers pipeline."

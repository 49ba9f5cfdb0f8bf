"""The library: watch a live model from a script or a notebook."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch import nn

from interpogate.errors import InputsInvalid, NoTokenizer
from interpogate.hooks import HookSet
from interpogate.model.inputs import model_device
from interpogate.model.tokens import encoded_text
from interpogate.model_graph import ModelGraph
from interpogate.notebook.display import Visualization
from interpogate.notebook.document import document, write_page
from interpogate.notebook.drawing import svg, write_drawing
from interpogate.notebook.picture import Picture, picture_of
from interpogate.onlookers import Everybody, Outcome, Stage, begin, end, keeper_of, tell_blocks
from interpogate.progress import Progress
from interpogate.refusals import NotAModule, NotATokenizer, run_failed, vocabulary_mismatch
from interpogate.run import KeptLogits, Run, has_values
from interpogate.trace.attachment import eager_original
from interpogate.trace.call_arguments import positional_names
from interpogate.trace.keeping import RunTensors
from interpogate.trace.modules import ModelModules, declared_modules
from interpogate.trace.recorder import Recorder
from interpogate.trace.rerun import RandomState
from interpogate.visualizations.library import LibraryBlocks, Repetition, block_of, repeatable
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.roles import Role

if TYPE_CHECKING:
    from interpogate.web.live_server import LiveServer


class Interpogate:
    """A model under observation, with its tokenizer if it takes text.

    Nothing of the model is changed: hooks are there only while something runs. Of a compiled model
    the eager original is watched; `run.notes` says so. Raises `TypeError` for what is no
    `torch.nn.Module` or no tokenizer.
    """

    def __init__(self, model: nn.Module, tokenizer: Any = None) -> None:
        if not isinstance(model, nn.Module):
            raise NotAModule(f"Interpogate takes a torch.nn.Module, not a {type(model).__name__}.")
        if tokenizer is not None and not callable(tokenizer):
            raise NotATokenizer(f"A tokenizer is callable; a {type(tokenizer).__name__} is not.")
        self.model = model
        self.tokenizer = tokenizer
        self._watched = eager_original(model)
        self._blocks = LibraryBlocks()
        self._stage = Stage(self._watched, tokenizer, blocks=self._blocks.store)
        self._run_count = 0
        self._last = _Observation(self, declared_modules(self._watched))

    @property
    def graph(self) -> ModelGraph:
        """Modules, and from the last run operations and data flow. A new one after each run."""
        return self._last.graph

    @property
    def run(self) -> Run | None:
        """The last run; None before the first."""
        return self._last.run

    def forward(self, *args: Any, **inputs: Any) -> Any:
        """Run the model on `inputs` and record the run; returns what the model returns.

        The arguments are the model's own. Training mode, gradient mode and the random state are
        the caller's. An exception of a built-in class that the model raises comes as a `RunFailed`
        of that class too, with the original as its cause; others, and those of your own hooks, come
        as they are. `graph` and `run` then show everything up to there.
        """
        return self._forward(args, inputs)

    def forward_text(self, text: str) -> Any:
        """Run the model on the tokens of `text` as a batch of one; returns what the model returns.

        Raises `NoTokenizer` if the instance was made without one, `InputsInvalid` if the tokenizer
        makes nothing of the text or does not belong to the model.
        """
        if self.tokenizer is None:
            raise NoTokenizer("forward_text needs a tokenizer.")
        encoded = self._encoded(text)
        device = model_device(self._watched)
        inputs = {name: tensor.to(device) for name, tensor in encoded.items()}
        try:
            return self._forward((), inputs, text=text)
        finally:
            self._last.text = text

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Record everything that the model does inside the block as one run.

        For what calls the model by itself, such as `with interp.watch(): model.generate(**inputs)`:
        every step is a numbered call of `"."`. Only calls in this thread are recorded; what a
        backward pass computes again is no call. Exceptions come as they are.
        """
        with self._watching():
            yield

    def node(self, path: str) -> nn.Module:
        """Return the module at `path`, any of its names; `"."` is the model itself.

        Raises `ValueError` with the nearest names if there is none.
        """
        modules = declared_modules(self._watched)
        return modules.live[modules.tree.at(path).index]

    def hook(self) -> HookSet:
        """Hooks for a `with` block: `with interp.hook() as hook: hook.post(path, callback)`."""
        return HookSet(self.node)

    def visualize(self, width: str = "100%", height: int = 450) -> Visualization | None:
        """Show the graph and the last run in a notebook cell, interactive, without a kernel later.

        `width` is an HTML length, `height` is in pixels. Outside a notebook nothing is shown: the
        picture is returned, and `to_html` writes it to a file.
        """
        shown = Visualization(self._last.picture, type(self._watched).__name__, width, height)
        return None if shown.show() else shown

    def to_html(
        self,
        path: str | os.PathLike[str] | None = None,
        title: str | None = None,
        *,
        expand: Sequence[str] | None = None,
    ) -> str:
        """The graph and the last run as one HTML document that needs nothing else.

        `expand` has the paths of containers that are unfolded at first, with all around them.
        Written to `path` if one is given. Raises `CannotWrite` if that fails, `ValueError` with the
        nearest names for an unknown path.
        """
        shown = title or type(self._watched).__name__
        text = document(self._last.picture, shown, expand=expand)
        if path is not None:
            write_page(Path(path), text)
        return text

    def to_svg(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        title: str | None = None,
        theme: Literal["light", "dark"] = "light",
        expand: Sequence[str] | None = None,
    ) -> str:
        """The graph and its blocks as an SVG document, as in the page.

        `expand` has the paths of containers that are unfolded, with all around them; without it
        the drawing is unfolded as the page at first. Written to `path` if one is
        given, as an image where that ends with `.png`. Needs the extra `interpogate[drawing]`.
        Raises `PackageMissing` without it, `CannotWrite` if the file cannot be written,
        `ValueError` with the nearest names for an unknown path.
        """
        shown = title or type(self._watched).__name__
        picture = self._last.picture
        text = svg(picture.subject, shown, theme=theme, expanded=expand, drawn=picture.drawn)
        if path is not None:
            write_drawing(Path(path), text)
        return text

    def serve(
        self, *, port: int = 0, host: str = "127.0.0.1", open_browser: bool = True
    ) -> LiveServer:
        """Show the live model in a browser while the script goes on; `.url` is the page's address.

        Every run of the script streams into the page, and the page runs the same model, one at a
        time with the script and with your hooks. `close()` or a `with` block ends it. Port 0 takes
        a free one. Raises `PackageMissing` without `interpogate[serve]`, `CannotListen`.
        """
        from interpogate.web.command import packages_missing

        try:
            from interpogate.web.live_server import LiveServer
        except ImportError as error:
            raise packages_missing(error) from error
        server = LiveServer(self._stage, host=host, port=port)
        if open_browser:
            server.open()
        return server

    def _forward(
        self, args: tuple[Any, ...], inputs: dict[str, Any], *, text: str | None = None
    ) -> Any:
        names = positional_names(self._watched, len(args))
        named = {**dict(zip(names, args, strict=False)), **inputs}
        try:
            with self._watching() as outcome:
                outcome.text, outcome.inputs = text, named
                outcome.output = self._watched(*args, **inputs)
        except Exception as error:
            ours = run_failed(error, self.graph, self._watched)
            if ours is error:
                raise
            raise ours from error
        self._last.note(outcome.output, inputs.get("input_ids", args[0] if args else None))
        return outcome.output

    @contextmanager
    def _watching(self) -> Iterator[Outcome]:
        with self._stage.lock:
            modules = declared_modules(self._watched)
            self._run_count += 1
            outcome, progress = Outcome(), Progress(len(modules.live))
            watchings = begin(self._stage.onlookers, modules)
            listener = Everybody((progress, *watchings)) if watchings else progress
            random = RandomState()
            keeper = keeper_of(watchings) or self._blocks.keeper(self._last.graph, modules.live)
            recorder = Recorder(modules, listener=listener, keeper=keeper)
            try:
                with progress, recorder.watching():
                    yield outcome
                outcome.failed = False
            finally:
                self._last = _Observation(self, _materialized(modules), recorder)
                self._last.tensors = keeper.run if keeper is not None else None
                self._last.repetition = repeatable(modules, outcome.inputs or {}, random)
                end(watchings, recorder, outcome)

    def add_visualization(  # noqa: PLR0913 (each says one thing about the block)
        self,
        path: str,
        kind: str = "attention",
        *,
        output: int | str | Sequence[int | str] | None = None,
        input: int | str | Sequence[int | str] | None = None,  # noqa: A002 (the term of hooks)
        parameter: str | None = None,
        roles: Sequence[Role] = (),
        indices: Sequence[int] = (),
        options: Mapping[str, str] | None = None,
        call: int = 1,
    ) -> int:
        """Draw a tensor of the module at `path` in the picture; returns the block's number.

        `output`, `input` or `parameter` names the tensor by the keys that lead to it: `output=(1,)`
        is the second item of a tuple, `input="hidden_states"` an argument. Without any it is the
        output, for `attention` the weights (`output=("attention", 2)`: the second of several that
        a module computes), for `logit_lens` the residual stream. `roles` has one
        of x, y, spread, average, max, norm, index for each dimension; left out they are guessed.
        The tensors of the next run are kept, 1 GiB at most; a run that is over is repeated unseen
        if its inputs are small. What cannot be drawn is said in the block.

        Raises `ValueError` with the nearest names for an unknown path, `InterpogateError` for an
        unknown kind.
        """
        block = block_of(
            kind,
            output=output,
            taken=input,
            parameter=parameter,
            roles=roles,
            indices=indices,
            options=options or {},
            call=call,
        )
        number = self._blocks.add(self.graph, path, block)
        tell_blocks(self._stage.onlookers)
        return number

    def remove_visualization(self, number: int) -> None:
        """Take a block away. Raises `InterpogateError` if there is none of that number."""
        self._blocks.remove(number)
        tell_blocks(self._stage.onlookers)

    def __deepcopy__(self, memo: dict[int, Any]) -> Interpogate:
        """Watch a copy of the model; runs and blocks stay with the original."""
        return Interpogate(deepcopy(self.model, memo), deepcopy(self.tokenizer, memo))

    def _repr_mimebundle_(self, **options: Any) -> dict[str, str]:
        shown = Visualization(self._last.picture, type(self._watched).__name__, "100%", 450)
        return shown._repr_mimebundle_(**options)

    def __repr__(self) -> str:
        ran = f", {self.run!r}" if self.run is not None else ""
        return f"<Interpogate of {type(self._watched).__name__}{ran}>"

    def _encoded(self, text: str) -> dict[str, torch.Tensor]:
        encoded = dict(encoded_text(self.tokenizer, text, return_tensors="pt"))
        ids = encoded.get("input_ids")
        if not isinstance(ids, torch.Tensor) or ids.numel() == 0:
            raise InputsInvalid("The text has no tokens.", hint="Give some text.")
        entries = _vocabulary(self._watched)
        if entries and int(ids.max()) >= entries:
            raise vocabulary_mismatch(int(ids.max()), entries)
        return {name: value for name, value in encoded.items() if hasattr(value, "to")}


def _materialized(modules: ModelModules) -> ModelModules:
    """Lazy modules have got their shapes, and even their classes, while they ran."""
    is_lazy = any("Lazy" in module.class_name for module in modules.tree.modules)
    return declared_modules(modules.live[0]) if is_lazy else modules


def _vocabulary(model: Any) -> int:
    """Rows of the embedding of input tokens; 0 if that is not known."""
    try:
        table = model.get_input_embeddings()
    except (AttributeError, NotImplementedError):
        return 0
    entries = getattr(table, "num_embeddings", 0)
    return entries if isinstance(entries, int) else 0


class _Observation:
    """What is known after a run; put together only when it is asked for."""

    def __init__(
        self, interp: Interpogate, modules: ModelModules, recorder: Recorder | None = None
    ) -> None:
        self._interp = interp
        self._modules = modules
        self._recorder = recorder
        self._number = interp._run_count
        self._ids: tuple[int, ...] = ()
        self._logits: KeptLogits | None = None
        self.text: str | None = None
        self.tensors: RunTensors | None = None
        self.repetition: Repetition | None = None

    def note(self, output: Any, ids: Any) -> None:
        """Keep what `run.tokens` and `run.top_tokens` tell of."""
        self._logits = KeptLogits(self._modules.live[0], output)
        is_batch = isinstance(ids, torch.Tensor) and ids.dim() == 2 and len(ids)  # noqa: PLR2004
        if is_batch and ids.dtype in (torch.int64, torch.int32) and has_values(ids):
            self._ids = tuple(ids[0].tolist())

    @cached_property
    def graph(self) -> ModelGraph:
        classes = tuple(type(module) for module in self._modules.live)
        tree = self._modules.tree
        if self._recorder is None:
            return ModelGraph(tree, classes=classes)
        recording = self._recorder.recording()
        if self._modules.live[0] is not self._interp.model:
            recording = replace(recording, is_eager_twin=True)
        return ModelGraph(tree, recording, "run", self._number, classes=classes)

    @cached_property
    def run(self) -> Run | None:
        if self._recorder is None:
            return None
        return Run(self.graph, self._interp.tokenizer, self._ids, self._logits)

    @property
    def picture(self) -> Picture:
        with self._interp._stage.lock:  # what was not kept comes from a second run of the model
            drawn = self._interp._blocks.drawn(self._observed)
        return replace(self._plain_picture, drawn=drawn)

    @cached_property
    def _plain_picture(self) -> Picture:
        return picture_of(self.graph, self._modules.live, self.run, text=self.text)

    @property
    def _observed(self) -> Observed:
        repetition = self.repetition
        return Observed(
            self.graph,
            self._modules.live,
            self.tensors or (RunTensors() if self._recorder else None),
            inputs=repetition.inputs if repetition else {},
            token_ids=self._ids,
            tokenizer=self._interp.tokenizer,
            rerun=repetition.of(self.graph) if repetition else None,
        )

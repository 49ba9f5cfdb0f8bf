"""One open model: its explicit states from loading to ready, its graph and its runs.

`load` and the forward passes happen on the main thread, everything else on the reader's. Called by
`service.py` and `handlers.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from interpogate.errors import NotReady, RunNotFound, TokenizerFailed
from interpogate.graph.graph import Graph
from interpogate.graph.notes import notes_of
from interpogate.model.image_processors import image_processor_of
from interpogate.model.inputs import shapes_of, vocabulary_size
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.placement import placed
from interpogate.model.sources import parse_source
from interpogate.model.tokens import decoded_text
from interpogate.model.uploads import Uploads
from interpogate.presentation.subject import Subject
from interpogate.presentation.summary import example_text, summary
from interpogate.presentation.trace_problems import candidates_of, trace_problem
from interpogate.protocol import messages as m
from interpogate.trace.modules import ModelModules, declared_modules
from interpogate.trace.opening import FirstLook, first_look
from interpogate.worker.blocks import SessionBlocks
from interpogate.worker.runs import Run
from interpogate.worker.shelf import make_room
from interpogate.worker.sources import LoadedTexts, SourceFiles, source_files

if TYPE_CHECKING:
    from interpogate.worker.service import LoadModel

Emit = Callable[[str, Any], None]
Submit = Callable[[Callable[[], None]], None]


@dataclass(frozen=True)
class OpenedModel:
    """A model that is loaded and was looked at once."""

    loaded: LoadedModel
    modules: ModelModules
    look: FirstLook


class Session:
    """The state of one worker."""

    def __init__(
        self,
        model_id: str,
        source: str,
        emit: Emit,
        submit: Submit,
        flush: Callable[[], None] = lambda: None,
    ) -> None:
        self.emit = emit
        self.submit = submit
        self.flush = flush
        self.state = m.ModelState(model_id=model_id, source=source, phase="loading", message="")
        self.runs: dict[int, Run] = {}
        self.blocks = SessionBlocks(submit)
        self.uploads = Uploads()
        self.loaded_texts = LoadedTexts(())
        self.next_run_id = 1
        self._next_version = 1
        self._opened: OpenedModel | None = None
        self._graph: Graph | None = None
        self._token_count = 0
        self._changing = RLock()

    def load(self, request: LoadModel) -> None:
        """Load and trace the model; the state says how far it is."""
        self.next_run_id = request.first_run_id
        self._next_version = request.first_graph_version
        self.blocks.prepare(request.blocks, request.tensor_memory_mb)
        self.change(message="Loading the model…")
        folder = Path(request.folder) if request.folder else Path.home()
        with self._telling_files(request.source, folder):
            source = parse_source(request.source, folder)
            found = load_model(source, folder, trust_remote_code=request.trust_remote_code)
        self.show_model(
            placed(found, device=request.device, dtype=request.dtype, text=request.text)
        )

    def show_model(self, loaded: LoadedModel) -> None:
        """Look at a model for the first time and show it; also at one that a script brings."""
        modules = declared_modules(loaded.model)
        self.change(phase="tracing", message="Tracing the data flow…")
        candidates, problem = candidates_of(loaded)
        # A script's model in training would change its running statistics.
        look = first_look(modules, candidates, for_real=not loaded.model.training)
        self._opened = OpenedModel(loaded, modules, look)
        self._present_first(self._opened, problem)

    def follow(self, modules: ModelModules) -> None:
        """A script may have changed the model's modules since."""
        self._opened = replace(self.opened, modules=modules)

    @contextmanager
    def _telling_files(self, source: str, folder: Path) -> Iterator[None]:
        """Say which files a load used, also one that failed: the mended file is worth a new try."""
        try:
            yield
        finally:
            files = source_files(source, folder)
            self.loaded_texts = LoadedTexts(files)
            self.emit("source/files", SourceFiles(model_id=self.state.model_id, files=files))

    @property
    def opened(self) -> OpenedModel:
        """The loaded model. Raises `NotReady` while there is none."""
        if self._opened is None:
            raise NotReady("The model is not loaded yet.")
        return self._opened

    @property
    def graph(self) -> Graph:
        """The graph shown. Raises `NotReady` while there is none."""
        if self._graph is None:
            raise NotReady("The model has no graph yet.")
        return self._graph

    @property
    def subject(self) -> Subject:
        """The graph shown with all that is needed to tell about it. Raises `NotReady`."""
        opened, graph = self.opened, self.graph
        run = self.runs.get(graph.run_id)
        text = _observed_text(opened.loaded, run)
        return Subject(
            graph=graph,
            live=opened.modules.live,
            token_count=self._token_count,
            text=text or None,
            inputs=run.shapes if run is not None else shapes_of(opened.look.inputs),
            vocabulary_size=vocabulary_size(opened.loaded.model),
        )

    @cached_property
    def image_processor(self) -> Any:
        """What prepares images for this model; None if it came without."""
        return image_processor_of(self.opened.loaded)

    def change(self, **changes: Any) -> None:
        """Change the state and tell; runs do so on one thread, a selected run on another."""
        with self._changing:
            self.state = replace(self.state, **changes)
            self.emit("model/changed", self.state)

    def show_graph(self, graph: Graph, token_count: int, **changes: Any) -> None:
        """Make this the graph shown, and tell."""
        with self._changing:
            self._graph = graph
            self._token_count = token_count
            version, self._next_version = self._next_version, self._next_version + 1
            self.change(
                graph_version=version,
                origin=graph.origin,
                shown_run_id=graph.run_id,
                notes=notes_of(graph.tree, graph.recording),
                **changes,
            )

    def run(self, run_id: int) -> Run:
        """One of the last runs. Raises `RunNotFound`."""
        try:
            return self.runs[run_id]
        except KeyError:
            raise RunNotFound(f"There is no run {run_id} any more.") from None

    @property
    def is_running(self) -> bool:
        """Whether a run is under way or waits for its turn."""
        return any(run.phase == "running" for run in tuple(self.runs.values()))

    def begin_run(self, run: Run) -> None:
        """Number a run, keep it and tell; a script and a page may both begin one right now."""
        with self._changing:
            run.run_id, self.next_run_id = self.next_run_id, self.next_run_id + 1
            self.runs[run.run_id] = run
            self.make_room()
            self.blocks.interrupt()
            self.change(run_id=run.run_id)

    def make_room(self) -> None:
        """Keep as many runs, and as much of them, as there is room for; the oldest go."""
        with self._changing:
            make_room(self.runs, self.state.shown_run_id)

    def _present_first(self, opened: OpenedModel, no_inputs: m.Problem | None) -> None:
        look = opened.look
        graph = Graph(opened.modules.tree, look.recording, look.origin)
        problem = None
        if not look.succeeded:
            problem = no_inputs or trace_problem(graph, opened.loaded, look)
        ids = look.inputs.get("input_ids")
        self.show_graph(
            graph,
            int(ids.shape[-1]) if ids is not None else 0,
            phase="ready",
            message="",
            problem=problem,
            summary=summary(opened.loaded, opened.modules, shapes_of(look.inputs)),
        )


def _observed_text(loaded: LoadedModel, run: Run | None) -> str:
    """The text of the graph's forward pass: with what was generated before that one."""
    if run is None or run.text is None:
        return example_text(loaded)
    if run.token_ids is None or len(run.token_ids) <= run.prompt_token_count:
        return run.text
    try:
        return decoded_text(loaded.tokenizer, run.token_ids)
    except TokenizerFailed:
        return run.text

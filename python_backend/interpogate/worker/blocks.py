"""The blocks of a session: kept, watched in every run, and answered from what the runs left.

Runs report here as they begin and end, on the main thread; answers are given on the thread of slow
requests. A tensor that was not kept is got by a second run on the main thread, which a run that the
user starts interrupts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Event
from typing import TYPE_CHECKING, Any

from interpogate.errors import RunNotFound
from interpogate.graph.graph import Graph
from interpogate.protocol import messages as m
from interpogate.trace.keeping import Keeper, RunTensors, TensorMemory, Watch
from interpogate.trace.rerun import Interrupted, RandomState, Stop, repeat, same_calls
from interpogate.visualizations.lookup import watches_of_blocks
from interpogate.visualizations.node_statistics import node_statistics
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.offers import offers
from interpogate.visualizations.pictures import cell, picture
from interpogate.visualizations.problems import NotKept
from interpogate.visualizations.store import BlockStore
from interpogate.worker.runs import Run

if TYPE_CHECKING:
    from interpogate.worker.session import OpenedModel, Session

_MEGABYTE = 1 << 20


_UNDER_WAY = 0
"""Number of the forward pass under way in `TensorMemory`."""


@dataclass(frozen=True)
class KeptRun:
    """What is needed to look at a forward pass, and to repeat it."""

    graph: Graph
    inputs: dict[str, Any]
    token_ids: tuple[int, ...]
    random: RandomState


class SessionBlocks:
    """All blocks of one worker's model."""

    def __init__(self, submit: Callable[[Callable[[], None]], None]) -> None:
        self.store = BlockStore()
        self.memory = TensorMemory()
        self._submit = submit
        self._runs: dict[int, KeptRun] = {}
        self._random = RandomState()
        self._stop = Stop()

    def prepare(self, blocks: tuple[m.Block, ...], memory_mb: int | None) -> None:
        """Take over the blocks of an earlier worker, and the memory that the user allows."""
        self.store = BlockStore(blocks)
        if memory_mb is not None:
            self.memory.budget = max(memory_mb, 0) * _MEGABYTE

    def keeper(self, session: Session) -> Keeper:
        """What keeps the tensors of a forward pass that begins now."""
        observed = Observed(session.graph, session.opened.modules.live, None)
        watches = watches_of_blocks(observed, self.store.blocks)
        self._random = RandomState()
        return Keeper(self.memory, self.memory.begin(_UNDER_WAY), watches=watches)

    def keep(self, session: Session, run: Run) -> None:
        """The forward pass is recorded: it is what the run shows from now on."""
        if run.recording is None:
            return
        self.memory.rename(_UNDER_WAY, run.run_id)
        tree = session.opened.modules.tree
        graph = Graph(tree, run.recording, "run", run.run_id)
        self._runs[run.run_id] = KeptRun(graph, dict(run.inputs), run.token_ids or (), self._random)

    def tidy(self, session: Session) -> None:
        """A run is over: let go what belongs to runs that are gone."""
        self.memory.drop(_UNDER_WAY)
        for number, kept in list(self._runs.items()):
            run = session.runs.get(number)
            if run is None:
                self.memory.drop(number)
                del self._runs[number]
            elif not run.inputs:  # let go for want of room
                self._runs[number] = replace(kept, inputs={})

    def interrupt(self) -> None:
        """The user wants the model: a second run under way stops."""
        self._stop.wanted.set()

    def observed(self, session: Session, run_id: int) -> Observed:
        """What is known of a run; 0: the one that the graph shows. Raises `RunNotFound`."""
        opened, graph = session.opened, session.graph
        number = run_id or graph.run_id
        kept = self._runs.get(number)
        if kept is None:
            if number != graph.run_id:
                raise RunNotFound(f"Run {number} is not kept any more.")
            return Observed(graph, opened.modules.live, None, inputs=opened.look.inputs)
        return Observed(
            graph if graph.run_id == number else kept.graph,
            opened.modules.live,
            self.memory.of(number) or RunTensors(),
            inputs=kept.inputs,
            token_ids=kept.token_ids,
            tokenizer=opened.loaded.tokenizer,
            rerun=_Rerun(self, opened, kept) if kept.inputs else None,
        )

    def on_main_thread(self, work: Callable[[Stop], RunTensors]) -> RunTensors:
        """Do something with the model after what is queued. Raises `NotKept`."""
        done, outcome = Event(), _Outcome()
        stop = self._stop = Stop()

        def job() -> None:
            try:
                outcome.tensors = work(stop)
            except Interrupted:
                outcome.problem = "A new run has come first."
            except NotKept as error:
                outcome.problem = str(error)
            finally:
                done.set()

        self._submit(job)
        done.wait()
        if outcome.tensors is None:
            raise NotKept(outcome.problem or "A second run on the same inputs failed.")
        return outcome.tensors


@dataclass
class _Outcome:
    tensors: RunTensors | None = None
    problem: str = ""


@dataclass(frozen=True)
class _Rerun:
    """Repeats one run, for what it did not keep."""

    blocks: SessionBlocks
    opened: OpenedModel
    kept: KeptRun

    def __call__(self, watches: frozenset[Watch], *, eager: bool = False) -> RunTensors:
        """See `observed.Rerun`."""
        return self.blocks.on_main_thread(lambda stop: self._repeat(watches, stop, eager=eager))

    def _repeat(self, watches: frozenset[Watch], stop: Stop, *, eager: bool) -> RunTensors:
        memory, run_id = self.blocks.memory, self.kept.graph.run_id
        # Rows of another kernel are others: they are nothing to keep.
        tensors = RunTensors() if eager else memory.of(run_id) or memory.begin(run_id)
        again = repeat(
            self.opened.modules,
            self.kept.inputs,
            Keeper(memory, tensors, watches=watches, only_watched=True),
            random=self.kept.random,
            stop=stop,
            eager=eager,
        )
        if not same_calls(again, self.kept.graph.recording):
            memory.drop(run_id)
            raise NotKept("A second run on the same inputs took another way.")
        return tensors


def list_blocks(session: Session, _: m.ModelReference) -> m.Blocks:
    """All blocks."""
    return m.Blocks(model_id=session.state.model_id, blocks=session.blocks.store.blocks)


def put_block(session: Session, request: m.PutBlock) -> m.Block:
    """Add or change a block, and tell. Raises `BlockNotFound`, `TooManyBlocks`."""
    block = session.blocks.store.put(request.block)
    _tell(session)
    return block


def restore_blocks(session: Session, request: m.Blocks) -> m.Nothing:
    """Have just these blocks: those of the worker that is replaced."""
    session.blocks.store = BlockStore(request.blocks)
    return m.Nothing()


def remove_block(session: Session, request: m.BlockReference) -> m.Nothing:
    """Take a block away, and tell. Raises `BlockNotFound`."""
    session.blocks.store.remove(request.block_id)
    _tell(session)
    return m.Nothing()


def read_block(session: Session, request: m.ReadBlock) -> m.BlockPicture:
    """What a block, or a draft of one, shows. Raises `BlockNotFound`."""
    block = request.draft or session.blocks.store.at(request.block_id)
    return picture(session.blocks.observed(session, request.run_id), block, request)


def read_cell(session: Session, request: m.ReadCell) -> m.BlockCell:
    """One exact value. Raises `BlockNotFound`, `NothingToSee`."""
    block = request.draft or session.blocks.store.at(request.block_id)
    return cell(session.blocks.observed(session, request.run_id), block, request)


def offer_blocks(session: Session, request: m.OfferBlocks) -> m.BlockOffers:
    """What a tensor can be drawn as."""
    return offers(session.blocks.observed(session, 0), request)


def read_statistics(session: Session, request: m.ReadStatistics) -> m.NodeStatistics:
    """Statistics of a node's values in the run shown."""
    return node_statistics(session.blocks.observed(session, 0), request.node, request.call)


def _tell(session: Session) -> None:
    session.emit("block/changed", list_blocks(session, m.ModelReference(model_id="")))


HANDLERS: dict[str, Callable[[Session, Any], Any]] = {
    "block/list": list_blocks,
    "block/put": put_block,
    "block/remove": remove_block,
    "block/read": read_block,
    "block/cell": read_cell,
    "block/offer": offer_blocks,
    "node/statistics": read_statistics,
}

"""Every message on the wire, as frozen dataclasses: the one source of both languages' types.

Fields are snake_case here and camelCase on the wire (`codec.py`). Large things travel as columns
(one tuple per field, row `i` of each belongs together), never as trees of objects.
After a change: `npm run generate`, then update `tests/golden`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PROTOCOL_VERSION = 1

ModelPhase = Literal["starting", "loading", "tracing", "ready", "failed", "stopped"]
RunPhase = Literal["running", "finished", "failed", "cancelled"]
NodeKind = Literal["module", "group", "operation", "parameter", "input", "output"]
GraphDetail = Literal["essential", "all"]
Origin = Literal["none", "fake", "example", "run"]
HookKind = Literal["pre", "post", "both"]
HookStyle = Literal["interpogate", "pytorch"]
ValueKind = Literal["tensor", "tuple", "list", "dict", "dataclass", "none", "scalar", "object"]
EventKind = Literal["started", "finished", "failed"]
ProblemAction = Literal["restart", "selectInterpreter", "openFile", "openModel", "none"]
HostKind = Literal["vscode", "browser", "notebook"]


@dataclass(frozen=True, kw_only=True)
class Nothing:
    """No parameters, or no result."""


@dataclass(frozen=True, kw_only=True)
class Hello:
    """The first request of every connection."""

    protocol_version: int
    """Version the client speaks; another one than the server's is refused."""


@dataclass(frozen=True, kw_only=True)
class Welcome:
    """The server's answer to `Hello`."""

    protocol_version: int
    """Version the server speaks."""
    package_version: str
    """Version of the Python package `interpogate`."""
    python_version: str
    """Version of the interpreter, such as `3.11.7`."""
    interpreter: str
    """Absolute path of the interpreter."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that went wrong, in words for the user."""

    code: str
    """Stable name, such as `source.notFound`."""
    message: str
    """One sentence: what happened."""
    hint: str
    """One sentence: what to do next; may be empty."""
    action: ProblemAction = "none"
    """The one fix a button can offer."""
    node: str | None = None
    """The graph node that failed, if one did."""
    file: str | None = None
    """Absolute path of the source file to look at."""
    line: int | None = None
    """Line in `file`, from 1."""


@dataclass(frozen=True, kw_only=True)
class ModelReference:
    """Names one open model."""

    model_id: str
    """Name of the open model, given by `model/open`."""


@dataclass(frozen=True, kw_only=True)
class OpenModel:
    """Asks for a model. The answer comes at once; loading is told by `model/changed`."""

    source: str
    """`demo`, a transformers id, a directory, `path/file.py:name` or `package.module:name`."""
    folder: str | None = None
    """Absolute folder that relative paths and imports start from; None: the home folder."""
    trust_remote_code: bool = False
    """Whether transformers may run code that comes with this one model."""


@dataclass(frozen=True, kw_only=True)
class ModelSummary:
    """What is known of a loaded model."""

    title: str
    """Short name for tabs and headings."""
    class_name: str
    """Class of the root module."""
    module_count: int
    """Number of modules, the root included."""
    parameter_count: int
    """Number of parameters, shared ones counted once."""
    dtype: str
    """Most frequent parameter dtype, such as `float32`; empty without parameters."""
    device: str
    """Where the parameters are, such as `cpu`."""
    takes_text: bool
    """Whether `run/start` accepts text (there is a tokenizer)."""
    predicts_tokens: bool
    """Whether each position has next tokens."""
    example_text: str
    """A text to start with; empty if the model takes none."""
    example_inputs: str
    """Inputs that fit, one `name = dtype[shape]` a line; empty if none are known."""
    file: str | None
    """Source file the model was loaded from, if it was."""


@dataclass(frozen=True, kw_only=True)
class ModelState:
    """Where a model stands. Sent in full at each change."""

    model_id: str
    """Name of the open model."""
    source: str
    """The source as it was asked for."""
    phase: ModelPhase
    """`stopped` means that the worker ended; the last graph stays valid to look at."""
    message: str
    """What is going on, for a status line; may be empty."""
    problem: Problem | None = None
    """Why the phase is `failed` or `stopped`, or why the graph is partial."""
    summary: ModelSummary | None = None
    """Set from `tracing` on."""
    graph_version: int = 0
    """Grows with each new graph; 0 means that there is none yet."""
    origin: Origin = "none"
    """What the shapes and edges of the graph were observed in."""
    run_id: int = 0
    """The last run that was started; 0 means none."""


@dataclass(frozen=True, kw_only=True)
class ModelStates:
    """All open models."""

    models: tuple[ModelState, ...]
    """In the order of opening."""


@dataclass(frozen=True, kw_only=True)
class ReadGraph:
    """Asks for the insides of containers. The root's id is `.`."""

    model_id: str
    """Name of the open model."""
    containers: tuple[str, ...]
    """Node ids; one that is unknown or cannot be unfolded is left out of the answer."""
    detail: GraphDetail = "essential"
    """`all` shows reshapes, constants and parameters too."""


@dataclass(frozen=True, kw_only=True)
class TensorTable:
    """Tensor descriptions that other columns point into."""

    shapes: tuple[tuple[int, ...], ...]
    """Sizes by dimension."""
    dtypes: tuple[str, ...]
    """Such as `float32`."""
    token_dimensions: tuple[int, ...]
    """The dimension that counts tokens, or -1."""


@dataclass(frozen=True, kw_only=True)
class Level:
    """The inside of one container: its child nodes and the data flow between them.

    Edges that come from outside start at an `input` node, edges that leave end at an `output` node.
    """

    container: str
    """Node id of the container; `.` is the root."""
    ids: tuple[str, ...]
    """Node ids, unique in the graph, stable between versions. A module's id is its path."""
    kinds: tuple[NodeKind, ...]
    """What each node is."""
    names: tuple[str, ...]
    """Short label: the last part of the path, `h.0 – h.11`, an operation's sign, a port's name."""
    types: tuple[str, ...]
    """Class name of a module or of a group's members; full name of an operation; else empty."""
    paths: tuple[str, ...]
    """Module path for modules; the path of the container module otherwise."""
    repeats: tuple[int, ...]
    """How many equal members a folded node stands for; 1 for a plain node."""
    calls: tuple[int, ...]
    """How often it ran; 0 for a module that did not."""
    parameter_counts: tuple[int, ...]
    """Parameters inside, shared ones counted once."""
    expandable: tuple[bool, ...]
    """Whether `graph/read` has a level for the node."""
    first_modules: tuple[int, ...]
    """First module index inside (as in `RunEvents.modules`); -1 for other kinds."""
    last_modules: tuple[int, ...]
    """Last module index inside; equal to the first for a leaf."""
    orders: tuple[int, ...]
    """Order of first execution among all nodes of the graph; -1 if it did not run."""
    outputs: tuple[int, ...]
    """Row in `tensors` of the (first) output; -1 if unknown."""
    edge_sources: tuple[int, ...]
    """Row of the node an edge starts at."""
    edge_targets: tuple[int, ...]
    """Row of the node an edge ends at; equal to the source for a recurrence."""
    edge_tensors: tuple[int, ...]
    """Row in `tensors` of what flows; -1 if unknown."""
    edge_counts: tuple[int, ...]
    """How many different tensors flow along the edge."""
    tensors: TensorTable
    """Descriptions that `outputs` and `edge_tensors` point into."""


@dataclass(frozen=True, kw_only=True)
class Levels:
    """Answer to `ReadGraph`."""

    graph_version: int
    """The version these levels belong to."""
    levels: tuple[Level, ...]
    """In the order asked for."""


@dataclass(frozen=True, kw_only=True)
class LocatePath:
    """Asks where a module path stands in the graph."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path (any of its names); `.` is the root."""


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where a node stands in the graph."""

    node: str
    """Its node id."""
    containers: tuple[str, ...]
    """The containers to unfold, outermost first (the root `.` included)."""


@dataclass(frozen=True, kw_only=True)
class ReadModules:
    """Asks for the direct submodules of a path, for a tree."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path; `.` is the root."""


@dataclass(frozen=True, kw_only=True)
class Modules:
    """Submodules as columns."""

    paths: tuple[str, ...]
    """Module paths."""
    names: tuple[str, ...]
    """Attribute names."""
    class_names: tuple[str, ...]
    """Class names."""
    parameter_counts: tuple[int, ...]
    """Parameters inside, shared ones counted once."""
    child_counts: tuple[int, ...]
    """Number of direct submodules."""


@dataclass(frozen=True, kw_only=True)
class NodeReference:
    """Names one node of a model's graph."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""


@dataclass(frozen=True, kw_only=True)
class ValueRow:
    """One line of a nested value's structure; children follow their parent, one deeper."""

    depth: int
    """Nesting depth, from 0."""
    key: str
    """Position, key, field or argument name; empty for the value itself."""
    kind: ValueKind
    """What it is."""
    type_name: str
    """Class name, or the text of a scalar."""
    shape: tuple[int, ...] | None = None
    """Sizes by dimension, for a tensor."""
    dtype: str | None = None
    """Such as `float32`, for a tensor."""
    device: str | None = None
    """Such as `cpu`, for a tensor."""
    token_dimension: int | None = None
    """The dimension that counts tokens, if one does."""


@dataclass(frozen=True, kw_only=True)
class ParameterRow:
    """A parameter or buffer that belongs to a module itself."""

    name: str
    """Attribute name."""
    shape: tuple[int, ...]
    """Sizes by dimension."""
    dtype: str
    """Such as `float32`."""
    is_buffer: bool
    """True for a buffer."""
    shared_with: tuple[str, ...]
    """Other full names of the same tensor (tied weights)."""


@dataclass(frozen=True, kw_only=True)
class SourceLocation:
    """A place in a source file."""

    file: str
    """Absolute path."""
    line: int
    """From 1."""


@dataclass(frozen=True, kw_only=True)
class NodeDetails:
    """Everything the inspector shows of one node."""

    node: str
    """Node id."""
    kind: NodeKind
    """What it is."""
    name: str
    """Short label."""
    path: str
    """Module path to hook or copy; for an operation the module that runs it."""
    type_name: str
    """Fully qualified class, or the operation's full name."""
    attributes: tuple[tuple[str, str], ...]
    """Facts as (label, text), such as (`in_features`, `128`)."""
    parameters: tuple[ParameterRow, ...]
    """The module's own parameters and buffers."""
    parameter_count: int
    """Parameters inside, shared ones counted once."""
    other_paths: tuple[str, ...]
    """Further names of the same module instance."""
    inputs: tuple[ValueRow, ...]
    """Structure of the arguments of the first call; empty if it did not run."""
    outputs: tuple[ValueRow, ...]
    """Structure of the return value of the first call; empty if it did not run."""
    call_count: int
    """How often it ran."""
    duration_ms: float | None
    """Wall time of all calls, what they call included; None if not measured."""
    origin: Origin
    """What the structures were observed in."""
    run_id: int
    """The run it was observed in; 0 if `origin` is not `run`."""
    note: str
    """Why it did not run, or what was derived; may be empty."""
    source: SourceLocation | None
    """Where its class (for an operation: the calling line) is written."""
    problem: Problem | None
    """The error it raised in the observed run."""


@dataclass(frozen=True, kw_only=True)
class TokenizeText:
    """Asks how a text splits into tokens."""

    model_id: str
    """Name of the open model."""
    text: str
    """Any text."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Tokens as columns."""

    ids: tuple[int, ...]
    """Token ids."""
    texts: tuple[str, ...]
    """The text each token stands for."""
    raw: tuple[str, ...]
    """The token as the vocabulary writes it, such as `Ġpark`."""


@dataclass(frozen=True, kw_only=True)
class StartRun:
    """Asks for a forward pass with text or inputs; with neither the example inputs are used."""

    model_id: str
    """Name of the open model."""
    text: str | None = None
    """Text for the model's tokenizer."""
    inputs: str | None = None
    """One `name = dtype[shape]` a line, filled with seeded random values."""


@dataclass(frozen=True, kw_only=True)
class RunReference:
    """Names one run of a model."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run, from 1."""


@dataclass(frozen=True, kw_only=True)
class ReadRun:
    """Asks for a run's events again, from a number on."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    first: int
    """First event wanted, from 0."""


@dataclass(frozen=True, kw_only=True)
class RunEvents:
    """What happened in a run, as columns; at most one message a frame (16 ms)."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    first: int
    """Number of the first event in this message, from 0 in each run, without gaps."""
    kinds: tuple[EventKind, ...]
    """What happened."""
    modules: tuple[int, ...]
    """Index of the module (depth first, the root is 0)."""
    times_us: tuple[int, ...]
    """Microseconds since the run began."""


@dataclass(frozen=True, kw_only=True)
class RunState:
    """Where a run stands. Sent in full at each change."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    phase: RunPhase
    """`failed`: the model raised. The graph then shows everything up to there."""
    duration_ms: float
    """Wall time of the forward pass, watching included; 0 while it runs."""
    event_count: int
    """Events so far."""
    tokens: Tokens | None = None
    """What the text became; None for other inputs."""
    predicts_tokens: bool = False
    """Whether `prediction/read` has an answer for this run."""
    problem: Problem | None = None
    """What was raised."""


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """Answer to `ReadRun`."""

    state: RunState
    """Where the run stands."""
    events: RunEvents
    """The events from `first` on, as many as fit in a message."""


@dataclass(frozen=True, kw_only=True)
class ReadPrediction:
    """Asks for the most likely next tokens after one position."""

    model_id: str
    """Name of the open model."""
    run_id: int
    """Number of the run."""
    position: int
    """Token position, from 0."""
    count: int = 10
    """How many tokens, at most 100."""


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Next tokens after one position, most likely first, as columns."""

    position: int
    """Token position, from 0."""
    tokens: Tokens
    """The tokens."""
    probabilities: tuple[float, ...]
    """Softmax over the whole vocabulary, 0 to 1."""
    logits: tuple[float, ...]
    """As the model gave them."""


@dataclass(frozen=True, kw_only=True)
class WriteHook:
    """Asks for hook code."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id; an operation's code hooks the module that runs it, a group's its first member."""
    kind: HookKind
    """Which callbacks."""
    style: HookStyle = "interpogate"
    """`pytorch` needs no package: `register_forward_hook` on `model`."""


@dataclass(frozen=True, kw_only=True)
class HookCode:
    """Code to insert."""

    path: str
    """Module path it hooks."""
    text: str
    """Plain code, 4 spaces a level, no indentation of its own, ends with a newline."""
    snippet: str
    """The same with tab stops, in the syntax of VS Code snippets."""
    imports: tuple[str, ...]
    """Import statements the code needs, one a line."""


@dataclass(frozen=True, kw_only=True)
class PageState:
    """What a page wants back after a reload of the window; kept in its host's own store."""

    model_id: str | None = None
    """Model shown."""
    source: str | None = None
    """Its source, to open it again when the id is gone."""
    folder: str | None = None
    """Its folder."""
    expanded: tuple[str, ...] = ()
    """Unfolded containers."""
    selected: str | None = None
    """Selected node."""
    text: str | None = None
    """What the text box holds."""
    inputs: str | None = None
    """What the inputs box holds."""
    detail: GraphDetail = "essential"
    """Which operations are shown."""


@dataclass(frozen=True, kw_only=True)
class HostState:
    """What the host tells a page that says it is ready."""

    kind: HostKind
    """Where the page lives."""
    can_insert: bool
    """Whether `hook/insert` and `source/open` work here; else the page offers copying."""
    trusted: bool
    """Whether models may be opened (Workspace Trust)."""
    model_id: str | None = None
    """Model to show; None shows the empty state."""


@dataclass(frozen=True, kw_only=True)
class ShowModel:
    """Tells a page which model to show."""

    model_id: str | None
    """None shows the empty state."""


@dataclass(frozen=True, kw_only=True)
class RevealPath:
    """Tells a page to select a module and bring it into view."""

    model_id: str
    """Name of the open model."""
    path: str
    """Module path."""


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Tells the host what is selected in the page."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    path: str
    """Module path."""


@dataclass(frozen=True, kw_only=True)
class InsertHook:
    """Asks the host to insert hook code at the cursor of the last active Python editor."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    kind: HookKind
    """Which callbacks."""


@dataclass(frozen=True, kw_only=True)
class Inserted:
    """Where code was inserted."""

    file: str
    """Name of the document, for a message; empty if the user declined."""


@dataclass(frozen=True, kw_only=True)
class CopyText:
    """Asks the host to put a text on the clipboard."""

    text: str
    """What to copy."""


@dataclass(frozen=True, kw_only=True)
class ActOnProblem:
    """Asks the host to carry out a problem's action."""

    model_id: str | None
    """The model the problem belongs to, if any."""
    action: ProblemAction
    """What to do; `openModel` asks the user for a source, `restart` starts the worker again."""


@dataclass(frozen=True, kw_only=True)
class OpenFromPage:
    """Asks the host to open a model from the empty state."""

    source: str | None
    """None: the host asks the user."""

"""Versions, problems, and the life of open models."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.errors import shortened
from interpogate.protocol.messages.changes import ModelDifference
from interpogate.protocol.messages.terms import ModelPhase, Origin, ProblemAction


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


LONGEST_NAME = 4_096
"""Longest path of a file, and longest id of a node, that a problem can lead to."""


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that went wrong, in words for the user: cut to what every wire can carry."""

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

    def __post_init__(self) -> None:
        """Cut texts, and leave out names that are too long: a part of one leads nowhere."""
        object.__setattr__(self, "message", shortened(self.message))
        object.__setattr__(self, "hint", shortened(self.hint))
        for name in ("node", "file"):
            if len(getattr(self, name) or "") > LONGEST_NAME:
                object.__setattr__(self, name, None)


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
    device: str | None = None
    """Where to put it, such as `cuda:0`; None leaves it where it is."""
    dtype: str | None = None
    """What its floating-point numbers become, such as `bfloat16`; None leaves them as they are."""
    text: str | None = None
    """A text to start with, instead of the one that the model brings."""
    tensor_memory_mb: int | None = None
    """Megabytes of tensors that runs may keep for blocks; None: 1024."""


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
    shown_run_id: int = 0
    """The run that the graph shows; 0 unless `origin` is `run`."""
    last_text: str | None = None
    """What was run last when this source was open before, for the text box; kept in memory only."""
    last_inputs: str | None = None
    """The same for the inputs."""
    reloading: bool = False
    """Whether a fresh worker is loading changed files while this graph is still in use."""
    difference: ModelDifference | None = None
    """What the last reload changed; None before the first one and after a restart."""
    notes: tuple[str, ...] = ()
    """What the graph does not show, and why: one sentence each."""


@dataclass(frozen=True, kw_only=True)
class ModelStates:
    """All open models."""

    models: tuple[ModelState, ...]
    """In the order of opening."""

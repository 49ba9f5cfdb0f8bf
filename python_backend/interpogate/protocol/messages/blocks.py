"""Visualization blocks: which tensor, how its dimensions are used, and what there is to see.

A block is kept by the worker, so that every page of a model shows the same ones. What it shows is
read apart, at the size it is drawn at: a tensor never travels whole.

What `BlockPicture.arrays` (A) and `texts` (T) of each kind hold; P panels, R rows, C columns:

- `attention`, `heatmap`, `slice`: A `values` [P, R, C]; y is the query, x the key.
- `bar`: A `values` [P, 1, C]; where a cell stands for several entries also A `minima` and `maxima`.
- `line`: A `values` [P, R, C], a curve for each row; `low` and `high` are the axis upwards.
- `histogram`: A `values` [P, 1, C] counts, A `edges` [C + 1] of the bins (x is the bins).
- `image`: A `rgb` uint8 [P, R, C, 3] (without `lows`: plain 0 to 255), or A `values` [P, R, C] in
  the colour scale; over it, if given: A `overlay` [P, r, c] from 0 to 1, and A `boxes` [n, 4]
  (left, top, right, bottom in entries of x and y) with T `boxes`, a label for each.
- `logit_lens`: A `values` [P, R, C] probability of the top token, T `tokens` of each cell; x are
  positions, y are layers.

A dimension may have the role `x` or `y` once, except in a histogram, where every dimension with the
role `x` is counted together. `spread` may be given to several: panels then stand for pairs, such as
layer and head. The rest is combined in this order: `norm` (Euclidean), `average`, `max`.

Two values stand in no row of `NodeDetails` but may be named like one, unless a real row has the
key; their side is `output`:

- `attention`: the weights [batch, heads, query, key] of a module that computes attention, whether
  its output holds them or not. What is not returned is computed again from the queries and keys
  that were observed, and `BlockPicture.note` says so. A module that computes several has
  `("attention", "1")`, `("attention", "2")` and so on, in the order in which they ran.
- `residual`: the stream [points, batch, tokens, features] through a stack of equal blocks: what the
  first one took, then what each returned. Known for the root, for a folded group and for a list.
"""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.models import Problem
from interpogate.protocol.messages.terms import ArrayType, DimensionRole, ScaleKind, ValueSide


@dataclass(frozen=True, kw_only=True)
class ValueReference:
    """Names one tensor of a node."""

    side: ValueSide
    """Where it stands; `parameter` holds buffers too."""
    keys: tuple[str, ...]
    """Keys of the rows of `NodeDetails` that lead to it, outermost first; empty: the value.

    Empty keys of rows are left out. An output that is not named by a key is `()`, the second of a
    tuple is `("1",)`, an argument is `("hidden_states",)`, a parameter is `("weight",)`. Two more
    are `("attention",)` and `("residual",)`, see above.
    """


@dataclass(frozen=True, kw_only=True)
class Block:
    """A visualization block: everything but its data."""

    block_id: int
    """Number of the block in its model, from 1; 0 in a draft."""
    node: str
    """Node id. A folded group stands for all its members: their tensors gain a first dimension."""
    value: ValueReference
    """The tensor."""
    kind: str
    """Name of the kind, such as `heatmap`."""
    roles: tuple[DimensionRole, ...]
    """What each dimension of the tensor is used for; empty: guessed."""
    indices: tuple[int, ...] = ()
    """For each dimension the index to take where its role is `index`, else 0; may be empty."""
    options: tuple[tuple[str, str], ...] = ()
    """Settings of the kind as (name, text); one that is not given has its default."""
    call: int = 1
    """Which call of the node, from 1."""


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """All blocks of a model. Sent in full at each change."""

    model_id: str
    """Name of the open model."""
    blocks: tuple[Block, ...]
    """In the order in which they were added."""


@dataclass(frozen=True, kw_only=True)
class BlockReference:
    """Names one block."""

    model_id: str
    """Name of the open model."""
    block_id: int
    """Number of the block."""


@dataclass(frozen=True, kw_only=True)
class PutBlock:
    """Asks for a block to be added (its number is 0) or changed."""

    model_id: str
    """Name of the open model."""
    block: Block
    """The block as wanted."""


@dataclass(frozen=True, kw_only=True)
class OfferBlocks:
    """Asks what can be drawn of a tensor."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    value: ValueReference
    """The tensor."""
    call: int = 1
    """Which call of the node, from 1."""


@dataclass(frozen=True, kw_only=True)
class BlockDimension:
    """One dimension of the tensor."""

    name: str
    """What it seems to be: `batch`, `layers`, `heads`, `tokens`, `features` …; may be empty."""
    size: int
    """How many entries."""


@dataclass(frozen=True, kw_only=True)
class BlockOption:
    """A setting of a kind."""

    name: str
    """Its name in `Block.options`."""
    title: str
    """What the user reads."""
    value: str
    """Its default."""
    choices: tuple[str, ...] = ()
    """What it may be; empty: any text."""


@dataclass(frozen=True, kw_only=True)
class BlockOffer:
    """What one kind would make of the tensor."""

    kind: str
    """Name of the kind."""
    title: str
    """What the user reads, such as `Heat map`."""
    roles: tuple[DimensionRole, ...]
    """Guessed roles, one for each dimension."""
    allowed: tuple[DimensionRole, ...]
    """Roles that this kind knows, for the user's choice."""
    options: tuple[BlockOption, ...]
    """Its settings."""
    refusal: str = ""
    """Why it cannot be drawn as this kind; empty if it can."""


@dataclass(frozen=True, kw_only=True)
class BlockSuggestion:
    """A block that is worth having at a node, whatever was asked about."""

    title: str
    """What the user reads, such as `Attention weights`."""
    kind: str
    """Name of the kind."""
    value: ValueReference
    """What it is drawn of."""


@dataclass(frozen=True, kw_only=True)
class BlockOffers:
    """Answer to `OfferBlocks`."""

    dimensions: tuple[BlockDimension, ...]
    """The tensor's dimensions; a first one of a group's members included."""
    offers: tuple[BlockOffer, ...]
    """Every kind, the most fitting first, those that cannot be drawn last."""
    suggestions: tuple[BlockSuggestion, ...] = ()
    """Blocks of values that stand in no row: attention weights, the logit lens."""


@dataclass(frozen=True, kw_only=True)
class BlockWindow:
    """A part of a block's axes, in entries of the tensor; the ends are not included."""

    first_x: int
    """First column."""
    last_x: int
    """End of the columns."""
    first_y: int
    """First row."""
    last_y: int
    """End of the rows."""


@dataclass(frozen=True, kw_only=True)
class ReadBlock:
    """Asks for what a block shows, reduced to the pixels that it covers."""

    model_id: str
    """Name of the open model."""
    block_id: int
    """Number of the block."""
    run_id: int = 0
    """Number of a run; 0: the run that the graph shows."""
    width: int = 256
    """Pixels of one panel across; no more cells than this are sent."""
    height: int = 256
    """Pixels of one panel down."""
    panel: int = -1
    """The one panel wanted; -1: all of them."""
    window: BlockWindow | None = None
    """The part wanted; None: all of it."""
    draft: Block | None = None
    """A block that is not kept, to see what it would show; `block_id` is then 0."""


@dataclass(frozen=True, kw_only=True)
class BlockAxis:
    """An axis of a picture: cells, each of which stands for `step` entries of the tensor."""

    name: str
    """Name of the dimension; may be empty."""
    size: int
    """Entries of the tensor along it."""
    first: int
    """Entry at which the first cell begins."""
    step: float
    """Entries in a cell; 1 if nothing was reduced."""
    count: int
    """Cells."""
    labels: tuple[str, ...] = ()
    """A text for each cell, such as the token; empty if entries have only numbers."""


@dataclass(frozen=True, kw_only=True)
class BlockArray:
    """Numbers, little endian, in base64.

    An array of `uint8` is scaled by row (the last dimension): code `c` up to 252 stands for
    `low + c / 252 * (high - low)`, 253 for -Inf, 254 for Inf, 255 for NaN.
    """

    name: str
    """What it is for; `values` is the main one, of shape [panels, rows, columns]."""
    dtype: ArrayType
    """How the numbers are written."""
    shape: tuple[int, ...]
    """Sizes by dimension."""
    data: str
    """The numbers in base64, row by row."""
    lows: str = ""
    """`float32` in base64, one for each row; only for `uint8`."""
    highs: str = ""
    """`float32` in base64, one for each row; only for `uint8`."""


@dataclass(frozen=True, kw_only=True)
class BlockTexts:
    """Texts, such as the top token of each cell."""

    name: str
    """What they are for."""
    texts: tuple[str, ...]
    """Row by row."""


@dataclass(frozen=True, kw_only=True)
class TensorStatistics:
    """Of all entries of a tensor; figures that do not exist (nothing finite) are None."""

    count: int
    """Entries."""
    nan_count: int
    """Entries that are NaN."""
    infinite_count: int
    """Entries that are Inf or -Inf."""
    mean: float | None
    """Mean of the finite ones."""
    deviation: float | None
    """Standard deviation of the finite ones, divided by their number."""
    minimum: float | None
    """Least finite one."""
    maximum: float | None
    """Greatest finite one."""


@dataclass(frozen=True, kw_only=True)
class BlockPicture:
    """What a block shows of one run."""

    model_id: str
    """Name of the open model."""
    block_id: int
    """Number of the block."""
    run_id: int
    """The run it was observed in; 0 for a parameter."""
    kind: str
    """Name of the kind, which knows what the arrays and texts mean."""
    title: str
    """What is shown, such as `output.1 · float32[1, 12, 9, 9]`."""
    note: str
    """What was derived, reduced or left out, in one sentence; may be empty."""
    problem: Problem | None
    """Why there is nothing to see; the rest is then empty."""
    panels: BlockAxis
    """The small multiples; one cell if nothing is spread."""
    x: BlockAxis
    """Across."""
    y: BlockAxis
    """Down; one cell for curves and bars."""
    scale: ScaleKind
    """Which colours fit."""
    low: float
    """Value of the first colour."""
    high: float
    """Value of the last colour."""
    arrays: tuple[BlockArray, ...]
    """Numbers by name."""
    texts: tuple[BlockTexts, ...]
    """Texts by name."""
    statistics: TensorStatistics | None
    """Of the whole tensor."""


@dataclass(frozen=True, kw_only=True)
class ReadCell:
    """Asks for the exact value under the pointer."""

    model_id: str
    """Name of the open model."""
    block_id: int
    """Number of the block."""
    run_id: int
    """Number of a run; 0: the run that the graph shows."""
    panel: int
    """Entry along `panels`."""
    row: int
    """Entry of the tensor along `y`."""
    column: int
    """Entry of the tensor along `x`."""
    draft: Block | None = None
    """A block that is not kept; `block_id` is then 0."""


@dataclass(frozen=True, kw_only=True)
class BlockCell:
    """The exact value of one entry, with its place in words."""

    text: str
    """The value as torch prints it."""
    facts: tuple[tuple[str, str], ...]
    """(label, text) pairs, such as (`query`, `3 · park`)."""


@dataclass(frozen=True, kw_only=True)
class ReadStatistics:
    """Asks for the statistics of everything that a node took and returned in the run shown."""

    model_id: str
    """Name of the open model."""
    node: str
    """Node id."""
    call: int = 1
    """Which call of the node, from 1."""


@dataclass(frozen=True, kw_only=True)
class NodeStatistics:
    """Statistics by row of `NodeDetails`; None for what is no tensor or was not kept."""

    inputs: tuple[TensorStatistics | None, ...]
    """One for each row of `NodeDetails.inputs`."""
    outputs: tuple[TensorStatistics | None, ...]
    """One for each row of `NodeDetails.outputs`."""
    parameters: tuple[TensorStatistics | None, ...]
    """One for each row of `NodeDetails.parameters`."""
    note: str
    """Why some are missing; may be empty."""

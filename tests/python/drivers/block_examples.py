"""Examples of the messages of visualization blocks; `message_examples.py` takes them in."""

from __future__ import annotations

from typing import Any

from interpogate.protocol import messages as m

_PROBLEM = m.Problem(
    code="block.roles", message='Two dimensions are "x".', hint="Give one of them another role."
)
_VALUE = m.ValueReference(side="output", keys=("1", "<b>"))
_BLOCK = m.Block(
    block_id=3,
    node="h::h.0…h.3",
    value=_VALUE,
    kind="attention",
    roles=("index", "spread", "y", "x"),
    indices=(0, 0, 0, 0),
    options=(("norm", "transformer.ln_f"),),
    call=2,
)
_DRAFT = m.Block(
    block_id=0,
    node="h.1",
    value=m.ValueReference(side="parameter", keys=("weight",)),
    kind="heatmap",
    roles=(),
)
_OPTION = m.BlockOption(name="cells", title="Cells show", value="average", choices=("average", "é"))
_OFFER = m.BlockOffer(
    kind="attention",
    title="Attention",
    roles=("index", "spread", "y", "x"),
    allowed=("x", "y", "spread", "average", "max", "index"),
    options=(_OPTION,),
    refusal="",
)
_SUGGESTION = m.BlockSuggestion(
    title="Attention weights",
    kind="attention",
    value=m.ValueReference(side="output", keys=("attention",)),
)
_HEADS = m.BlockDimension(name="heads", size=2)
_WINDOW = m.BlockWindow(first_x=0, last_x=3, first_y=1, last_y=2)
_PANELS = m.BlockAxis(name="heads", size=2, first=0, step=1.0, count=2, labels=("0", "1"))
_TOKENS = m.BlockAxis(name="query", size=2, first=0, step=1.0, count=2, labels=(" park", "\u2028"))
_ARRAY = m.BlockArray(
    name="values",
    dtype="uint8",
    shape=(2, 2, 2),
    data="AP3+/wD8fv8=",
    lows="AAAAAAAAAAAAAAAAAAAAAA==",
    highs="AACAPwAAgD8AAIA/AACAPw==",
)
_TEXTS = m.BlockTexts(name="tokens", texts=(" park", "</script>", "", "\u00e9"))
_STATISTICS = m.TensorStatistics(
    count=8,
    nan_count=1,
    infinite_count=2,
    mean=0.25,
    deviation=1.5,
    minimum=-3.0,
    maximum=1e-12,
)
_PICTURE = m.BlockPicture(
    model_id="model-1",
    block_id=3,
    run_id=2,
    kind="attention",
    title="output.1 · float32[1, 2, 2, 2]",
    note="Computed anew from the observed queries and keys.",
    problem=_PROBLEM,
    panels=_PANELS,
    x=_TOKENS,
    y=_TOKENS,
    scale="probability",
    low=0.0,
    high=1.0,
    arrays=(_ARRAY,),
    texts=(_TEXTS,),
    statistics=_STATISTICS,
)

BLOCK_EXAMPLES: tuple[Any, ...] = (
    _VALUE,
    _BLOCK,
    m.Blocks(model_id="model-1", blocks=(_BLOCK,)),
    m.BlockReference(model_id="model-1", block_id=3),
    m.PutBlock(model_id="model-1", block=_BLOCK),
    m.OfferBlocks(model_id="model-1", node="h.1", value=_VALUE),
    _HEADS,
    _OPTION,
    _OFFER,
    _SUGGESTION,
    m.BlockOffers(dimensions=(_HEADS,), offers=(_OFFER,), suggestions=(_SUGGESTION,)),
    _WINDOW,
    m.ReadBlock(model_id="model-1", block_id=0, panel=1, window=_WINDOW, draft=_DRAFT),
    _PANELS,
    _ARRAY,
    _TEXTS,
    _STATISTICS,
    _PICTURE,
    m.ReadCell(model_id="model-1", block_id=3, run_id=2, panel=1, row=0, column=5),
    m.BlockCell(text="nan", facts=(("query", "3 · park"), ("key", "0 · <b>"))),
    m.ReadStatistics(model_id="model-1", node="h.1"),
    m.NodeStatistics(
        inputs=(_STATISTICS, None), outputs=(), parameters=(None,), note="Every 7th entry."
    ),
)

"""Logit lens: what the model would say after each layer, at each position.

The residual stream goes through what follows the last layer as if the layers between were not there
(nostalgebraist, "interpreting GPT: the logit lens", 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch

from interpogate.model.tokens import token_list
from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.drawing import NO_AXIS, Drawing
from interpogate.visualizations.lens import Lens, find_lens
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import NothingToSee, OptionInvalid, RolesInvalid
from interpogate.visualizations.reading import Reading
from interpogate.visualizations.registry import visualization
from interpogate.visualizations.residual import RESIDUAL
from interpogate.visualizations.roles import Guess
from interpogate.visualizations.value import Selection

_TOP = 5
_LOGITS_AT_ONCE = 1 << 22
_MAXIMUM_PRODUCTS = 1 << 37
"""Multiplications for one picture: about a second on a small machine."""
_NORM = m.BlockOption(name="norm", title="Final norm (path, or none)", value="")
_MATRIX = m.BlockOption(name="unembedding", title="Unembedding (path)", value="")
_TOKEN = m.BlockOption(name="token", title="Probability of this token", value="")


@dataclass(frozen=True)
class _Tokens:
    """Top tokens and probabilities, `(layers, positions, top)`."""

    probabilities: torch.Tensor
    ids: torch.Tensor
    wanted: torch.Tensor
    """Probability of the token that the user named, `(layers, positions)`; else of the first."""
    first: int
    """The first position."""


def _guess(dimensions: Sequence[Dimension]) -> Guess:
    names = [one.name for one in dimensions]
    tokens = [n for n, one in enumerate(dimensions) if one.is_token_axis]
    if "features" not in names or not tokens or "query" in names:
        return Guess(refusal="It takes a residual stream: tokens and features.")
    roles: dict[str, m.DimensionRole] = {"layers": "y", "features": "norm"}
    chosen = tuple(
        "x" if n == tokens[0] else roles.get(d.name, "index") for n, d in enumerate(dimensions)
    )
    return Guess(chosen, fit=0.95 if "layers" in names else 0.2)


def _facts(reading: Reading, panel: int, row: int, column: int) -> m.BlockCell:  # noqa: ARG001 (one panel)
    window = m.BlockWindow(first_x=column, last_x=column + 1, first_y=row, last_y=row + 1)
    found = _computed(reading, _lens(reading), window)
    names = _texts(reading.observed, found.ids[0, 0])
    pairs = zip(names, found.probabilities[0, 0].tolist(), strict=True)
    layer, token = reading.entry_name("y", row), reading.entry_name("x", column)
    facts = [("position", token), ("layer", layer), *((name, f"{p:.2%}") for name, p in pairs)]
    return m.BlockCell(
        text=f"{names[0]} {float(found.probabilities[0, 0, 0]):.2%}", facts=tuple(facts)
    )


@visualization(
    "logit_lens",
    title="Logit lens",
    allowed=("x", "y", "norm", "index"),
    needs=("x",),
    guess=_guess,
    options=(_TOKEN, _NORM, _MATRIX),
    fallback=RESIDUAL,
    cell=_facts,
)
def logit_lens(reading: Reading) -> Drawing:
    """The likeliest token of each cell, and its probability or that of the token asked for."""
    lens = _lens(reading)
    found = _computed(reading, lens, reading.window)
    x, y = _axes(reading, found)
    drawing = Drawing(
        {"values": found.wanted[None]},
        x=x,
        y=y,
        scale="probability",
        texts={"tokens": _texts(reading.observed, found.ids[..., 0].flatten())},
    )
    drawing.notes += lens.notes
    if len(_wanted(reading)) > 1:
        drawing.notes.append("The probability is that of the token with and without a space.")
    return drawing


def _lens(reading: Reading) -> Lens:
    norm, matrix = reading.option("norm").strip(), reading.option("unembedding").strip()
    axis = reading.numbers("x")[0] - reading.value.is_stack
    found = find_lens(reading.observed, reading.value, axis, norm=norm, matrix=matrix)
    width = reading.dimensions[_features(reading)].size
    if found.width not in (0, width):
        raise NothingToSee(
            f"The stream has {width} features, {found.path} takes {found.width}.",
            hint="Choose the residual stream, or name another unembedding.",
        )
    return found


def _features(reading: Reading) -> int:
    numbers = reading.numbers("norm")
    if len(numbers) != 1:
        raise RolesInvalid("One dimension must be the features: give it the role 'norm'.")
    return numbers[0]


def _computed(reading: Reading, lens: Lens, window: m.BlockWindow | None) -> _Tokens:
    wanted = _wanted(reading)
    chosen, first = _chosen(reading, window, lens)
    if lens.whole is not None:
        return _of_whole(reading, lens, chosen, first)
    stream = _in_order(reading, reading.value.read(chosen), chosen)
    layers, positions, _ = stream.shape
    parts = [_likeliest(lens.logits(part), wanted) for part in _parts(stream, lens)]
    columns = [torch.cat(column) for column in zip(*parts, strict=True)]
    shaped = [column.reshape(layers, positions, -1) for column in columns]
    return _Tokens(shaped[0], shaped[1].long(), shaped[2][..., 0], first)


def _of_whole(reading: Reading, lens: Lens, chosen: Sequence[Selection], first: int) -> _Tokens:
    """Layer by layer, where the logits of a position need the others."""
    assert lens.whole is not None  # noqa: S101 (asked for by its caller)
    wanted, layers = _wanted(reading), chosen[0] if reading.value.is_stack else 0
    found = []
    for layer in [layers] if isinstance(layers, int) else layers:
        member = reading.value.members[layer]
        if not isinstance(member, torch.Tensor):
            raise NothingToSee("The stream is not kept as a whole.")
        inner = [
            one
            for n, one in enumerate(chosen[int(reading.value.is_stack) :])
            if n < member.dim() - 1
        ]
        index = tuple(one if isinstance(one, int) else slice(one.start, one.stop) for one in inner)
        found.append(_likeliest(lens.whole(member)[index], wanted))
    columns = [torch.stack(column) for column in zip(*found, strict=True)]
    return _Tokens(columns[0], columns[1].long(), columns[2][..., 0], first)


def _chosen(
    reading: Reading, window: m.BlockWindow | None, lens: Lens
) -> tuple[list[Selection], int]:
    """What is read, and the first position; the last ones if all are too many."""
    features, x = _features(reading), reading.numbers("x")[0]
    rows = reading.numbers("y")
    count, layers = reading.dimensions[x].size, reading.dimensions[rows[0]].size if rows else 1
    first, last = (window.first_x, window.last_x) if window else (0, count)
    cost = layers * reading.dimensions[features].size * max(lens.vocabulary, 1)
    possible = max(_MAXIMUM_PRODUCTS // cost, 1)
    if last - first > possible:
        first = last - possible
        reading.notes.append(f"Shows the last {possible} of {count} positions.")
    chosen = reading.selection({x: range(max(first, 0), min(last, count))}, window)
    return list(chosen), max(first, 0)


def _in_order(reading: Reading, taken: torch.Tensor, chosen: Sequence[Selection]) -> torch.Tensor:
    """`(layers, positions, features)`."""
    order = (*reading.numbers("y"), reading.numbers("x")[0], _features(reading))
    left = [n for n, one in enumerate(chosen) if not isinstance(one, int)]
    taken = taken.permute([left.index(n) for n in order if n in left])
    return taken.reshape(-1, *taken.shape[-2:])


def _parts(stream: torch.Tensor, lens: Lens) -> Sequence[torch.Tensor]:
    rows = max(_LOGITS_AT_ONCE // max(lens.vocabulary, 1), 1)
    return torch.split(stream.reshape(-1, stream.shape[-1]), rows)


def _likeliest(
    logits: torch.Tensor, wanted: list[int]
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    probabilities = logits.softmax(-1)
    top = probabilities.topk(min(_TOP, probabilities.shape[-1]))
    own = probabilities[..., wanted].sum(-1) if wanted else top.values[..., 0]
    return top.values, top.indices.double(), own[..., None]


def _wanted(reading: Reading) -> list[int]:
    """Ids of the token that the user named, with and without a space; empty if none was."""
    text, tokenizer = reading.option("token"), reading.observed.tokenizer
    if not text:
        return []
    if tokenizer is None:
        raise OptionInvalid("This model has no tokenizer: no token can be named.")
    ids = [tokenizer(one, add_special_tokens=False)["input_ids"] for one in (text, f" {text}")]
    single = sorted({int(found[0]) for found in ids if len(found) == 1})
    if not single:
        raise OptionInvalid(f"{text!r} is more than one token.")
    return single


def _axes(reading: Reading, found: _Tokens) -> tuple[m.BlockAxis, m.BlockAxis]:
    rows, positions = found.wanted.shape
    dimension = reading.dimensions[reading.numbers("x")[0]]
    labels = dimension.labels[found.first : found.first + positions]
    x = m.BlockAxis(
        name=dimension.name, size=dimension.size, first=found.first, step=1.0, count=positions,
        labels=labels,
    )  # fmt: skip
    if not reading.numbers("y"):
        return x, NO_AXIS
    layers = reading.dimensions[reading.numbers("y")[0]]
    first = min(max(reading.window.first_y, 0), layers.size - 1) if reading.window else 0
    own = layers.labels[first : first + rows]
    y = m.BlockAxis(
        name=layers.name, size=layers.size, first=first, step=1.0, count=rows, labels=own
    )
    return x, y


def _texts(observed: Observed, ids: torch.Tensor) -> tuple[str, ...]:
    if observed.tokenizer is None:
        return tuple(str(token) for token in ids.tolist())
    return token_list(observed.tokenizer, ids.tolist()).texts

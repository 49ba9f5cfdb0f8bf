"""Shapes that a model's arguments may have, guessed from its layers and from their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from torch import nn

from interpogate.trace.members import all_modules, attribute

# A size that is unlikely to be anything else, so that a dimension can be recognised.
TOKENS = 11
_EDGES = 2 * TOKENS
_MOST_COMBINED = 8

Guess = tuple[str, tuple[int, ...]]
"""Dtype and shape."""

_TIMES: Sequence[Guess] = (("int64", (1,)), ("float32", (1,)), ("float32", (1, 1)))
_MASKS: Sequence[Guess] = (
    ("bool", (1, TOKENS)),
    ("bool", (TOKENS, TOKENS)),
    ("float32", (TOKENS, TOKENS)),
    ("bool", (1, 1, TOKENS, TOKENS)),
    ("bool", (1, TOKENS, TOKENS)),
)
_BY_NAME: dict[str, Sequence[Guess]] = {
    **dict.fromkeys(("t", "time", "times", "timestep", "timesteps", "sigma", "sigmas"), _TIMES),
    **dict.fromkeys(("noise_level", "noise_labels", "time_step", "time_steps"), _TIMES),
    "edge_index": (("int64", (2, _EDGES)),),
    "edge_weight": (("float32", (_EDGES,)),),
    "edge_attr": (("float32", (_EDGES,)), ("float32", (_EDGES, 1))),
    "batch": (("int64", (TOKENS,)),),
    **dict.fromkeys(("adj", "adjacency", "adj_matrix"), (("float32", (TOKENS, TOKENS)),)),
}
_OF_GRAPHS = frozenset({"edge_index", "adj", "adjacency", "adj_matrix"})
_WIDTHS = ("in_features", "in_channels", "embedding_dim")


def guessed_shapes(model: nn.Module, names: Sequence[str]) -> Iterator[dict[str, Guess]]:
    """Shapes of all arguments named, the likeliest first."""
    yield from _of_diffusers(model, names)
    guesses = list(dict.fromkeys(_guesses(model)))
    if len(names) == 1:
        named = _of_name(names[0], guesses)
        for guess in dict.fromkeys((*(named or ()), *guesses)):
            yield {names[0]: guess}
        return
    if any(_of_name(name, guesses) for name in names):
        known = [_of_name(name, guesses) or _of_others(model, names, guesses) for name in names]
        yield from _combined(names, known)
    yield from _combined(names, [guesses[:_MOST_COMBINED]] * len(names))


def _combined(names: Sequence[str], guesses: list[Sequence[Guess]]) -> Iterator[dict[str, Guess]]:
    for combination in product(*guesses):
        yield dict(zip(names, combination, strict=True))


def _of_name(name: str, guesses: Sequence[Guess]) -> Sequence[Guess]:
    """What an argument of that name usually is; empty for most names."""
    if name.endswith("mask"):
        return _MASKS
    if name in ("src", "tgt", "trg") and ("int64", (1, TOKENS)) in guesses[:-2]:
        return (("int64", (1, TOKENS)), ("int64", (TOKENS, 1)))
    return _BY_NAME.get(name, ())


def _of_others(model: nn.Module, names: Sequence[str], guesses: Sequence[Guess]) -> Sequence[Guess]:
    """What goes with arguments whose names are known: nodes with edges, an image with its time."""
    if _OF_GRAPHS.intersection(names):
        widths = dict.fromkeys(
            width
            for module in all_modules(model)
            for width in (attribute(module, name) for name in _WIDTHS)
            if isinstance(width, int) and not isinstance(width, bool) and width > 0
        )
        return [("float32", (TOKENS, width)) for width in widths][:_MOST_COMBINED] or guesses
    if any(_BY_NAME.get(name) is _TIMES for name in names):
        guesses = sorted(guesses, key=lambda guess: -len(guess[1]))
    return guesses[:_MOST_COMBINED]


def _of_diffusers(model: nn.Module, names: Sequence[str]) -> Iterator[dict[str, Guess]]:
    """The models of diffusers say in their configuration what they take."""
    config = attribute(model, "config")
    channels, width = attribute(config, "in_channels"), attribute(config, "cross_attention_dim")
    if not isinstance(channels, int) or not {"sample", "timestep"} <= set(names):
        return
    width = width[0] if isinstance(width, (tuple, list)) else width
    known: dict[str, Guess] = {
        "sample": ("float32", (1, channels, *_sides(attribute(config, "sample_size")))),
        "timestep": ("int64", (1,)),
    }
    if isinstance(width, int):
        known["encoder_hidden_states"] = ("float32", (1, TOKENS, width))
    if set(names) <= set(known):
        yield {name: known[name] for name in names}


def _sides(size: Any) -> tuple[int, int]:
    if isinstance(size, (tuple, list)) and len(size) == 2:  # noqa: PLR2004 (height and width)
        return int(size[0]), int(size[1])
    return (size, size) if isinstance(size, int) and size > 0 else (32, 32)


def _guesses(model: nn.Module) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Shapes that the model's layers take, in the order of declaration."""
    size = attribute(model, "image_size") or attribute(model, "img_size")
    if isinstance(size, (int, tuple, list)):
        channels = attribute(model, "channels")
        yield "float32", (1, channels if isinstance(channels, int) else 3, *_sides(size))
    for module in all_modules(model):
        yield from _layer_shapes(module)
    yield "int64", (1, TOKENS)
    yield "float32", (1, 3, 224, 224)


def _layer_shapes(  # noqa: C901, PLR0912 (one case for each kind of layer)
    module: Any,
) -> Iterator[tuple[str, tuple[int, ...]]]:
    match module:
        case nn.Embedding() | nn.EmbeddingBag():
            yield "int64", (1, TOKENS)
        case nn.Linear():
            yield "float32", (1, module.in_features)
            yield "float32", (1, TOKENS, module.in_features)
        case nn.Conv2d() | nn.ConvTranspose2d():
            for size in (32, 224, 64, 28, 128, 256):
                yield "float32", (1, module.in_channels, size, size)
        case nn.Conv1d() | nn.ConvTranspose1d():
            for size in (64, 256, 1024, 16000):
                yield "float32", (1, module.in_channels, size)
        case nn.Conv3d():
            yield "float32", (1, module.in_channels, 16, 32, 32)
        case nn.RNNBase():
            yield "float32", (1, TOKENS, module.input_size)
            yield "float32", (TOKENS, 1, module.input_size)
        case nn.RNNCellBase():
            yield "float32", (1, module.input_size)
            yield "float32", (1, TOKENS, module.input_size)
        case nn.LayerNorm():
            yield "float32", (1, TOKENS, *module.normalized_shape)
        case nn.MultiheadAttention():
            yield "float32", (1, TOKENS, module.embed_dim)
        case nn.modules.batchnorm._BatchNorm():
            yield "float32", (2, module.num_features)
        case _:
            return

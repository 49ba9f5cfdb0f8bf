"""Inputs for a model: written down as `name = dtype[shape]`, filled, or invented to fit.

Called by the worker and by hook code generation.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import nn

from interpogate.errors import InputsInvalid, TokenizerFailed
from interpogate.model.examples import given_inputs
from interpogate.model.guesses import TOKENS, guessed_shapes
from interpogate.model.load import LoadedModel
from interpogate.model.tokens import encoded_text
from interpogate.trace.members import all_modules, all_parameters, attribute, named_modules
from interpogate.trace.values import dtype_name, plain_shape

_MAXIMUM_TRIES = 60
_PRECISIONS = (torch.float32, torch.float16, torch.bfloat16, torch.float64)
_MAXIMUM_ELEMENTS = 1 << 28
_LONGEST_SIZE = 18
"""Digits; what is longer is no 64-bit number."""
_LINE = re.compile(r"^\s*([\w.]+)\s*=\s*(\w+)\s*\[([\d,\s]*)\]\s*$")

_CONTEXT_NAMES = ("max_position_embeddings", "n_positions", "max_seq_len", "max_sequence_length")

Inputs = dict[str, Any]


@dataclass(frozen=True)
class InputShape:
    """One tensor argument without values."""

    name: str
    dtype: str
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} = {self.dtype}[{', '.join(map(str, self.shape))}]"


def parse_inputs(text: str) -> tuple[InputShape, ...]:
    """Read one `name = dtype[shape]` a line. Raises `InputsInvalid` naming the line."""
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        raise InputsInvalid("There are no inputs.")
    return tuple(_parsed(line) for line in lines)


def _parsed(line: str) -> InputShape:
    match = _LINE.match(line)
    if match is None:
        raise InputsInvalid(f"{line.strip()[:80]!r} is not of the form name = dtype[shape].")
    return input_shape(*match.groups())


def input_shape(name: str, dtype: str, sizes: str) -> InputShape:
    """A shape from its parts as written. Raises `InputsInvalid` for what does not exist or fit."""
    if not isinstance(getattr(torch, dtype, None), torch.dtype):
        raise InputsInvalid(f"{dtype!r} is no dtype.", hint="Such as float32, int64 or bool.")
    shape = tuple(_size(name, size) for size in sizes.split(",") if size.strip())
    elements = 1
    for size in shape:
        elements *= size
    if elements > _MAXIMUM_ELEMENTS:
        raise InputsInvalid(f"{name} would have {elements:,} elements, more than fit here.")
    return InputShape(name, dtype, shape)


def _size(name: str, text: str) -> int:
    if len(text.strip()) > _LONGEST_SIZE:
        raise InputsInvalid(f"{name} would have more elements than fit here.")
    return int(text)


def filled(shapes: tuple[InputShape, ...], model: nn.Module, seed: int = 0) -> Inputs:
    """Random tensors: normal floats, whole numbers below the vocabulary size, all-true bools."""
    generator = torch.Generator().manual_seed(seed)
    device = model_device(model)
    return {s.name: random_tensor(s, model, generator).to(device) for s in shapes}


def random_tensor(shape: InputShape, model: nn.Module, generator: torch.Generator) -> torch.Tensor:
    """One of the tensors of `filled`, on the CPU. Raises what torch does for odd dtypes."""
    dtype: torch.dtype = getattr(torch, shape.dtype)
    if dtype is torch.bool:
        return torch.ones(shape.shape, dtype=dtype)
    if dtype.is_floating_point or dtype.is_complex:
        return torch.randn(shape.shape, generator=generator).to(dtype)
    top = 2 if shape.name.endswith("mask") else vocabulary_size(model)
    return torch.randint(1 if top == 2 else 0, top, shape.shape, generator=generator).to(dtype)  # noqa: PLR2004


def vocabulary_size(model: nn.Module) -> int:
    """Rows of the first embedding, else a size every index fits."""
    size = attribute(attribute(model, "config"), "vocab_size")
    if isinstance(size, int):
        return size
    tables = (m.num_embeddings for m in all_modules(model) if isinstance(m, nn.Embedding))
    return next(tables, 10)


def model_device(model: nn.Module) -> torch.device:
    """Where the first parameter is."""
    first = next(all_parameters(model), None)
    return torch.device("cpu") if first is None else first.device


def shapes_of(inputs: Mapping[str, Any]) -> tuple[InputShape, ...]:
    """The tensors among inputs without their values."""
    return tuple(
        InputShape(name, dtype_name(value.dtype), plain_shape(value))
        for name, value in inputs.items()
        if isinstance(value, torch.Tensor)
    )


def text_inputs(loaded: LoadedModel, text: str) -> Inputs:
    """What the tokenizer makes of a text. Raises `InputsInvalid` if it makes no token."""
    encoded = dict(encoded_text(loaded.tokenizer, text, return_tensors="pt"))
    accepted = accepted_names(loaded.model)
    inputs = {name: value for name, value in encoded.items() if name in accepted}
    ids = inputs.get("input_ids")
    if ids is None or ids.numel() == 0:
        raise InputsInvalid("The text has no tokens.", hint="Type some text and run again.")
    limit = context_length(loaded.model)
    if limit is not None and ids.shape[-1] > limit:
        raise InputsInvalid(
            f"The text has {ids.shape[-1]} tokens, the model takes at most {limit}.",
            hint="Shorten the text.",
        )
    device = model_device(loaded.model)
    return without_cache(loaded.model, {n: v.to(device) for n, v in inputs.items()})


def context_length(model: nn.Module) -> int | None:
    """How many tokens the model takes at most; None if nothing says so.

    RoBERTa and its kin count positions from the padding index on, which takes some of the table.
    """
    config = attribute(model, "config")
    config = attribute(config, "text_config") or config
    found = (attribute(config, name) for name in _CONTEXT_NAMES)
    limits = [limit for limit in found if isinstance(limit, int) and limit > 0]
    if not limits:
        return None
    for name, module in named_modules(model):
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            return limits[0] - (0 if module.padding_idx is None else module.padding_idx + 1)
    return limits[0]


def without_cache(model: nn.Module, inputs: Inputs) -> Inputs:
    """One forward pass needs no cache of keys and values, and without it the graph is simpler."""
    takes_it = "use_cache" in accepted_names(model) and attribute(model, "config") is not None
    return {**inputs, "use_cache": False} if takes_it else inputs


def accepted_names(model: nn.Module) -> frozenset[str]:
    """Names of all arguments of the model's forward."""
    try:
        return frozenset(inspect.signature(model.forward).parameters)
    except (TypeError, ValueError):
        return frozenset()


def example_candidates(loaded: LoadedModel) -> Iterator[Inputs]:
    """Inputs that may fit, best guess first; only `example_inputs` if the user's file has them."""
    if loaded.examples is not None:
        yield from given_inputs(loaded.model, loaded.examples)
    elif loaded.tokenizer is not None:
        yield from _token_examples(loaded)
    elif _is_pretrained(loaded.model):
        yield from _as_precise(loaded.model, _pretrained_examples(loaded.model))
    else:
        invented = islice(_invented(loaded.model), _MAXIMUM_TRIES)
        yield from _as_precise(loaded.model, invented)


def _is_pretrained(model: nn.Module) -> bool:
    main = attribute(model, "main_input_name")
    return isinstance(main, str) and attribute(model, "config") is not None


def _as_precise(model: nn.Module, candidates: Iterator[Inputs]) -> Iterator[Inputs]:
    """Guesses are single precision; a model in another one takes only that."""
    own = next((p.dtype for p in all_parameters(model) if p.dtype in _PRECISIONS), torch.float32)
    for inputs in candidates:
        yield {name: _converted(value, own) for name, value in inputs.items()}


def _converted(value: Any, dtype: torch.dtype) -> Any:
    is_single = isinstance(value, torch.Tensor) and value.dtype is torch.float32
    return value.to(dtype) if is_single else value


def example_sentence(loaded: LoadedModel) -> str:
    """A text to start with, as short as a model with little room needs it."""
    text = loaded.sample_text or "The quick brown fox jumps over the lazy dog."
    limit = context_length(loaded.model)
    words = text.split(" ")
    while limit is not None and len(words) > 1 and _token_count(loaded, " ".join(words)) > limit:
        words.pop()
    return " ".join(words)


def _token_count(loaded: LoadedModel, text: str) -> int:
    try:
        return len(encoded_text(loaded.tokenizer, text)["input_ids"])
    except TokenizerFailed:
        return 0  # running the text says so


def _token_examples(loaded: LoadedModel) -> Iterator[Inputs]:
    inputs = text_inputs(loaded, example_sentence(loaded))
    ids = inputs["input_ids"]
    if "decoder_input_ids" in accepted_names(loaded.model):
        inputs["decoder_input_ids"] = ids[:, :7]
    yield {name: value for name, value in inputs.items() if name != "attention_mask"}
    yield inputs


def _pretrained_examples(model: Any) -> Iterator[Inputs]:
    config = model.config
    decoder: Inputs = {}
    if getattr(config, "is_encoder_decoder", False):
        decoder = {"decoder_input_ids": torch.zeros(1, 7, dtype=torch.long)}
    for shape in _main_shapes(model.main_input_name, config):
        yield without_cache(model, {**filled((shape,), model), **decoder})
    yield from islice(_invented(model), _MAXIMUM_TRIES)


def _main_shapes(name: str, config: Any) -> Iterator[InputShape]:
    vision = getattr(config, "vision_config", config)
    if name == "pixel_values":
        channels = getattr(vision, "num_channels", 3)
        size = getattr(vision, "image_size", 224)
        height, width = size if isinstance(size, (tuple, list)) else (size, size)
        yield InputShape(name, "float32", (1, channels, height, width))
        yield InputShape(name, "float32", (1, channels, 224, 224))
    elif name == "input_features":
        length = 2 * getattr(config, "max_source_positions", 1500)
        yield InputShape(name, "float32", (1, getattr(config, "num_mel_bins", 80), length))
    elif name == "input_values":
        yield InputShape(name, "float32", (1, 16000))
    else:
        yield InputShape(name, "int64", (1, TOKENS))


def _invented(model: nn.Module) -> Iterator[Inputs]:
    names = _required_names(model) or ("x",)
    for shapes in guessed_shapes(model, names):
        yield filled(tuple(InputShape(name, *guess) for name, guess in shapes.items()), model)


def _required_names(model: nn.Module) -> tuple[str, ...]:
    try:
        parameters = list(inspect.signature(model.forward).parameters.values())
    except (TypeError, ValueError):
        return ()
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    needed = tuple(p.name for p in parameters if p.kind in plain and p.default is p.empty)
    return needed or tuple(p.name for p in parameters[:1] if p.kind in plain)

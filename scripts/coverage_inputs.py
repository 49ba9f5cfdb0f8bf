"""Inputs for any transformers model, by the names of its forward's arguments.

Sets of inputs are offered from few to many; the first one that the model takes is used. Used by
`coverage_cases.py`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import torch

from interpogate.model.inputs import example_candidates
from interpogate.model.load import LoadedModel
from interpogate.model.sources import ModelSource

TOKENS = 11
_PATCHES = 16
_PLACES = {
    "grid_thw", "image_grid_thw", "spatial_shapes", "pixel_attention_mask", "hidden_states",
    "target_sizes", "image_attention_mask",
}  # fmt: skip
_DECODED = 7
_SAMPLES = 1600
_MAXIMUM_INVENTED = 6
_MAXIMUM_PLACES = 600
_TOKENS_OF_PICTURES = ("image_token_id", "image_token_index")
_MISSING_TOKENS = re.compile(r"tokens: 0, features:? (\d+)")

Inputs = dict[str, Any]


def input_sets(model: Any) -> Iterator[Inputs]:
    """Inputs to try, in this order: the needed ones, those with masks, all that are known."""
    known = dict(_known(model))
    parameters = inspect.signature(model.forward).parameters
    needed = {name for name, p in parameters.items() if p.default is p.empty}
    named = getattr(model, "main_input_name", "input_ids")
    main = {named} if isinstance(named, str) else set(named)
    first = main | needed | _companions(model, known)
    least = main | needed | ({"decoder_input_ids"} & first)
    for wanted in (first, least, first | {"attention_mask"}, {n for n in known if _is_plain(n)}):
        yield {name: value for name, value in known.items() if name in wanted}
    for name, values in _OTHERS.items():
        for value in values(model.config) if name in known else ():
            given = {**known, name: value}
            for names in (first | _PLACES, least | _PLACES, {name} | _PLACES):
                yield {name: value for name, value in given.items() if name in names}
    loaded = LoadedModel(model, ModelSource("import", "coverage", "model"))
    for number, candidate in enumerate(example_candidates(loaded)):
        if number >= _MAXIMUM_INVENTED:
            return
        yield candidate


def with_places(config: Any, inputs: Inputs, refusal: str) -> Inputs | None:
    """The text with as many tokens for the picture as the model says that it needs."""
    missing = _MISSING_TOKENS.search(refusal)
    token = next((t for t in (getattr(config, n, None) for n in _TOKENS_OF_PICTURES) if t), None)
    if missing is None or token is None or "input_ids" not in inputs:
        return None
    ids = inputs["input_ids"]
    places = torch.full((1, min(int(missing[1]), _MAXIMUM_PLACES)), token)
    longer = torch.cat([ids[:, :1], places, ids[:, 1:]], 1)
    given = {**inputs, "input_ids": longer}
    if "attention_mask" in inputs:
        given["attention_mask"] = torch.ones_like(longer)
    if "image_grid_thw" in inputs:
        given["mm_token_type_ids"] = (longer == token).int()
    return given


def _companions(model: Any, known: Inputs) -> set[str]:
    """What encoder-decoders and models of two senses need beside their main input."""
    both = {"input_ids", "pixel_values"} if hasattr(model.config, "vision_config") else set()
    decoder = {"decoder_input_ids"} if getattr(model.config, "is_encoder_decoder", False) else set()
    return (both | decoder) & set(known)


def _other_pictures(config: Any) -> Iterator[torch.Tensor]:
    """A picture as a row of patches, as a batch of one row or one each, as a pair, as a list."""
    vision = getattr(config, "vision_config", None) or config
    patch = getattr(vision, "patch_size", None)
    if isinstance(patch, int):
        channels = (
            getattr(vision, "num_channels", None) or getattr(vision, "in_channels", None) or 3
        )
        width = channels * patch * patch
        yield _normal(_PATCHES, width * (getattr(vision, "temporal_patch_size", None) or 1))
        yield _normal(1, _PATCHES, width)
        yield _normal(_PATCHES, channels, patch, patch)
        side = patch * (getattr(vision, "spatial_merge_size", None) or 1)
        yield _normal(_PATCHES, side, side, channels)
    picture = _picture(config)
    yield picture[:, None].repeat(1, 2, 1, 1, 1)
    yield picture[:, None]
    yield _video(config)


def _other_spectra(_: Any) -> Iterator[torch.Tensor]:
    """As frames of 80 or 128 bins, of a length that is a multiple of 8 or of 100."""
    for frames, bins in product((96, 200), (80, 128)):
        yield _normal(1, frames, bins)
        yield _normal(1, bins, frames)
    yield _normal(1, 1, 6 * _SAMPLES)


def _other_sounds(_: Any) -> Iterator[torch.Tensor]:
    """With a channel, as a spectrum."""
    yield _normal(1, 1, 6 * _SAMPLES)
    yield _normal(1, 96, 80)
    yield _normal(1, 6 * _SAMPLES, 1)


def _is_plain(name: str) -> bool:
    return "embeds" not in name


def _known(model: Any) -> Iterator[tuple[str, torch.Tensor]]:
    names = inspect.signature(model.forward).parameters
    for name in names:
        make = _MAKERS.get(name)
        if make is not None:
            yield name, make(model.config)


def _ids(count: int) -> Callable[[Any], torch.Tensor]:
    def make(config: Any) -> torch.Tensor:
        text = getattr(config, "text_config", None) or config
        entries = getattr(text, "vocab_size", None)
        top = entries if isinstance(entries, int) else 50
        generator = torch.Generator().manual_seed(0)
        return torch.randint(3, max(top - 25, 4), (1, count), generator=generator)

    return make


def _picture(config: Any) -> torch.Tensor:
    own = getattr(config, "vision_config", None) or getattr(config, "backbone_config", None)
    vision = own if own is not None and not isinstance(own, dict) else config
    size = getattr(vision, "image_size", None) or getattr(config, "image_size", None) or 64
    height, width = size if isinstance(size, (list, tuple)) else (size, size)
    channels = getattr(vision, "num_channels", None) or 3
    return _normal(1, channels, height, width)


def _video(config: Any) -> torch.Tensor:
    vision = getattr(config, "vision_config", None)
    frames = getattr(config, "num_frames", None) or getattr(vision, "num_frames", None) or 4
    return _picture(config)[:, None].repeat(1, frames, 1, 1, 1)


def _spectrum(config: Any) -> torch.Tensor:
    if getattr(config, "audio_config", None) is not None and hasattr(config, "text_config"):
        return _normal(1, 1, 1001, 64)
    encoder = getattr(config, "encoder_config", None) or getattr(config, "audio_config", None)
    own = None if isinstance(encoder, dict) else getattr(encoder, "num_mel_bins", None)
    bins = (
        own or getattr(config, "num_mel_bins", None) or getattr(config, "feature_size", None) or 80
    )
    positions = getattr(config, "max_source_positions", None)
    if isinstance(positions, int):
        return _normal(1, bins, 2 * positions)
    return _normal(1, 100, bins)


def _sound(config: Any) -> torch.Tensor:
    length, bins = getattr(config, "max_length", None), getattr(config, "num_mel_bins", None)
    if isinstance(length, int) and isinstance(bins, int):
        return _normal(1, length, bins)
    return _normal(1, 6 * _SAMPLES)


def _encoded(config: Any) -> torch.Tensor:
    width = getattr(config, "encoder_hidden_size", None) or config.hidden_size
    return _normal(1, TOKENS, width)


def _series(config: Any) -> torch.Tensor:
    length = getattr(config, "context_length", None) or 64
    channels = getattr(config, "num_input_channels", None)
    return _normal(1, length, channels) if channels else _normal(1, length)


def _normal(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0))


def _ones(count: int) -> Callable[[Any], torch.Tensor]:
    return lambda _: torch.ones(1, count, dtype=torch.long)


_MAKERS: dict[str, Callable[[Any], torch.Tensor]] = {
    "input_ids": _ids(TOKENS),
    "attention_mask": _ones(TOKENS),
    "decoder_input_ids": _ids(_DECODED),
    "decoder_attention_mask": _ones(_DECODED),
    "bbox": lambda _: torch.zeros(1, TOKENS, 4, dtype=torch.long),
    "pixel_values": _picture,
    "pixel_values_videos": _video,
    "pixel_mask": lambda config: torch.ones(1, *_picture(config).shape[-2:], dtype=torch.long),
    "input_features": _spectrum,
    "input_values": _sound,
    "input_features_mask": lambda config: torch.ones(1, _spectrum(config).shape[-1]).long(),
    "query_embeds": lambda config: _normal(1, TOKENS, config.hidden_size),
    "qformer_input_ids": _ids(TOKENS),
    "hidden_states": lambda config: next(_other_pictures(config)),
    "spatial_shapes": lambda _: torch.tensor([[4, 4]]),
    "pixel_attention_mask": _ones(_PATCHES),
    "task_inputs": lambda config: _ids(config.task_seq_len)(config),
    "target_sizes": lambda _: torch.tensor([[4, 4]]),
    "image_attention_mask": lambda _: torch.ones(1, TOKENS, 1).long(),
    "visual_feats": lambda config: _normal(1, 5, config.visual_feat_dim),
    "visual_pos": lambda config: _normal(1, 5, config.visual_pos_dim),
    "states": lambda config: _normal(1, TOKENS, config.state_dim),
    "actions": lambda config: _normal(1, TOKENS, config.act_dim),
    "rewards": lambda _: _normal(1, TOKENS, 1),
    "returns_to_go": lambda _: _normal(1, TOKENS, 1),
    "timesteps": lambda _: torch.arange(TOKENS)[None],
    "image_grid_thw": lambda _: torch.tensor([[1, 4, 4]]),
    "encoder_hidden_states": _encoded,
    "grid_thw": lambda _: torch.tensor([[1, 4, 4]]),
    "past_values": _series,
    "past_observed_mask": lambda config: torch.ones_like(_series(config)),
}
_OTHERS: dict[str, Callable[[Any], Iterator[torch.Tensor]]] = {
    "pixel_values": _other_pictures,
    "input_features": _other_spectra,
    "input_values": _other_sounds,
}

"""Configurations of transformers models made tiny, for any architecture, by the names of fields.

`shrunk` takes the class's own defaults and replaces what names a size. Three strengths are offered,
since not every architecture survives every one. Used by `coverage_cases.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import Field, fields
from typing import Any

HIDDEN = 32
HEADS = 4
VOCABULARY = 128

_LAYER_COUNTS = (
    r"(.*_)?(num_)?(hidden_|encoder_|decoder_|.*_)?n?_?layers?|n_layers?|.*depth|num_.*blocks?"
)
_WIDTH_NAMES = (
    r"(?!pos_emb_)(.*_)?(hidden_size|d_model|dim|n_embd|embed_dim|embedding_size|width|hidden_dim|"
    r"projection_dim|embed_size|d_embed|emb_dim|hidden_channels|feature_size|proj_size|"
    r"projection_size|embedding_dim|input_dim|output_dim|mm_hidden_size|out_hidden_size|hidden_size_global|"
    r"base_channels)"
)
# The first pattern that matches a whole name decides.
_SIZES: tuple[tuple[str, int], ...] = (
    (r"(vocab_size|.*_vocab_size|vocab_size_.*|vocab_size_per_layer_input|.*_vocab)", VOCABULARY),
    (r"(hidden_size_per_layer_input)", 8),
    (r"num_kv_shared_layers|insert_layer_id", 0),
    (r"(mamba_d_head|mamba_head_dim)", 16),
    (r"mamba_d_ssm", 2 * HIDDEN),
    (r"(rotary_dim)", 4),
    (r"(?!.*(key_value|kv|group)).*(num|n)_?.*heads?|n_heads?|num_heads", HEADS),
    (r"(n_group|topk_group|n_groups|num_expert_group|mamba_n_groups)", 1),
    (_LAYER_COUNTS, 2),
    (r".*(num|n)_(local_|routed_|.*)?experts", 4),
    (r".*(experts_per_tok|top_?k|topk|moe_k).*", 2),
    (r"(.*_)?(head_dim|d_kv|kv_channels|attention_head_size)", HIDDEN // HEADS),
    (r".*(intermediate|ffn|feed_?forward|mlp_dim|n_inner|d_ff|ff_dim).*", 2 * HIDDEN),
    (_WIDTH_NAMES, HIDDEN),
    (r"(q|kv)_lora_rank", 16),
    (r"(max_position_embeddings|n_positions|seq_length|max_seq_len)", 512),
    (r"(max_source_positions|max_target_positions)", 64),
    (r"(num_queries|num_.*queries|num_latents|num_query_tokens)", 12),
)
_SHARED_HEADS = re.compile(r".*(key_value|kv)_heads.*|multi_query_group_num")
_LAYER_PLACES = re.compile(r".*(layer_ind|layer_id|_idxs).*")
_WIDTHS = re.compile(r".*(hidden_sizes|embed_dims|dims|channels|widths|filters|conv_dim|sizes_).*")
_DEPTHS = re.compile(r".*(depths|layers|num_blocks|blocks|repeats)")
_HEADS = re.compile(r".*heads")
_DEEP_ONLY = re.compile(_LAYER_COUNTS)
_TOKEN_ID = re.compile(r".*token_(id|index)|.*_idx")
_TINY_IMAGE = 4
_MAXIMUM_DEPTH = 4
_LAYERS = 2
_NARROW = 2
_WINDOW = 8
_MISSING = {
    "num_experts_per_tok": 2, "top_k_experts": 2, "n_group": 1, "topk_group": 1,
    "n_routed_experts": 4, "prediction_length": 4, "vocab_size": VOCABULARY,
    "moe_intermediate_size": HIDDEN,
    "head_dim": HIDDEN // HEADS, "num_key_value_heads": HEADS, "pad_token_id": 1,
    "num_experts": 4, "num_local_experts": 4, "moe_num_experts": 4, "n_shared_experts": 1,
}  # fmt: skip
_OF_A_CHECKPOINT = {"transformers_version", "architectures", "dtype", "id2label", "label2id"}

Config = Any


def shrunk(make: Any) -> Iterator[tuple[str, Config]]:
    """Configurations to try, smallest first, with a word for how each was made."""
    for name, strength in (("tiny", 3), ("narrow", 2)):
        yield name, _shrunk_once(make, strength)
    again: list[tuple[str, Config]] = []
    for name, strength in (("tiny", 3), ("narrow", 2)):
        with suppress(Exception):  # the class may refuse values that its fields take
            again.append((f"{name}, constructed", _constructed(_shrunk_once(make, strength))))
    yield from again
    yield "shallow", _shrunk_once(make, 1)
    yield "default", make()


def _shrunk_once(make: Any, strength: int) -> Config:
    config = make()
    _shrink(config, strength, 0)
    return config


def _constructed(config: Config) -> Config:
    """The class called with the smaller fields, so that what it derives from them fits."""
    given: dict[str, Any] = {}
    for field in fields(config):
        value = vars(config).get(field.name)
        if hasattr(value, "to_dict"):
            given[field.name] = _constructed(value)
        elif field.name not in _OF_A_CHECKPOINT and not _is_derived(field, value):
            given[field.name] = value
    return type(config)(**given)


def _is_derived(field: Field[Any], value: Any) -> bool:
    """What is None unless the class itself fills it; types of layers were shortened."""
    is_types = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return field.default is None and not is_types and field.name not in _MISSING


def _shrink(config: Config, strength: int, depth: int) -> None:
    layers = vars(config).get("num_hidden_layers")
    heads = vars(config).get("num_attention_heads")
    if strength > 1:
        _fill_gaps(config)
    for name, value in list(vars(config).items()):
        if name.startswith("_") or value is None or isinstance(value, (bool, str)):
            continue
        if getattr(value, "model_type", "") == "timm_backbone":
            _replace_backbone(config, name)
        elif isinstance(value, dict):
            _fit_rotary(value, strength)
        elif _is_per_layer(name, value, layers):
            _set(config, name, _one_of_each(value))
        elif _SHARED_HEADS.fullmatch(name) and isinstance(value, int) and strength > 1:
            _set(config, name, min(value, HEADS if value == heads or strength == _NARROW else 2))
        elif hasattr(value, "to_dict") and depth < _MAXIMUM_DEPTH:
            _shrink(value, strength, depth + 1)
        else:
            _set(config, name, _smaller(name, value, strength))
    _shrink_image(config, strength)
    _fit_heads(config)
    _keep_tokens_known(config)


def _replace_backbone(config: Config, name: str) -> None:
    """A residual network of transformers instead of one of timm, which needs torchvision."""
    from transformers import ResNetConfig

    make: Any = ResNetConfig
    resnet = make(
        embedding_size=16, hidden_sizes=[16, 32, 64, 128], depths=[1, 1, 1, 1],
        layer_type="basic", out_features=["stage1", "stage2", "stage3", "stage4"],
    )  # fmt: skip
    _set(config, "use_timm_backbone", False)
    _set(config, "use_pretrained_backbone", False)
    _set(config, name, resnet)


def _one_of_each(values: list[Any]) -> list[Any]:
    """The first layer's entry and the first different one, so that both kinds of layers run."""
    return [values[0], next((value for value in values if value != values[0]), values[1])]


def _fit_rotary(parameters: dict[str, Any], strength: int) -> None:
    """Sections of a rotary embedding add up to half a head."""
    half = int(HIDDEN // HEADS // 2 * (parameters.get("partial_rotary_factor") or 1))
    if strength > 1 and "rope_theta" in parameters:
        parts = [half // 3, half // 3, half - 2 * (half // 3)]  # two equal ones stay equal
        own = parameters.get("mrope_section") or [0, 1, 1]
        parameters["mrope_section"] = parts if own[0] == own[1] else parts[::-1]
    for value in parameters.values():
        if isinstance(value, dict):
            _fit_rotary(value, strength)


def _smaller(name: str, value: Any, strength: int) -> Any:
    if isinstance(value, int):
        return _smaller_size(name, value, strength)
    is_sizes = isinstance(value, (list, tuple)) and value and all(type(v) is int for v in value)
    if is_sizes and strength > 1:
        return type(value)(_smaller_list(name, list(value)))
    return value


def _smaller_size(name: str, value: int, strength: int) -> int:
    if strength == 1 and not (_DEEP_ONLY.fullmatch(name) or "vocab_size" in name):
        return value
    found = next((size for pattern, size in _SIZES if re.fullmatch(pattern, name)), value)
    return min(value, found) if value > 0 else value


def _smaller_list(name: str, values: list[int]) -> list[int]:
    if _LAYER_PLACES.fullmatch(name):
        return [1]
    if _DEPTHS.fullmatch(name):
        return [min(value, 1) for value in values]
    if _HEADS.fullmatch(name):
        return [min(value, 2 ** min(n, 2)) for n, value in enumerate(values)]
    if _WIDTHS.fullmatch(name) and max(values) >= HIDDEN:
        same = len(set(values)) == 1
        return [
            min(value, HIDDEN if same else 16 * 2 ** min(n, 3)) for n, value in enumerate(values)
        ]
    return values


def _shrink_image(config: Config, strength: int) -> None:
    size, patch = getattr(config, "image_size", None), getattr(config, "patch_size", None)
    if strength == 1 or not isinstance(size, int):
        return
    unit = patch if isinstance(patch, int) else 8
    _set(config, "image_size", min(size, max(_TINY_IMAGE * unit, 64 // unit * unit)))


def _fill_gaps(config: Config) -> None:
    """Give a size to what has none unless a checkpoint brings it."""
    for name, value in _MISSING.items():
        if name in vars(config) and vars(config)[name] is None:
            _set(config, name, value)
    own = vars(config)
    if "sliding_attention" in (own.get("layer_types") or ()) and not own.get("sliding_window", 1):
        _set(config, "sliding_window", _WINDOW)
    rotary = own.get("rope_parameters")
    if isinstance(rotary, dict) and rotary.get("rope_theta", 0) is None:
        rotary["rope_theta"] = 10000.0


def _is_per_layer(name: str, value: Any, layers: Any) -> bool:
    if not isinstance(value, list) or len(value) != layers or len(value) <= _LAYERS:
        return False
    return isinstance(value[0], (str, bool)) or ("layer" in name and not _DEPTHS.fullmatch(name))


def _fit_heads(config: Config) -> None:
    """Heads of a state space model fill its expanded width; two-part heads are their sum."""
    own = vars(config)
    if {"qk_head_dim", "qk_nope_head_dim", "qk_rope_head_dim"} <= set(own):
        _set(config, "qk_head_dim", own["qk_nope_head_dim"] + own["qk_rope_head_dim"])
    expand, heads = getattr(config, "expand", None), getattr(config, "num_heads", None)
    if isinstance(expand, int) and isinstance(heads, int) and hasattr(config, "state_size"):
        _set(config, "head_dim", expand * config.hidden_size // heads)


def _keep_tokens_known(config: Config) -> None:
    """Special tokens must be inside the smaller vocabulary."""
    entries = getattr(config, "vocab_size", None)
    own = entries if isinstance(entries, int) else VOCABULARY
    for name, value in list(vars(config).items()):
        if _TOKEN_ID.fullmatch(name) and isinstance(value, int) and value >= own:
            _set(config, name, own - 1 - sum(map(ord, name)) % 20)


def _set(config: Config, name: str, value: Any) -> None:
    """Some fields are read-only views of others."""
    try:
        setattr(config, name, value)
    except (AttributeError, TypeError, ValueError, NotImplementedError):
        return

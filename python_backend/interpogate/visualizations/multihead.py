"""The weights of `torch.nn.MultiheadAttention`, which it returns on request only.

They are computed from the inputs that were observed, by the module's own code.
"""

from __future__ import annotations

from copy import copy

import torch
from torch import nn

from interpogate.trace.keeping import Watch
from interpogate.visualizations.find import checked, kept_tensors, unchanged
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import NoTensor, NotKept

MULTIHEAD_NOTE = "Weights recomputed from the observed inputs, without dropout."
LAYERS = (nn.MultiheadAttention, nn.TransformerEncoderLayer)


def multihead_weights(observed: Observed, row: int) -> torch.Tensor:
    """Weights `(batch, heads, query, key)` of a call of one of `LAYERS`. Raises `NotKept`."""
    live, given = (
        observed.live[observed.graph.recording.calls[row].module],
        _arguments(observed, row),
    )
    if isinstance(live, nn.TransformerEncoderLayer):
        return _of_layer(live, given)
    if not isinstance(live, nn.MultiheadAttention):
        raise NoTensor("It computes no attention that is known.")
    return _of_module(live, given)


def _arguments(observed: Observed, row: int) -> dict[str, torch.Tensor]:
    """Tensors that a call took, by the names of the arguments. Raises `NotKept`."""
    call = observed.graph.recording.calls[row]
    names = [one.key for one in call.inputs if one.depth == 0]
    kept = kept_tensors(observed).values.get((row, "input"))
    watches = frozenset({Watch(call.module, "input")})
    if not kept:
        raise NotKept("The inputs were not kept.", watches)
    found = {}
    for keys, own in kept.items():
        name = names[int(keys[0])] if keys[0].isdigit() else keys[0]
        found[name] = unchanged(observed, own, watches)
    return found


def _of_module(live: nn.MultiheadAttention, given: dict[str, torch.Tensor]) -> torch.Tensor:
    # A twin that shares its weights: the module itself may be in training, in another thread.
    twin = copy(live)
    twin.training = False
    with torch.no_grad():
        _, weights = type(live).forward(
            twin,
            given["query"],
            given["key"],
            given["value"],
            key_padding_mask=given.get("key_padding_mask"),
            attn_mask=given.get("attn_mask"),
            need_weights=True,
            average_attn_weights=False,
        )
    if weights is None:
        raise NoTensor("It returned no weights.")
    return checked(weights)


def _of_layer(layer: nn.TransformerEncoderLayer, given: dict[str, torch.Tensor]) -> torch.Tensor:
    source = given["src"]
    with torch.no_grad():
        taken = layer.norm1.forward(source) if layer.norm_first else source
    masks = {"key_padding_mask": "src_key_padding_mask", "attn_mask": "src_mask"}
    named = {own: given[other] for own, other in masks.items() if other in given}
    return _of_module(layer.self_attn, {"query": taken, "key": taken, "value": taken, **named})

"""The attention weights of a module, wherever they are to be had.

They are looked for in this order: what the module returns; `scaled_dot_product_attention` inside
it; `torch.nn.MultiheadAttention`; a softmax inside it; a second run with transformers' eager
kernel. What was computed anew is checked against what was observed, and the note says so.
"""

from __future__ import annotations

from copy import copy
from typing import Final

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.trace.keeping import AttentionCall, Kept, RunTensors, Watch
from interpogate.visualizations.attention_weights import AttentionWeights
from interpogate.visualizations.find import (
    call_row,
    checked,
    kept_tensors,
    row_of,
    short_name,
    unchanged,
)
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place
from interpogate.visualizations.problems import NoTensor, NotKept, NotRun
from interpogate.visualizations.value import Computed, Value

ATTENTION: Final = "attention"
NAMES = ("batch", "heads", "query", "key")
_FUSED = "scaled_dot_product_attention"
_MULTIHEAD = ("multi_head_attention_forward", "_native_multi_head_attention")
_TOLERANCE = 0.02

Weights = tuple[torch.Tensor | Computed, str]
"""Weights and what is to be said about them."""


def has_attention(graph: Graph, live: tuple[nn.Module, ...], module: int) -> bool:
    """Whether one attention, and not several, is computed in a call of the module."""
    calls = graph.recording.calls_of(module)
    if not calls:
        return False
    if isinstance(live[module], (nn.MultiheadAttention, nn.TransformerEncoderLayer)):
        return True
    return len(attention_rows(graph, inside(graph, row_of(graph, module)))) == 1


def is_attention_operation(place: Place) -> bool:
    """Whether an operation computes attention by itself."""
    return place.kind == "operation" and place.name == _FUSED


def attention_watches(place: Place) -> frozenset[Watch]:
    """What a run must keep for the weights of these modules."""
    found = {Watch(module, ATTENTION) for module in place.modules}
    return frozenset(found | {Watch(module, "output") for module in place.modules})


def attention_value(observed: Observed, place: Place, call: int) -> Value:
    """Weights `(batch, heads, query, key)`; of a group `(layers, …)`. Raises `NothingToSee`."""
    if place.kind == "operation":
        found = [_of_operation(observed, place, call)]
    else:
        found = [_weights_of(observed, module, call) for module in place.modules]
    shapes = {tuple(weights.shape) for weights, _ in found}
    if len(shapes) > 1:
        raise NoTensor("The members' attention differs in shape.", hint="Choose one of them.")
    notes = dict.fromkeys(note for _, note in found if note)
    names = NAMES[-len(next(iter(shapes))) :] if len(next(iter(shapes))) <= len(NAMES) else ()
    return Value(
        tuple(weights for weights, _ in found),
        ATTENTION,
        is_stack=place.is_group,
        note=" ".join(notes),
        names=names,
        labels=tuple(short_name(observed.graph, index) for index in place.modules),
        is_probability=True,
    )


def inside(graph: Graph, row: int) -> frozenset[int]:
    """Rows of a call and of all calls made in it."""
    found = {row}
    for number in range(row + 1, len(graph.recording.calls)):
        if graph.recording.calls[number].parent in found:
            found.add(number)
    return frozenset(found)


def _of_operation(observed: Observed, place: Place, call: int) -> Weights:
    """Weights of one `scaled_dot_product_attention`."""
    if place.name != _FUSED:
        raise NoTensor("This operation computes no attention that is known.")
    if not 1 <= call <= len(place.rows):
        raise NotRun(f"The operation ran {len(place.rows)} times: there is no call {call}.")
    found = kept_tensors(observed).attentions.get(place.rows[call - 1])
    if found is None:
        raise NotKept("The attention was not kept.", _watch(place.modules[0]))
    return _recomputed(found, place.modules[0])


def _recomputed(call: AttentionCall, module: int) -> Weights:
    if any(kept.is_changed for kept in call.operands.values()):
        raise NotKept("The model changed queries or keys in place.", _watch(module))
    weights = AttentionWeights(call)
    return weights, _checked_note(weights.largest_error(), "the observed queries and keys")


def _weights_of(observed: Observed, module: int, call: int) -> Weights:
    row, _ = call_row(observed, module, call)
    tensors, rows = kept_tensors(observed), inside(observed.graph, row)
    returned = _returned(tensors, row)
    if returned is not None:
        return returned, ""
    fused = [one for one in tensors.attentions.values() if one.call in rows]
    if len(fused) == 1:
        return _recomputed(fused[0], module)
    _refuse_many(len(fused))
    return _by_other_ways(observed, module, row, rows)


def _by_other_ways(observed: Observed, module: int, row: int, rows: frozenset[int]) -> Weights:
    multihead = _multihead(observed, rows)
    if multihead is not None:
        return multihead
    softmax = _softmax(observed, rows)
    if softmax is not None:
        return softmax, "Weights are what the softmax inside it returned."
    known = attention_rows(observed.graph, rows)
    _refuse_many(len(known))
    if known:
        raise NotKept("The attention was not kept.", _watch(module))
    return _eager(observed, module, row)


def _watch(module: int) -> frozenset[Watch]:
    return frozenset({Watch(module, ATTENTION), Watch(module, "output")})


def _refuse_many(count: int) -> None:
    if count > 1:
        raise NoTensor(
            f"{count} attentions are computed in it.", hint="Choose one of the modules inside."
        )


def _returned(tensors: RunTensors, row: int) -> torch.Tensor | None:
    """Weights among what a module returned: four dimensions, each row adds up to one."""
    for kept in tensors.values.get((row, "output"), {}).values():
        if not kept.is_changed and _are_weights(kept.tensor):
            return checked(kept.tensor)
    return None


def _are_weights(tensor: torch.Tensor) -> bool:
    if tensor.dim() != len(NAMES) or not tensor.is_floating_point() or not tensor.numel():
        return False
    sample = tensor[0, :, -1].float()  # the last query sees most
    sums = sample.sum(-1)
    return bool((sample >= 0).all() and ((sums - 1).abs() < _TOLERANCE).all())


def attention_rows(graph: Graph, rows: frozenset[int]) -> list[int]:
    """Rows of operations in these calls that compute attention weights."""
    operations = graph.recording.operations
    own = [n for n, one in enumerate(operations) if one.call in rows and one.kind == "call"]
    fused = [n for n in own if operations[n].name == _FUSED or operations[n].name in _MULTIHEAD]
    return fused or [n for n in own if _is_softmax(graph, n)]


def _is_softmax(graph: Graph, row: int) -> bool:
    operation = graph.recording.operations[row]
    is_large = bool(operation.outputs) and len(operation.outputs[0].shape) > 2  # noqa: PLR2004
    return operation.name in ("softmax", "_softmax") and is_large


def _softmax(observed: Observed, rows: frozenset[int]) -> torch.Tensor | None:
    recorded, kept = observed.graph.recording, kept_tensors(observed).operations
    own = [
        n for n in kept if recorded.operations[n].call in rows and _is_softmax(observed.graph, n)
    ]
    _refuse_many(len(own))
    return kept[own[0]][0].tensor if own and kept[own[0]] else None


def _multihead(observed: Observed, rows: frozenset[int]) -> Weights | None:
    """`torch.nn.MultiheadAttention`, called or inside a fused encoder layer."""
    calls = observed.graph.recording.calls
    for row in sorted(rows):
        live = observed.live[calls[row].module]
        if isinstance(live, nn.MultiheadAttention):
            return _multihead_weights(live, _arguments(observed, row)), _recomputed_note()
        if isinstance(live, nn.TransformerEncoderLayer) and len(rows) == 1:
            return _layer_weights(live, _arguments(observed, row)), _recomputed_note()
    return None


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


def _multihead_weights(live: nn.MultiheadAttention, given: dict[str, torch.Tensor]) -> torch.Tensor:
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


def _layer_weights(
    layer: nn.TransformerEncoderLayer, given: dict[str, torch.Tensor]
) -> torch.Tensor:
    source = given["src"]
    with torch.no_grad():
        taken = layer.norm1.forward(source) if layer.norm_first else source
    masks = {"key_padding_mask": "src_key_padding_mask", "attn_mask": "src_mask"}
    named = {own: given[other] for own, other in masks.items() if other in given}
    return _multihead_weights(
        layer.self_attn, {"query": taken, "key": taken, "value": taken, **named}
    )


def _eager(observed: Observed, module: int, row: int) -> Weights:
    """From a second run of the whole model with transformers' eager kernel."""
    config = getattr(observed.live[module], "config", None)
    implementation = getattr(config, "_attn_implementation", None)
    if observed.rerun is None or implementation in (None, "eager"):
        raise NoTensor("It computes no attention that is known.")
    again = observed.rerun(_watch(module), eager=True)
    weights = _returned(again, row)
    if weights is None:
        raise NoTensor("Its eager kernel returns no attention weights.")
    error = _difference(kept_tensors(observed), again, row)
    return weights, _checked_note(error, "a second run with the eager kernel")


def _difference(one: RunTensors, other: RunTensors, row: int) -> float:
    """How far two runs' first output is apart, relative to its extent."""
    pair = [next(iter(run.values.get((row, "output"), {}).values()), None) for run in (one, other)]
    if pair[0] is None or pair[1] is None:
        return 0.0
    first, second = (kept.tensor.detach().float() for kept in pair if isinstance(kept, Kept))
    if first.shape != second.shape:
        return float("inf")
    return float((first - second).abs().max() / first.abs().max().clamp(min=1e-6))


def _checked_note(error: float, origin: str) -> str:
    if error <= _TOLERANCE:
        return f"Weights recomputed from {origin}; they give the observed output."
    return f"Weights recomputed from {origin}; they do NOT give the observed output."


def _recomputed_note() -> str:
    return "Weights recomputed from the observed inputs, without dropout."

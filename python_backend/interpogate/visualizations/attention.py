"""The attention weights of a module, wherever they are to be had.

Which attentions a module computes is known from the data flow (`graph/attention.py`). Weights are
what the module returns; else those of `scaled_dot_product_attention`, computed again from what it
took; of `torch.nn.MultiheadAttention`; of a softmax; else of a second run with transformers' eager
kernel. What was computed again is checked against what was observed, and the note says so.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.graph.weights import Attention
from interpogate.trace.keeping import AttentionCall, Kept, RunTensors, Watch
from interpogate.visualizations.attention_weights import AttentionWeights
from interpogate.visualizations.find import call_row, checked, kept_tensors, row_of, short_name
from interpogate.visualizations.multihead import LAYERS, MULTIHEAD_NOTE, multihead_weights
from interpogate.visualizations.observed import Observed, Rerun
from interpogate.visualizations.places import Place
from interpogate.visualizations.problems import NoTensor, NotKept, NotRun
from interpogate.visualizations.value import Computed, Value

ATTENTION: Final = "attention"
NAMES = ("batch", "heads", "query", "key")
_SOFTMAX_NOTE = "Weights are what the softmax inside it returned."
_SINK_NOTE = "A part of each row went to a sink, which is left out."
_TOLERANCE = 0.02

Weights = tuple[torch.Tensor | Computed, str, tuple[str, ...]]
"""Weights, what is to be said about them, and the names of their dimensions."""


def has_attention(graph: Graph, live: tuple[nn.Module, ...], module: int) -> bool:
    """Whether one attention, and not several, is computed in a call of the module."""
    return len(attentions_in(graph, live, module)) == 1


def attentions_in(graph: Graph, live: tuple[nn.Module, ...], module: int) -> tuple[Attention, ...]:
    """The attentions that the first call of a module computes, in order."""
    if not graph.recording.calls_of(module):
        return ()
    return attentions_at(graph, live, inside(graph, row_of(graph, module)))


def own_attentions(graph: Graph, live: tuple[nn.Module, ...], module: int) -> int:
    """How many of them its own forward computes, so that no module inside could be chosen."""
    found = attentions_in(graph, live, module)
    rows = [graph.recording.operations[one.row].call for one in found if one.row >= 0]
    own = [row for row in rows if graph.recording.calls[row].module == module]
    return len(found) if len(own) == len(found) else 0


def attentions_at(
    graph: Graph, live: tuple[nn.Module, ...], rows: frozenset[int]
) -> tuple[Attention, ...]:
    """The attentions that these calls compute, in order."""
    recording = graph.recording
    found = [
        one
        for row, one in graph.attentions.items()
        if recording.operations[row].call in rows and _is_known(graph, live, one)
    ]
    is_layer = isinstance(live[recording.calls[min(rows)].module], LAYERS)
    return tuple(found) or ((Attention(-1, "multihead"),) if is_layer else ())


def _is_known(graph: Graph, live: tuple[nn.Module, ...], one: Attention) -> bool:
    """Whether its weights can be had; torch's function alone keeps them to itself."""
    call = graph.recording.operations[one.row].call
    return one.way != "multihead" or _layer_around(graph, live, call) >= 0


def _layer_around(graph: Graph, live: tuple[nn.Module, ...], call: int) -> int:
    """Row of the call of one of torch's layers that a call is, or is made in; -1 if of none."""
    while call >= 0 and not isinstance(live[graph.recording.calls[call].module], LAYERS):
        call = graph.recording.calls[call].parent
    return call


def is_attention_operation(graph: Graph, place: Place) -> bool:
    """Whether a node is an operation that makes attention weights."""
    found = [graph.attentions.get(row) for row in place.rows]
    return place.kind == "operation" and all(one and one.way != "multihead" for one in found)


def attention_watches(place: Place) -> frozenset[Watch]:
    """What a run must keep for the weights of these modules."""
    found = {Watch(module, ATTENTION) for module in place.modules}
    return frozenset(found | {Watch(module, "output") for module in place.modules})


def attention_value(observed: Observed, place: Place, call: int, number: str = "") -> Value:
    """Weights `(batch, heads, query, key)`; of a group `(layers, …)`. Raises `NothingToSee`.

    Where a module computes several attentions, `number` is the one meant, from 1.
    """
    if place.kind == "operation":
        found = [_of_operation(observed, place, call)]
    else:
        calls = zip(place.modules, place.numbers(call), strict=True)
        found = [_weights_of(observed, module, own, number) for module, own in calls]
    shapes = {tuple(weights.shape) for weights, _, _ in found}
    if len(shapes) > 1:
        raise NoTensor("The members' attention differs in shape.", hint="Choose one of them.")
    notes = dict.fromkeys(note for _, note, _ in found if note)
    shape, names = next(iter(shapes)), found[0][2]
    return Value(
        tuple(weights for weights, _, _ in found),
        f"{ATTENTION}.{number}" if number else ATTENTION,
        is_stack=place.is_group,
        note=" ".join(notes),
        names=names_of(observed, names, shape),
        labels=tuple(short_name(observed.graph, index) for index in place.modules),
        is_probability=True,
    )


def names_of(observed: Observed, names: tuple[str, ...], shape: tuple[int, ...]) -> tuple[str, ...]:
    """Names of the dimensions of weights; what is not certain stays without a name."""
    if len(names) != len(shape):
        return NAMES[-len(shape) :] if len(shape) <= len(NAMES) else ()
    first, size = names[0], shape[0]
    if first != "batch" or size in (1, observed.batch_size):
        return names
    if len(shape) < len(NAMES) and observed.batch_size == 1 and size in observed.head_counts:
        return ("heads", *names[1:])
    return ("", *names[1:])


def inside(graph: Graph, row: int) -> frozenset[int]:
    """Rows of a call and of all calls made in it."""
    found = {row}
    for number in range(row + 1, len(graph.recording.calls)):
        if graph.recording.calls[number].parent in found:
            found.add(number)
    return frozenset(found)


def chosen_attention(found: tuple[Attention, ...], number: str) -> Attention | None:
    """The only attention, or the one of a number from 1; None if there is none.

    Raises `NoTensor` for a number that none has, and for several without a number.
    """
    count = len(found)
    if not number:
        _refuse_many(count)
        return found[0] if found else None
    if not number.isdecimal() or not 1 <= int(number) <= count:
        raise NoTensor(f"There is no attention {number}: {count} are computed in it.")
    return found[int(number) - 1]


def _refuse_many(count: int) -> None:
    if count > 1:
        raise NoTensor(
            f"{count} attentions are computed in it.",
            hint="Choose one of the modules inside, or one attention by its number.",
        )


def _of_operation(observed: Observed, place: Place, call: int) -> Weights:
    """Weights of one operation."""
    graph = observed.graph
    if not is_attention_operation(graph, place):
        raise NoTensor("This operation computes no attention that is known.")
    if not 1 <= call <= len(place.rows):
        raise NotRun(f"The operation ran {len(place.rows)} times: there is no call {call}.")
    return _of_row(observed, graph.attentions[place.rows[call - 1]], place.modules[0])


def _weights_of(observed: Observed, module: int, call: int, number: str) -> Weights:
    row, _ = call_row(observed, module, call)
    tensors, rows = kept_tensors(observed), inside(observed.graph, row)
    found = attentions_at(observed.graph, observed.live, rows)
    attention = chosen_attention(found, number)
    if attention is None:
        return _by_other_ways(observed, module, row, rows)
    returned = _returned(tensors, row) if len(found) == 1 and attention.way != "fused" else None
    if returned is not None and attention.shape in ((), tuple(returned.shape)):
        return returned, "", attention.names
    if attention.way == "multihead":
        call_of = (
            observed.graph.recording.operations[attention.row].call if attention.row >= 0 else row
        )
        layer = _layer_around(observed.graph, observed.live, call_of)
        return multihead_weights(observed, layer), MULTIHEAD_NOTE, ()
    return _of_row(observed, attention, module)


def _of_row(observed: Observed, attention: Attention, module: int) -> Weights:
    """Weights of an operation that was kept. Raises `NotKept`."""
    tensors = kept_tensors(observed)
    fused, results = tensors.attentions.get(attention.row), tensors.operations.get(attention.row)
    if attention.way == "fused" and fused is not None:
        return _recomputed(fused, attention, module)
    if attention.way == "softmax" and results:
        note = f"{_SOFTMAX_NOTE} {_SINK_NOTE}" if attention.has_sink else _SOFTMAX_NOTE
        return _in_order(results[0], attention), note, attention.names
    raise NotKept("The attention was not kept.", _watch(module))


def _in_order(kept: Kept, attention: Attention) -> torch.Tensor:
    """What a softmax returned as `(batch, heads, query, key)`, without sinks."""
    first, last = attention.keys
    weights = checked(kept.tensor).reshape(attention.groups).permute(attention.order)
    return weights[..., first:last].reshape(attention.shape)


def _recomputed(call: AttentionCall, attention: Attention, module: int) -> Weights:
    if any(kept.is_changed for kept in call.operands.values()):
        raise NotKept("The model changed queries or keys in place.", _watch(module))
    weights = AttentionWeights(call)
    note = _checked_note(weights.largest_error(), "the observed queries and keys")
    return weights, note, attention.names


def _by_other_ways(observed: Observed, module: int, row: int, rows: frozenset[int]) -> Weights:
    """Weights of a module in which no attention was observed."""
    operations = (one for one in observed.graph.recording.operations if one.call in rows)
    if any("softmax" in one.name for one in operations):
        raise NoTensor(
            "It computes no attention that is known: no softmax in it is seen to weigh values by "
            "queries and keys."
        )
    implementation = _implementation(observed, module)
    returned = _returned(kept_tensors(observed), row) if implementation else None
    if returned is not None:
        return returned, "", NAMES
    if observed.rerun is None or implementation in ("", "eager"):
        raise NoTensor("It computes no attention that is known.")
    return _eager(observed, observed.rerun, module, row)


def _implementation(observed: Observed, module: int) -> str:
    """Transformers' name of a module's kernel; empty if it is none of theirs."""
    config = getattr(observed.live[module], "config", None)
    return getattr(config, "_attn_implementation", None) or ""


def _watch(module: int) -> frozenset[Watch]:
    return frozenset({Watch(module, ATTENTION), Watch(module, "output")})


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


def _eager(observed: Observed, rerun: Rerun, module: int, row: int) -> Weights:
    """From a second run of the whole model with transformers' eager kernel."""
    again = rerun(_watch(module), eager=True)
    weights = _returned(again, row)
    if weights is None:
        raise NoTensor("Its eager kernel returns no attention weights.")
    error = _difference(kept_tensors(observed), again, row)
    return weights, _checked_note(error, "a second run with the eager kernel"), NAMES


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

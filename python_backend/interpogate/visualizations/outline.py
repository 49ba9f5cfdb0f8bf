"""The shape of a tensor that a block would be of, from what was recorded: no tensor is needed.

So that one can choose a block before anything ran, or without waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from interpogate.graph.recording import Call
from interpogate.graph.values import Tensor
from interpogate.graph.weights import Attention
from interpogate.protocol import messages as m
from interpogate.visualizations.attention import (
    ATTENTION,
    attentions_in,
    chosen_attention,
    is_attention_operation,
    names_of,
)
from interpogate.visualizations.find import call_row, find_value, keyed, row_of
from interpogate.visualizations.lookup import derived_name
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place, place_of
from interpogate.visualizations.problems import NoTensor, NotRun
from interpogate.visualizations.residual import RESIDUAL, stack_of
from interpogate.visualizations.value import Value


def outline(observed: Observed, node: str, value: m.ValueReference, call: int = 1) -> Value:
    """The value as `value_of` would find it, without its entries. Raises `NothingToSee`."""
    place = place_of(observed.graph, node)
    derived = derived_name(observed, node, value)
    if derived == ATTENTION:
        return _attention(observed, place, value.keys[1] if len(value.keys) > 1 else "")
    if derived == RESIDUAL:
        return _residual(observed, place)
    if value.side == "parameter" or place.kind == "parameter":
        return find_value(observed, node, value)
    if place.kind == "operation":
        rows = place.rows[call - 1 : call] or place.rows
        return _value(place, [_of_operation(observed, replace(place, rows=rows), value)])
    side, keys = value.side, value.keys
    if place.kind != "modules":
        side = "input" if place.kind == "argument" else "output"
        keys = tuple(place.name.split(".")) if place.name else ()
    calls = zip(place.modules, place.numbers(call), strict=True)
    return _value(place, [_of_call(observed, one, number, side, keys) for one, number in calls])


def _value(place: Place, tensors: list[Tensor], names: Sequence[str] = ()) -> Value:
    if len({(one.shape, one.dtype) for one in tensors}) > 1:
        raise NoTensor("The members' tensors differ in shape.", hint="Choose one of the members.")
    members = tuple(_without_entries(one) for one in tensors)
    return Value(members, "", is_stack=place.is_group, names=tuple(names))


def _without_entries(tensor: Tensor) -> torch.Tensor:
    dtype = getattr(torch, tensor.dtype, torch.float32)
    return torch.empty(tensor.shape, dtype=dtype, device="meta")


def _of_call(
    observed: Observed, module: int, number: int, side: m.ValueSide, keys: tuple[str, ...]
) -> Tensor:
    _, call = call_row(observed, module, number)
    structure = call.inputs if side == "input" else call.outputs
    for row, own in keyed(structure):
        if own == keys and row.tensor is not None:
            return row.tensor
    raise NoTensor(f"The {' '.join((side, *keys))} is no tensor.")


def _of_operation(observed: Observed, place: Place, value: m.ValueReference) -> Tensor:
    recording, row = observed.graph.recording, place.rows[0]
    number = int(value.keys[0]) if value.keys and value.keys[0].isdecimal() else 0
    taken = [flow.tensor for flow in recording.flows if flow.target == row]
    found = taken if value.side == "input" else recording.operations[row].outputs
    if number >= len(found):
        raise NoTensor("The operation has no such tensor.")
    return found[number]


def _residual(observed: Observed, place: Place) -> Value:
    stack = stack_of(observed.graph, place)
    if not stack:
        raise NoTensor("There is no stack of equal blocks in it.", hint="Choose a group of blocks.")
    _, call = call_row(observed, stack[0], 1)
    tensor = next(row.tensor for row in call.outputs if row.tensor)
    members = (_without_entries(tensor),) * (len(stack) + 1)
    return Value(members, RESIDUAL, is_stack=True, stack=stack)


def _attention(observed: Observed, place: Place, number: str) -> Value:
    graph = observed.graph
    if is_attention_operation(graph, place):
        found = [graph.attentions[place.rows[0]]]
        shapes = [_shape_of(found[0])]
    else:
        found = [_chosen(observed, module, number) for module in place.modules]
        pairs = zip(found, place.modules, strict=True)
        shapes = [_shape_in(observed, one, module) for one, module in pairs]
    names = names_of(observed, found[0].names, shapes[0])
    return _value(place, [Tensor(shape, "float32", "cpu") for shape in shapes], names)


def _chosen(observed: Observed, module: int, number: str) -> Attention:
    call_row(observed, module, 1)
    found = chosen_attention(attentions_in(observed.graph, observed.live, module), number)
    if found is None:
        raise NotRun("Its attention is known only after a run.")
    return found


def _shape_in(observed: Observed, attention: Attention, module: int) -> tuple[int, ...]:
    if attention.way != "multihead":
        return _shape_of(attention)
    graph = observed.graph
    row = graph.recording.operations[attention.row].call if attention.row >= 0 else -1
    call = graph.recording.calls[row if row >= 0 else row_of(graph, module)]
    live = observed.live[call.module]
    if isinstance(live, (nn.MultiheadAttention, nn.TransformerEncoderLayer)):
        return _multihead_shape(live, call)
    raise NotRun("Its attention is known only after a run.")


def _shape_of(attention: Attention) -> tuple[int, ...]:
    if not attention.shape:
        raise NotRun("Its attention is known only after a run.")
    return attention.shape


def _multihead_shape(
    live: nn.MultiheadAttention | nn.TransformerEncoderLayer, call: Call
) -> tuple[int, ...]:
    attention = live if isinstance(live, nn.MultiheadAttention) else live.self_attn
    shapes = [row.tensor.shape for row in call.inputs if row.depth == 0 and row.tensor]
    query, key = shapes[0], shapes[1 if live is attention and len(shapes) > 1 else 0]
    if len(query) == 2:  # noqa: PLR2004 (without a batch)
        return (attention.num_heads, query[0], key[0])
    first = 0 if attention.batch_first else 1
    return (query[first], attention.num_heads, query[1 - first], key[1 - first])

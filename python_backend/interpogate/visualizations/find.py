"""Finds the tensor that a block names among what was kept of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import nn

from interpogate.graph.graph import Graph
from interpogate.graph.recording import Call
from interpogate.graph.values import Structure
from interpogate.graph.values import Value as GraphValue
from interpogate.protocol import messages as m
from interpogate.trace.keeping import Kept, RunTensors, Side, Watch, has_no_values
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.places import Place, place_of
from interpogate.visualizations.problems import NotCalled, NoTensor, NotKept, NotRun
from interpogate.visualizations.value import Value

_NO_VALUES = "The tensor has no values: the model ran on meta or fake tensors."


def find_value(observed: Observed, node: str, value: m.ValueReference, call: int = 1) -> Value:
    """The tensor a block is of. Raises `NothingToSee`; `NotKept` if a re-run would help."""
    return find_at(observed, place_of(observed.graph, node), value, call)


def find_at(observed: Observed, place: Place, value: m.ValueReference, call: int = 1) -> Value:
    """The same for a place. Raises `NothingToSee`."""
    if place.kind == "parameter":
        return _parameter(observed, place, (place.name,))
    if value.side == "parameter":
        return _parameter(observed, place, value.keys)
    if place.kind == "operation":
        return _operation(observed, place, value, call)
    if place.kind != "modules":
        side: Side = "input" if place.kind == "argument" else "output"
        keys = tuple(place.name.split(".")) if place.name else ()
        return _of_modules(observed, place, m.ValueReference(side=side, keys=keys), call)
    return _of_modules(observed, place, value, call)


def watches_of(observed: Observed, node: str, value: m.ValueReference) -> frozenset[Watch]:
    """What a run must keep for a block; empty for parameters. Raises `NothingToSee`."""
    place = place_of(observed.graph, node)
    if value.side == "parameter" or place.kind == "parameter":
        return frozenset()
    if place.kind == "operation":
        return frozenset({Watch(place.modules[0], "operation", place.name)})
    side = {"argument": "input", "result": "output"}.get(place.kind, value.side)
    what: Side = "input" if side == "input" else "output"
    return frozenset(Watch(module, what) for module in place.modules)


def row_of(graph: Graph, module: int) -> int:
    """Row of a module's first call, which must exist."""
    return next(row for row, one in enumerate(graph.recording.calls) if one.module == module)


def kept_result(observed: Observed, name: str) -> torch.Tensor | None:
    """A tensor `(batch, …, …)` that the model returned under a name, its first entry as float32.

    None if it is not there, or not any more.
    """
    if observed.tensors is None or not observed.graph.recording.calls_of(0):
        return None
    row = row_of(observed.graph, 0)
    kept = observed.tensors.values.get((row, "output"), {}).get((name,))
    if kept is None or kept.is_changed or kept.tensor.dim() != 3 or kept.tensor.is_meta:  # noqa: PLR2004
        return None
    return kept.tensor[0].detach().float().cpu()


def call_row(observed: Observed, module: int, call: int) -> tuple[int, Call]:
    """Row of a module's call, from 1. Raises `NotRun`."""
    recording, path = observed.graph.recording, observed.graph.tree.modules[module].path
    own = [(row, one) for row, one in enumerate(recording.calls) if one.module == module]
    if not own:
        if observed.graph.origin == "run":
            raise NotCalled(f"{path} did not run in this forward pass.")
        raise NotRun(f"{path} did not run.")
    if not 1 <= call <= len(own):
        raise NotRun(f"{path} ran {len(own)} times: there is no call {call}.")
    return own[call - 1]


def kept_tensors(observed: Observed) -> RunTensors:
    """What was kept of the run. Raises `NotKept`, `NotRun`."""
    if observed.tensors is None:
        if observed.graph.origin != "run":
            raise NotRun("There is no run yet.")
        raise NotKept("The tensors of this run are not kept any more.")
    return observed.tensors


def _of_modules(observed: Observed, place: Place, value: m.ValueReference, call: int) -> Value:
    calls = zip(place.modules, place.numbers(call), strict=True)
    members = [_of_module(observed, module, value, number) for module, number in calls]
    name = ".".join((value.side, *value.keys))
    labels = tuple(short_name(observed.graph, index) for index in place.modules)
    return stacked(members, name, labels) if place.is_group else Value((members[0],), name)


def stacked(members: Sequence[torch.Tensor], name: str, labels: tuple[str, ...]) -> Value:
    """The tensors of a group's members. Raises `NoTensor` if their shapes differ."""
    first = members[0]
    if any(one.shape != first.shape or one.dtype != first.dtype for one in members):
        raise NoTensor(
            "The members' tensors differ in shape.", hint="Unfold the group and choose one of them."
        )
    return Value(tuple(members), name, is_stack=True, labels=labels)


def _of_module(observed: Observed, module: int, value: m.ValueReference, call: int) -> torch.Tensor:
    row, record = call_row(observed, module, call)
    side: Side = "input" if value.side == "input" else "output"
    if record.failed and side == "output":
        raise NotRun("It did not return.", hint="Choose one of its inputs.")
    structure = record.inputs if side == "input" else record.outputs
    if not _is_tensor(structure, value.keys):
        raise NoTensor(f"The {' '.join((side, *value.keys))} is no tensor.")
    keys = _as_given(record, value.keys) if side == "input" else value.keys
    found = kept_tensors(observed).values.get((row, side), {}).get(keys)
    return unchanged(observed, found, frozenset({Watch(module, side)}))


def unchanged(observed: Observed, kept: Kept | None, watches: frozenset[Watch]) -> torch.Tensor:
    """A kept tensor as it was. Raises `NotKept`, `NoTensor`."""
    if kept is None:
        full = kept_tensors(observed).is_full
        why = "did not fit into the tensor memory" if full else "was not kept"
        raise NotKept(f"The tensor {why}.", watches)
    if kept.is_changed:
        raise NotKept("The model changed the tensor in place afterwards.", watches)
    return checked(kept.tensor)


def checked(tensor: torch.Tensor) -> torch.Tensor:
    """A tensor that can be read. Raises `NoTensor`."""
    if has_no_values(tensor):
        raise NoTensor(_NO_VALUES, hint="Run the model with real weights and inputs.")
    if tensor.is_nested:
        raise NoTensor("The tensor is nested: its rows differ in length.")
    return tensor.to_dense() if tensor.layout is not torch.strided else tensor


def _is_tensor(structure: Structure, keys: tuple[str, ...]) -> bool:
    """Whether the row of a structure that these keys lead to is a tensor."""
    return any(row.tensor is not None for row, own in keyed(structure) if own == keys)


def keyed(structure: Structure) -> Iterator[tuple[GraphValue, tuple[str, ...]]]:
    """Each row of a structure with the keys that lead to it, empty ones left out."""
    chain: list[str] = []
    for row in structure:
        chain[row.depth :] = [row.key]
        yield row, tuple(part for part in chain if part)


def _as_given(call: Call, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of an input as they were at the call: positional arguments by number."""
    names = [row.key for row in call.inputs if row.depth == 0]
    number = names.index(keys[0]) if keys and keys[0] in names else len(names)
    return (str(number), *keys[1:]) if number < call.positional else keys


def _parameter(observed: Observed, place: Place, keys: tuple[str, ...]) -> Value:
    members = [_own_tensor(observed.live[module], keys) for module in place.modules]
    name = ".".join(keys)
    if not place.is_group:
        return Value((members[0],), name, is_parameter=True)
    labels = tuple(short_name(observed.graph, index) for index in place.modules)
    found = stacked(members, name, labels)
    return Value(found.members, name, is_stack=True, labels=labels, is_parameter=True)


def _own_tensor(module: nn.Module, keys: tuple[str, ...]) -> torch.Tensor:
    name = ".".join(keys)
    for own in (module._parameters, module._buffers):
        tensor = own.get(name)
        if tensor is not None:
            return checked(tensor.detach())
    raise NoTensor(f"The module has no parameter or buffer {name!r}.")


def _operation(observed: Observed, place: Place, value: m.ValueReference, call: int) -> Value:
    if not 1 <= call <= len(place.rows):
        raise NotRun(f"The operation ran {len(place.rows)} times: there is no call {call}.")
    number = int(value.keys[0]) if value.keys and value.keys[0].isdecimal() else 0
    row = place.rows[call - 1]
    kept = _operands(observed, row) if value.side == "input" else _results(observed, row)
    watches = frozenset({Watch(place.modules[0], "operation", place.name)})
    found = kept[number] if number < len(kept) else None
    name = f"{value.side}.{number}"
    return Value((unchanged(observed, found, watches),), name)


def _results(observed: Observed, row: int) -> tuple[Kept, ...]:
    """What an operation returned."""
    tensors = kept_tensors(observed)
    if row in tensors.attentions:
        return (tensors.attentions[row].operands["output"],)
    return tensors.operations.get(row, ())


def _operands(observed: Observed, row: int) -> tuple[Kept, ...]:
    """What an operation took, one for each flow that leads to it."""
    tensors = kept_tensors(observed)
    kept = tensors.operands.get(row, ())
    if row in tensors.attentions:
        taken = tensors.attentions[row].operands
        kept = tuple(one for name, one in taken.items() if name != "output")
    flows = [flow for flow in observed.graph.recording.flows if flow.target == row]
    return kept if len(kept) == len(flows) else ()


def short_name(graph: Graph, module: int) -> str:
    """A member of a list with the name of the list, such as `h.3`."""
    parts = graph.tree.modules[module].path.split(".")
    return ".".join(parts[-2:]) if parts[-1].isdigit() else parts[-1]

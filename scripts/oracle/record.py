"""One forward pass by its leaf calls: what each took, gave, wrote and left on its module."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from oracle.hooks import Key, LeafCalls, observing
from oracle.reads import Reads
from oracle.subject import Subject
from oracle.tensors import Keyed, cloned, name_of, same, tensors_in

_HELD_BY_TORCH = ("_parameters", "_buffers", "_modules", "forward")


@dataclass
class Leaf:
    """A call of a module that called no other one."""

    key: Key
    path: str
    module: nn.Module
    arguments: Any
    """Copies of what it was given, before it ran."""
    taken: Keyed
    """Every tensor that it could read: of its arguments, and what others put on the module."""
    given: Any = None
    """A copy of its output."""
    written: Keyed = field(default_factory=dict)
    """Arguments that it changed, as they were afterwards."""
    aliases: dict[str, str] = field(default_factory=dict)
    """Keys of the output that are the very tensor of an argument, with the argument's key."""
    kept: dict[str, Any] = field(default_factory=dict)
    """Attributes that it set on its module."""
    buffers: Keyed = field(default_factory=dict)
    """Its buffers where it changed them."""
    constant: frozenset[str] = frozenset()
    """Keys of the output that lie in the memory of a parameter or buffer: no data flows there."""
    random: Tensor | None = None
    """The random state afterwards, if it took random numbers."""

    @property
    def passed(self) -> frozenset[str]:
        """Arguments that it returned untouched, the very same tensors."""
        return frozenset(self.aliases.values()) - set(self.written)

    @property
    def sources(self) -> list[Tensor]:
        """All that others can take from it."""
        given = tensors_in(self.given).items()
        made = [tensor for key, tensor in given if key not in self.constant]
        made += self.written.values()
        return [*made, *tensors_in(self.kept).values()]


@dataclass
class Record:
    """All leaf calls in order, and the results."""

    leaves: dict[Key, Leaf]
    others: set[Key]
    """The calls of modules that called others."""
    results: dict[str, Keyed]
    """By name, the tensors that go by it."""
    reads: Reads


def recorded(subject: Subject) -> Record:
    """Run twice: once to see which calls are leaves, once to keep what they take and give."""
    calls = LeafCalls()
    with observing(subject.modules, calls):
        subject.run(lambda _, tensor: tensor.detach().clone())
    keeper = _Keeper(subject, set(calls.keys))
    with observing(subject.modules, keeper), keeper.reads.recording():
        output = subject.run(lambda _, tensor: tensor.detach().clone())
    return Record(keeper.leaves, calls.others, results_of(cloned(output)), keeper.reads)


def results_of(output: Any) -> dict[str, Keyed]:
    """The tensors of an output by name; a cache is no result, it only comes out for the next step.

    What has no name but a number is called `output.0`.
    """
    found: dict[str, Keyed] = {}
    for key, tensor in tensors_in(output).items():
        if "!" not in key:
            found.setdefault(result_name(name_of(key)), {})[key] = tensor
    return found


def result_name(name: str) -> str:
    """As pictures call it."""
    return f"output.{name}" if name.split(".", maxsplit=1)[0].isdecimal() else name


def takeable(module: nn.Module, first: set[int], args: Any, kwargs: Any) -> Keyed:
    """Every tensor that a call can read but its own first parameters, buffers and attributes."""
    found = tensors_in((args, kwargs))
    own = [*module._parameters.items(), *plain_attributes(module).items()]
    for name, value in own:
        if isinstance(value, Tensor) and id(value) not in first:
            found[f"self.{name}"] = value
    return found


def first_tensors(modules: list[nn.Module]) -> set[int]:
    """Ids of the tensors that modules hold before anything ran."""
    return {
        id(value)
        for module in modules
        for value in (*module._parameters.values(), *vars(module).values())
        if isinstance(value, Tensor)
    }


def plain_attributes(module: nn.Module) -> dict[str, Any]:
    """What a class of the user's put on the module."""
    return {name: value for name, value in vars(module).items() if name not in _HELD_BY_TORCH}


class _Keeper:
    """Keeps each leaf call."""

    def __init__(self, subject: Subject, wanted: set[Key]) -> None:
        self.leaves: dict[Key, Leaf] = {}
        self.reads = Reads()
        self._subject = subject
        self._wanted = wanted
        self._first = first_tensors(subject.modules)
        self._held = {_memory(t) for m in subject.modules for t in _own(m)}
        self._before: tuple[dict[str, Any], Keyed, Tensor] = ({}, {}, torch.empty(0))
        self._passing: Any = None

    def entered(self, key: Key, args: Any, kwargs: Any, /) -> None:
        """Keep what a leaf takes."""
        if key not in self._wanted:
            return
        self._passing = self.reads.passing()
        self._passing.__enter__()
        module = self._subject.modules[key[0]]
        taken = takeable(module, self._first, args, kwargs)
        self.leaves[key] = Leaf(
            key, self._subject.paths[key[0]], module, cloned((args, kwargs)),
            {name: tensor.detach().clone() for name, tensor in taken.items()},
        )  # fmt: skip
        self._before = (plain_attributes(module), _buffers(module), torch.get_rng_state())

    def left(self, key: Key, args: Any, kwargs: Any, output: Any, /) -> None:
        """Keep what it gave and changed."""
        if key not in self._wanted:
            return
        leaf = self.leaves[key]
        attributes, buffers, random = self._before
        now = plain_attributes(leaf.module)
        after = takeable(leaf.module, self._first, args, kwargs)
        leaf.written = {
            name: tensor.detach().clone()
            for name, tensor in after.items()
            if name in leaf.taken and not same(tensor, leaf.taken[name])
        }
        leaf.aliases = _aliases(output, after)
        made = tensors_in(output).items()
        leaf.constant = frozenset(key for key, tensor in made if _memory(tensor) in self._held)
        leaf.given = cloned(output)
        leaf.kept = cloned({n: v for n, v in now.items() if attributes.get(n) is not v})
        current = _buffers(leaf.module)
        leaf.buffers = {n: t for n, t in current.items() if not _as_before(n, t, buffers)}
        state = torch.get_rng_state()
        leaf.random = None if torch.equal(state, random) else state
        self._passing.__exit__(None, None, None)


def _own(module: nn.Module) -> list[Tensor]:
    own = (*module._parameters.values(), *module._buffers.values())
    return [tensor for tensor in own if tensor is not None]


def _memory(tensor: Tensor) -> int:
    """Where its values lie; a number of its own for what has no plain memory or none."""
    try:
        return tensor.untyped_storage().data_ptr() or id(tensor)
    except (NotImplementedError, RuntimeError):
        return id(tensor)


def _buffers(module: nn.Module) -> Keyed:
    own = module._buffers.items()
    return {name: tensor.detach().clone() for name, tensor in own if tensor is not None}


def _as_before(name: str, tensor: Tensor, before: Keyed) -> bool:
    return name in before and same(before[name], tensor)


def _aliases(output: Any, arguments: Keyed) -> dict[str, str]:
    names = {id(tensor): name for name, tensor in arguments.items()}
    made = tensors_in(output).items()
    return {key: names[id(tensor)] for key, tensor in made if id(tensor) in names}

"""The recorded pass again, with every leaf call's output pinned to its recorded value, but some.

Leaf modules do not run: their outputs are put in the place of their forward, and what they wrote
into their arguments is written again. So a change in one output reaches the inputs of those alone
that take it directly.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from oracle.hooks import Key, observing
from oracle.perturbation import perturbed
from oracle.reads import Diverged
from oracle.record import Leaf, Record, first_tensors, results_of, takeable
from oracle.subject import Subject
from oracle.tensors import Keyed, name_of, rebuilt, same, same_shape

Site = tuple[str, Any]
"""`("input", name)`, `("leaf", key)` or `("result", name)`."""
INPUT, LEAF, RESULT = "input", "leaf", "result"


@dataclass
class Outcome:
    """What one replay showed."""

    changed: dict[Site, frozenset[str]] = field(default_factory=dict)
    """Targets that took other values, with the keys of the tensors."""
    reshaped: set[Site] = field(default_factory=set)
    """Targets that took tensors of another shape only."""
    reached: set[Site] = field(default_factory=set)
    """All targets that were compared."""
    problem: str = ""
    """Why it did not come to its end."""


def replayed(subject: Subject, record: Record, changes: Mapping[Site, str]) -> Outcome:
    """Replay with the outputs and inputs in `changes` perturbed, each in the way it names."""
    pins = _Pins(subject, record, changes)
    output: Any = None
    try:
        with observing(subject.modules, pins), pins.in_place(), record.reads.replaying():
            output = subject.run(pins.argument)
    except Exception as error:  # noqa: BLE001 (values it was never made for: any error may come)
        pins.outcome.problem = f"{type(error).__name__}: {error}"[:120]
        return pins.outcome
    missing = len(record.leaves) - len(pins.seen)
    pins.outcome.problem = f"{missing} calls fewer" if missing else ""
    found = results_of(output)
    for name, before in record.results.items():
        pins.compare((RESULT, name), before, found.get(name, {}))
    return pins.outcome


class _Pins:
    """Replaces the forward of each leaf call."""

    def __init__(self, subject: Subject, record: Record, changes: Mapping[Site, str]) -> None:
        self.outcome = Outcome()
        self.seen: set[Key] = set()
        self._subject = subject
        self._record = record
        self._changes = changes
        self._first = first_tensors(subject.modules)
        self._passing: Any = None
        self._waiting: Leaf | None = None

    def argument(self, name: str, tensor: Tensor) -> Tensor:
        """An input of the model, changed if it is among the changes."""
        with self._record.reads.passing():
            return self._value((INPUT, name_of(name)), tensor, name)

    def entered(self, key: Key, args: Any, kwargs: Any, /) -> None:
        """Compare what a leaf takes; its forward is to answer with what was recorded."""
        leaf = self._record.leaves.get(key)
        if leaf is None:
            if key not in self._record.others:
                raise Diverged("another call")
            return
        self.seen.add(key)
        self._passing = self._record.reads.passing()
        self._passing.__enter__()
        self.compare((LEAF, key), leaf.taken, takeable(leaf.module, self._first, args, kwargs))
        self._waiting = leaf

    def left(self, key: Key, _args: Any, _kwargs: Any, _output: Any, /) -> None:
        """What is read from now on is pinned again."""
        if key in self._record.leaves:
            self._passing.__exit__(None, None, None)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Every leaf module answers with what was recorded inside the block."""
        modules = {leaf.key[0]: leaf.module for leaf in self._record.leaves.values()}
        before = [(vars(module), vars(module).get("forward")) for module in modules.values()]
        try:
            for module in modules.values():
                vars(module)["forward"] = self._stand_in(module.forward)
            yield
        finally:
            for own, forward in before:
                own.pop("forward", None)
                if forward is not None:
                    own["forward"] = forward

    def compare(self, site: Site, before: Keyed, now: Keyed) -> None:
        """Note whether a target takes what it took when recorded."""
        self.outcome.reached.add(site)
        differing = [n for n, t in before.items() if n not in now or not same(t, now[n])]
        values = [n for n in differing if n in now and same_shape(before[n], now[n])]
        if values:
            self.outcome.changed[site] = frozenset(values)
        elif differing or (site[0] == LEAF and now.keys() - before.keys()):
            self.outcome.reshaped.add(site)

    def _stand_in(self, forward: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(forward)
        def stand_in(*args: Any, **kwargs: Any) -> Any:
            leaf, self._waiting = self._waiting, None
            if leaf is None:
                return forward(*args, **kwargs)
            return self._pinned(leaf, args, kwargs)

        return stand_in

    def _pinned(self, leaf: Leaf, args: Any, kwargs: Any) -> Any:
        """What the leaf would do: write, set attributes, give."""
        site = (LEAF, leaf.key)
        arguments = takeable(leaf.module, self._first, args, kwargs)
        for name, after in leaf.written.items():
            _write(arguments[name], self._value(site, after, name))
        for name, value in leaf.kept.items():
            setattr(leaf.module, name, rebuilt(value, lambda k, t: self._value(site, t, k)))
        for name, value in leaf.buffers.items():
            leaf.module._buffers[name] = value.clone()
        if leaf.random is not None:
            torch.set_rng_state(leaf.random)

        def output(key: str, tensor: Tensor) -> Tensor:
            alias = leaf.aliases.get(key)
            if alias in leaf.written:
                return arguments[alias]
            return tensor.clone() if key in leaf.constant else self._value(site, tensor, key)

        return rebuilt(leaf.given, output)

    def _value(self, site: Site, tensor: Tensor, key: str) -> Tensor:
        kind = self._changes.get(site)
        if kind is None:
            return tensor.detach().clone()
        return perturbed(tensor, kind, sum(map(ord, f"{site}{key}")))


def _write(tensor: Tensor, value: Tensor) -> None:
    if tensor.shape != value.shape:
        raise Diverged("written into another shape")
    tensor.detach().copy_(value)

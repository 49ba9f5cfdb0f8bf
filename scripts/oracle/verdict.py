"""Compares what is shown with what the replays showed, and says each difference in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from oracle.flows import Truth, examined
from oracle.perturbation import KINDS, perturbed
from oracle.record import Leaf, Record, recorded
from oracle.replay import INPUT, LEAF, RESULT, Site
from oracle.shown import Views, shown
from oracle.sites import Shown
from oracle.subject import Subject
from oracle.tensors import rebuilt, same, tensors_in

Flow = tuple[Site, Site]


@dataclass
class Verdict:
    """The outcome for one model."""

    flows: int = 0
    lost: dict[str, list[str]] = field(default_factory=dict)
    """By reading, `all` or `essential`: real flows that are not shown."""
    false: dict[str, list[str]] = field(default_factory=dict)
    """By reading: flows that are shown and not real."""
    unconfirmed: list[str] = field(default_factory=list)
    """Shown, and no replay reached the target with another value."""
    missing: list[str] = field(default_factory=list)
    replays: int = 0
    left_out: int = 0
    unstable: int = 0
    problem: str = ""
    """Why nothing can be said at all."""

    @property
    def differences(self) -> list[str]:
        """All that is wrong, in words, what the default picture shows first."""
        found = [f"{name} was not recorded" for name in self.missing]
        for reading in ("essential", "edges", "all"):
            found += [f"lost in {reading}: {flow}" for flow in self.lost.get(reading, ())]
            found += [f"false in {reading}: {flow}" for flow in self.false.get(reading, ())]
        return found

    @property
    def note(self) -> str:
        """Why nothing or not all could be examined; empty if all was."""
        if self.problem:
            return self.problem
        parts = [f"{self.left_out} sources not perturbed"] if self.left_out else []
        parts += [f"{self.unstable} targets differ by themselves"] if self.unstable else []
        return ", ".join(parts)


Alter = Callable[[Views], Views]


def verdict(model: nn.Module, *args: Any, alter: Alter | None = None, **kwargs: Any) -> Verdict:
    """Examine one model on one set of inputs; `alter` changes what is shown, to test the oracle."""
    fused = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # what it fuses has no leaf calls
    try:
        return _examined(Subject(model, args, kwargs), alter)
    finally:
        torch.backends.mha.set_fastpath_enabled(fused)


def _examined(subject: Subject, alter: Alter | None) -> Verdict:
    record = recorded(subject)
    views = shown(subject, record)
    views = alter(views) if alter else views
    try:
        truth = examined(subject, record, _union(views.all, views.essential))
    except RuntimeError as error:
        return Verdict(problem=str(error))
    return _Comparison(subject, record, views, truth).verdict()


def _union(one: Shown, other: Shown) -> Shown:
    return {
        target: one.get(target, set()) | other.get(target, set()) for target in {**one, **other}
    }


class _Comparison:
    def __init__(self, subject: Subject, record: Record, views: Views, truth: Truth) -> None:
        self._subject = subject
        self._record = record
        self._views = views
        self._truth = truth
        self._uses: dict[tuple[Site, frozenset[str]], bool] = {}

    def verdict(self) -> Verdict:
        """Both readings."""
        truth, found = self._truth, Verdict()
        readings = {"all": self._views.all, "essential": self._views.essential}
        found.lost = {name: self._said(self._lost(view)) for name, view in readings.items()}
        found.false = {name: self._said(self._false(view)) for name, view in readings.items()}
        found.lost["edges"], found.false["edges"] = self._picture()
        found.flows = len(truth.real)
        found.unconfirmed = self._said(truth.open | self._selected())
        found.missing = self._views.missing
        found.replays, found.left_out = truth.replays, truth.left_out
        found.unstable = len(truth.unstable)
        return found

    def _lost(self, view: Shown) -> set[Flow]:
        lost: set[Flow] = set()
        for (source, target), names in self._truth.real.items():
            said = view.get(target, set())
            if source in said or said & self._behind(source):
                continue
            if self._is_used(target, names):
                lost.add((source, target))
        return lost

    def _false(self, view: Shown) -> set[Flow]:
        refuted = self._truth.refuted - self._selected()
        return {
            (source, target)
            for target, sources in view.items()
            for source in sources
            if (source, target) in refuted
            and not self._is_constant(source)
            and not self._is_passed(source, target)
        }

    def _picture(self) -> tuple[list[str], list[str]]:
        """What the edges lack or add beyond the default reading that they are made of."""
        picture = self._views.picture
        essential = self._views.essential
        good = {(s, t) for s, t in self._truth.real if s in essential.get(t, set())}
        lost = {(s, t) for s, t in good if picture.lacks(picture.place(s), picture.place(t))}
        known = {(s, t) for t, sources in essential.items() for s in sources}
        places = {(picture.place(s), picture.place(t)) for s, t in known}
        false = picture.invents(places)
        return self._said(lost), sorted(f"{source[1]} -> {target[1]}" for source, target in false)

    def _selected(self) -> set[Flow]:
        """Shown flows through an operation that may leave out all that the source gave."""
        paths = self._views.paths
        return {flow for flow in self._truth.refuted if not paths.must_carry(*flow)}

    def _behind(self, source: Site) -> set[Site]:
        """Whose very tensor a leaf call returned: nothing can tell the two apart afterwards."""
        found: set[Site] = set()
        waiting = [source]
        while waiting:
            site = waiting.pop()
            passed = self._record.leaves[site[1]].passed if site[0] == LEAF else frozenset()
            if passed:
                flows = self._truth.real.items()
                givers = {s for (s, t), names in flows if t == site and names & passed} - found
                found |= givers
                waiting += givers
        return found

    def _is_passed(self, source: Site, target: Site) -> bool:
        """Whether the target takes the source's very tensor from a call that returned it."""
        takes = {s for s, t in self._truth.real if t == target}
        return any(source in self._behind(taken) for taken in takes)

    def _is_constant(self, source: Site) -> bool:
        """Whether some of what it gives is a parameter's memory, which no replay changes."""
        return source[0] == LEAF and bool(self._record.leaves[source[1]].constant)

    def _is_used(self, target: Site, names: frozenset[str]) -> bool:
        if target[0] != LEAF:
            return True
        if (target, names) not in self._uses:
            leaf = self._record.leaves[target[1]]
            self._uses[target, names] = _depends(self._subject, leaf, names)
        return self._uses[target, names]

    def _said(self, flows: set[Flow]) -> list[str]:
        return sorted(f"{self._name(source)} -> {self._name(target)}" for source, target in flows)

    def _name(self, site: Site) -> str:
        if site[0] in (INPUT, RESULT):
            return f"{site[0]}:{site[1]}"
        key = site[1]
        calls = sum(1 for other in self._record.leaves if other[0] == key[0])
        path = self._subject.paths[key[0]]
        return f"{path}#{key[1]}" if calls > 1 else path


def _depends(subject: Subject, leaf: Leaf, names: frozenset[str]) -> bool:
    """Whether a leaf's output depends on these arguments; one that only asks for a type does not.

    The module runs alone, on what it was given.
    """
    if any(name.startswith("self.") for name in names):
        return True
    try:
        before = _run_alone(subject, leaf, names, "")
        return any(_differ(before, _run_alone(subject, leaf, names, kind)) for kind in KINDS)
    except Exception:  # noqa: BLE001 (a value it was never made for: it does look at it)
        return True


def _run_alone(subject: Subject, leaf: Leaf, names: frozenset[str], kind: str) -> Any:
    args, kwargs = rebuilt(
        leaf.arguments,
        lambda n, t: perturbed(t, kind, 7) if kind and n in names else t.detach().clone(),
    )
    subject.restore()
    try:
        with torch.no_grad():
            output = leaf.module(*args, **kwargs)
    finally:
        subject.restore()
    written = {n: t for n, t in tensors_in((args, kwargs)).items() if n not in names}
    return {**{f"output.{n}": t for n, t in tensors_in(output).items()}, **written}


def _differ(one: Any, other: Any) -> bool:
    return any(name not in other or not same(tensor, other[name]) for name, tensor in one.items())

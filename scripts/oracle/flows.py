"""Which flows are real: sources are perturbed, in groups where that loses nothing.

A group holds sources of which no two are said to reach the same target. If a target that one of
them is said to reach changes, that flow is confirmed; if another one changes, or one of those does
not, or the replay breaks, each source of the group is perturbed alone. So a model that is shown
right costs few replays, and every difference rests on replays with one source.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from torch import Tensor

from oracle.perturbation import kinds
from oracle.record import Record
from oracle.replay import INPUT, LEAF, Outcome, Site, replayed
from oracle.sites import Shown
from oracle.subject import Subject

_ALONE = 48
_SHUFFLES = 2
_COVERED = 6
"""A group is said to reach at most this part of all targets, or its neighbours would hide a lot."""
_ELEMENTS = 2_000_000_000
"""What all replays together may take and give: large models are examined in part."""
_LEAST_REPLAYS, _MOST_REPLAYS = 12, 400


@dataclass
class Truth:
    """What the replays showed."""

    real: dict[tuple[Site, Site], frozenset[str]] = field(default_factory=dict)
    """(source, target) with the tensors of the target that changed."""
    reshaped: set[tuple[Site, Site]] = field(default_factory=set)
    """The target took tensors of another shape: by index or length, not said to be data."""
    refuted: set[tuple[Site, Site]] = field(default_factory=set)
    """Said to flow, but whatever the source gives, the target takes the same."""
    open: set[tuple[Site, Site]] = field(default_factory=set)
    """Said to flow, and no replay with another value reached the target."""
    unstable: set[Site] = field(default_factory=set)
    """Targets that differ though nothing was changed: nothing is said of them."""
    replays: int = 0
    left_out: int = 0
    """Sources that were not perturbed, to bound the time."""


def examined(subject: Subject, record: Record, said: Shown) -> Truth:
    """Perturb every source and compare with what is said to flow."""
    return _Examination(subject, record, said).run()


class _Examination:
    def __init__(self, subject: Subject, record: Record, said: Shown) -> None:
        self._subject = subject
        self._record = record
        self._truth = Truth()
        self._targets: defaultdict[Site, set[Site]] = defaultdict(set)
        for target, sources in said.items():
            for source in sources:
                self._targets[source].add(target)
        given: dict[Site, list[Tensor]] = {(INPUT, n): t for n, t in subject.inputs.items()}
        given |= {(LEAF, key): leaf.sources for key, leaf in record.leaves.items()}
        self._kinds = {site: kinds(made) for site, made in given.items() if _has_values(made)}
        self._allowed = _allowed(record)

    def run(self) -> Truth:
        """All sources, in groups if there are many."""
        self._truth.unstable = self._unstable()
        sources = list(self._kinds)
        if len(sources) <= min(_ALONE, self._allowed):
            suspects = sources
        else:
            rounds = (self._grouped(sources, number) for number in range(_SHUFFLES))
            suspects = list(dict.fromkeys(source for found in rounds for source in found))
        for source in suspects[: self._allowed]:
            self._alone(source)
        self._truth.left_out += max(len(suspects) - self._allowed, 0)
        return self._truth

    def _unstable(self) -> set[Site]:
        outcome = self._replay({})
        if outcome.problem:
            raise RuntimeError(f"cannot be replayed: {outcome.problem}")
        return set(outcome.changed) | outcome.reshaped

    def _grouped(self, sources: list[Site], seed: int) -> list[Site]:
        groups = self._groups(sources, seed)
        wanted = groups[:: -(-len(groups) // self._allowed)]
        self._truth.left_out = len(sources) - sum(map(len, wanted))
        return [source for group in wanted for source in self._suspects(group)]

    def _groups(self, sources: list[Site], seed: int) -> list[list[Site]]:
        """Greedy: into the first group in which nobody reaches the same target."""
        most = max(len(self._record.leaves) // _COVERED, 1)
        groups: list[tuple[list[Site], set[Site]]] = []
        order = random.Random(seed).sample(sources, len(sources))  # noqa: S311 (an order)
        for source in order:
            targets = self._targets[source]
            free = next((g for g in groups if _fits(g[1], targets, most)), None)
            if free is None:
                free = ([], set())
                groups.append(free)
            free[0].append(source)
            free[1].update(targets)
        return [members for members, _ in groups]

    def _suspects(self, group: list[Site]) -> list[Site]:
        if any(len(self._kinds[source]) > 1 for source in group):
            return group if len(group) == 1 else [s for one in group for s in self._suspects([one])]
        outcome = self._replay({source: self._kinds[source][0][0] for source in group})
        claimed = {target: source for source in group for target in self._targets[source]}
        changed = outcome.changed.keys() | outcome.reshaped
        for target, names in outcome.changed.items():
            if target in claimed:
                self._truth.real.setdefault((claimed[target], target), names)
        if outcome.problem or outcome.changed.keys() - claimed.keys() - self._truth.unstable:
            return group
        return list({claimed[target] for target in claimed.keys() - changed})

    def _alone(self, source: Site) -> None:
        """One source by itself, in every way until all that it is said to reach has changed."""
        waiting = set(self._targets[source]) - self._truth.unstable
        is_reached: set[Site] = set()
        for ways in self._kinds[source]:
            for kind in ways:
                outcome = self._replay({source: kind})
                self._learn(source, outcome)
                waiting -= outcome.changed.keys() | outcome.reshaped
                is_reached |= outcome.reached
                if not waiting and not outcome.problem:
                    break
        for target in waiting:
            if (source, target) not in self._truth.real:
                known = self._truth.refuted if target in is_reached else self._truth.open
                known.add((source, target))

    def _learn(self, source: Site, outcome: Outcome) -> None:
        for target, names in outcome.changed.items():
            self._truth.real.setdefault((source, target), names)
        self._truth.reshaped |= {(source, target) for target in outcome.reshaped}

    def _replay(self, changes: dict[Site, str]) -> Outcome:
        self._truth.replays += 1
        outcome = replayed(self._subject, self._record, changes)
        for target in self._truth.unstable:
            outcome.changed.pop(target, None)
            outcome.reshaped.discard(target)
        return outcome


def _has_values(tensors: list[Tensor]) -> bool:
    return any(tensor.is_nested or tensor.numel() for tensor in tensors)


def _fits(taken: set[Site], targets: set[Site], most: int) -> bool:
    return len(taken) + len(targets) <= most and not taken & targets


def _allowed(record: Record) -> int:
    """How many replays, by the size of one; the same on every machine."""
    leaves = record.leaves.values()
    size = sum(t.numel() for leaf in leaves for t in (*leaf.taken.values(), *leaf.sources))
    return max(_LEAST_REPLAYS, min(_MOST_REPLAYS, _ELEMENTS // max(size, 1)))

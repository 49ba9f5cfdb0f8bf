"""The data flow of a forward pass that is over, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interpogate.graph.recording import Flow, Operation, Result
from interpogate.trace.borders import RawResult
from interpogate.trace.dataflow import frozen_operations
from interpogate.trace.flows import Flows
from interpogate.trace.values import describe_tensor


@dataclass(frozen=True)
class FrozenFlow:
    """Operations, what went between them, and what came out."""

    operations: tuple[Operation, ...]
    flows: tuple[Flow, ...]
    results: tuple[Result, ...]


def frozen_flow(flows: Flows, results: Sequence[RawResult]) -> FrozenFlow:
    """All that was noted. Results of parts count only where the model itself was not called."""
    found = tuple(Flow(s, slot, t, describe_tensor(facts)) for s, slot, t, facts in flows.flows)
    whole = [one for one in results if one.module == 0]
    named = [(one.name, one) for one in whole] or _of_parts(results, flows)
    return FrozenFlow(
        tuple(frozen_operations(flows.operations)),
        found,
        tuple(Result(name, *one.source, describe_tensor(one.facts)) for name, one in named),
    )


def _of_parts(results: Sequence[RawResult], flows: Flows) -> list[tuple[str, RawResult]]:
    """What parts that were called one by one returned, and nobody has taken since."""
    taken = {(source, slot) for source, slot, *_ in flows.flows}
    last = [one for one in results if one.source not in taken]
    return [(one.name, one) for one in last]

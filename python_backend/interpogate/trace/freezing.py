"""The data flow of a forward pass that is over, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interpogate.graph.recording import Flow, Operation, Result
from interpogate.trace.borders import RawResult
from interpogate.trace.dataflow import frozen_operations
from interpogate.trace.flows import OUTSIDE, Flows
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
    whole = [one for one in results if one.path == "."]
    named = [(one.name, one) for one in whole] or _of_parts(results, flows)
    return FrozenFlow(
        tuple(frozen_operations(flows.operations)),
        found,
        tuple(Result(name, *one.source, describe_tensor(one.facts)) for name, one in named),
    )


def _of_parts(results: Sequence[RawResult], flows: Flows) -> list[tuple[str, RawResult]]:
    """What was made by parts that were called one by one, and between them, and not taken since."""
    taken = {(source, slot) for source, slot, *_ in flows.flows}
    last = [one for one in (*results, *_between(flows, results)) if one.source not in taken]
    count = Counter(one.name for one in last)
    return [(one.name if count[one.name] == 1 else _apart(one), one) for one in last]


def _between(flows: Flows, results: Sequence[RawResult]) -> Iterator[RawResult]:
    """Outputs of the operations outside of all modules that ran after the first of them."""
    first = min((one.source[0] for one in results), default=len(flows.operations))
    for row, raw in enumerate(flows.operations[first:], start=first):
        if raw.call == OUTSIDE and raw.kind == "call":
            for slot, facts in enumerate(raw.outputs):
                yield RawResult("", (row, slot), facts, "")


def _apart(result: RawResult) -> str:
    return ".".join(part for part in (result.path, result.name) if part)

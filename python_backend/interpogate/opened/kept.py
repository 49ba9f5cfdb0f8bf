"""What one worker of a model leaves to the next: levels, runs, inputs, blocks, its counts.

Takes values as they travelled; decides nothing. Called by `opened_model.py`.
"""

from __future__ import annotations

from typing import Any

from interpogate.opened.last_inputs import LastInputs
from interpogate.opened.level_cache import LevelCache
from interpogate.opened.problems import decoded
from interpogate.opened.run_ledger import RunLedger
from interpogate.protocol.codec import encode
from interpogate.protocol.messages import ModelState, OpenModel, Problem, ReadGraph


class Kept:
    """What is known of a model whoever its worker is."""

    def __init__(self) -> None:
        self.last = LastInputs()
        self.levels = LevelCache()
        self.runs = RunLedger()
        self.blocks: list[Any] = []
        self._last_version = 0

    def told(self, method: str, params: dict[str, Any]) -> None:
        """Take an event of the worker that answers."""
        if method == "run/changed":
            self.runs.note(params)
            self.last.note(params)
        if method == "block/changed":
            self.blocks = params["blocks"]

    def read_levels(self, params: Any) -> Any:
        """The graph's levels as they were read last. Raises `RequestFailed`."""
        wanted = decoded(params, ReadGraph)
        return self.levels.read(wanted.containers, wanted.detail)

    def end_runs(self, *, phase: str, problem: Problem | None) -> list[dict[str, Any]]:
        """The final states of the runs that were under way."""
        return self.runs.end_all(phase=phase, problem=None if problem is None else encode(problem))

    def replied(self, method: str, params: Any, reply: Any) -> None:
        """Take its reply to a request."""
        if method == "graph/read":
            self.levels.keep(params.get("detail", "essential"), reply)
        if method == "run/start":
            self.runs.note(reply)

    def expect(self, state: ModelState) -> None:
        """The next worker counts on from here."""
        self._last_version = max(self._last_version, state.graph_version)
        self.runs.expect(state.run_id)

    def loading(self, model_id: str, asked: OpenModel, *, versions_to_come: int) -> dict[str, Any]:
        """Parameters of `model/load`, which only server and worker know."""
        own: dict[str, Any] = encode(asked)
        first = {
            "firstGraphVersion": self._last_version + 1 + versions_to_come,
            "firstRunId": self.runs.last_id + 1,
        }
        return {"modelId": model_id, **own, **first, "blocks": self.blocks}

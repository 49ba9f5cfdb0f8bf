"""Where the node of a parameter stands: in its owner, where that runs for the one who uses it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from interpogate.graph.essential import VisibleFlow
from interpogate.graph.hierarchy import Hierarchy
from interpogate.graph.places import Places
from interpogate.graph.recording import Operation, Recording


class ParameterNodes:
    """Containers and ids of the nodes of parameters; an owner in several places has one in each."""

    def __init__(self, recording: Recording, places: Places, hierarchy: Hierarchy) -> None:
        self._recording = recording
        self._places = places
        self._hierarchy = hierarchy

    def source_id(self, flow: VisibleFlow) -> str:
        """Id of the node that a parameter flows from."""
        operation = self._recording.operations[flow.source]
        return self.id(operation, self.container(operation, self.user(flow)))

    def id(self, operation: Operation, container: str) -> str:
        """Id of a parameter's node in a container."""
        return f"{container}::parameter:{operation.name}"

    def container(self, operation: Operation, user: int) -> str:
        """The container of a parameter for the call that uses it."""
        return self._hierarchy.container_of(self._places.holder(operation.module, user).row)

    def user(self, flow: VisibleFlow) -> int:
        """The call that uses the parameter which flows."""
        operations = self._recording.operations
        return operations[flow.target if flow.target >= 0 else flow.source].call

    def users(self, flows: Sequence[VisibleFlow]) -> dict[int, list[int]]:
        """Of each parameter that flows, by row, the calls that use it."""
        found: defaultdict[int, list[int]] = defaultdict(list)
        for flow in flows:
            if self._recording.operations[flow.source].kind == "parameter":
                found[flow.source].append(self.user(flow))
        return found

"""`interp.graph`: what a model declares and what its last run showed, for reading in a script.

`ModelGraph` is the graph that pictures are drawn of, with the names a researcher asks for on top:
`modules`, `operations`, `edges`. Holds no tensor and no module. Made by `interpogate.py`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from torch import nn

from interpogate.errors import PathNotFound
from interpogate.graph.essential import VisibleFlow, visible_dataflow
from interpogate.graph.graph import Graph
from interpogate.graph.levels import ROOT, Node
from interpogate.graph.modules import Module, Parameter, Source
from interpogate.graph.parameters import ParameterNodes
from interpogate.graph.values import Tensor
from interpogate.presentation.failures import module_note
from interpogate.trace.source import class_source

_IN = ("in_features", "in_channels", "num_embeddings", "input_size", "embed_dim")
_OUT = ("out_features", "out_channels", "embedding_dim", "hidden_size", "embed_dim")


@dataclass(frozen=True)
class ModuleNode:
    """One module instance of the model."""

    path: str
    """Its first name, such as `transformer.h.0.attn`; `"."` is the model itself."""
    name: str
    class_name: str
    qualified_name: str
    parameters: tuple[Parameter, ...]
    """Its own parameters and buffers: name, shape, dtype; not those of modules inside."""
    parameter_count: int
    """Elements of all parameters inside; shared ones count once."""
    in_features: int | None
    """Width of what it takes: features, channels, or entries of an embedding."""
    out_features: int | None
    """Width of what it gives."""
    other_names: tuple[str, ...]
    """Further paths of the same instance."""
    children: tuple[str, ...]
    """Paths of the modules directly inside."""
    source_file: str | None
    source_line: int | None
    """Where the class statement stands; lines count from 1."""
    call_count: int
    """Calls in the last run."""
    note: str
    """Why there were none, or why its inside was not watched; empty if there is nothing to say."""


@dataclass(frozen=True)
class OperationNode:
    """A tensor operation, model input, model output or parameter, as the picture shows it."""

    id: str
    """What edges name it by."""
    name: str
    """The name in torch, such as `softmax`; for inputs, outputs and parameters their own."""
    kind: str
    """`operation`, `input`, `output` or `parameter`."""
    path: str
    """The module whose forward ran it."""
    outputs: tuple[Tensor, ...]
    """Shape, dtype and device of what it gave when it first ran."""
    call_count: int
    source: Source | None
    """The line that called it."""


@dataclass(frozen=True)
class Edge:
    """What one node gave and another one took, at least once in the run.

    Source and target are the same where a later call took what an earlier one gave.
    """

    source: str
    """Path of a module that is shown closed, such as an `nn.Linear`, or id of an operation.

    An instance that is called in several places has an id for each: its path in the module that
    calls it, such as `layers.1.act`, or one with a number, such as `pool#2`. `graph.modules`
    finds the instance by any of them.
    """
    target: str
    tensor: Tensor
    """Shape, dtype and device of the first such tensor, as it arrived."""
    tensors: tuple[Tensor, ...] = ()
    """All such tensors as they arrived; the same one of several calls counts once."""


class UnknownModule(PathNotFound, KeyError):
    """Also a `KeyError`, so that `in` and `get` work as for every mapping."""

    def __str__(self) -> str:
        return str(self.args[0])


class Modules(Mapping[str, ModuleNode]):
    """All modules by path, in the order of declaration; looking up another name works too."""

    def __init__(self, graph: ModelGraph) -> None:
        self._graph = graph

    def __getitem__(self, path: str) -> ModuleNode:
        try:
            found = self._graph.module_at(path)
        except PathNotFound as error:
            raise UnknownModule(str(error)) from None
        return _module_node(self._graph, found)

    def __iter__(self) -> Iterator[str]:
        return (module.path for module in self._graph.tree.modules)

    def __len__(self) -> int:
        return len(self._graph.tree.modules)

    def __repr__(self) -> str:
        return f"<{len(self)} modules of {self._graph.tree.modules[0].class_name}>"


@dataclass(frozen=True)
class ModelGraph(Graph):
    """The modules of a model; after a run also the operations between them and the data flow."""

    classes: tuple[type[nn.Module], ...] = field(default=(), repr=False)
    """By module index."""

    @property
    def modules(self) -> Mapping[str, ModuleNode]:
        """Every module instance once, by path."""
        return Modules(self)

    @cached_property
    def operations(self) -> tuple[OperationNode, ...]:
        """The operations worth a node, in the order they first ran; empty before the first run.

        What only rearranges, such as `reshape`, is left out; `interp.run.operations` has all.
        """
        nodes = [node for node in self.view("essential").nodes.values() if self._is_operation(node)]
        return tuple(_operation_node(self, node) for node in sorted(nodes, key=_order))

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The data flow between the nodes, from node to node across all borders."""
        flow = visible_dataflow(self.tree, self.recording, "essential")
        names = {row: n.id for n in self.view("essential").nodes.values() for row in n.rows}
        found: defaultdict[tuple[str, str], dict[tuple[object, ...], Tensor]] = defaultdict(dict)
        for one in flow.flows:
            source = self._source(one, names)
            result = f"{ROOT}::output:{one.result}"
            target = self._shown(one.target, names) if one.target >= 0 else result
            if source != target or self._is_recurrent(one):
                found[source, target].setdefault(self._crossing(one), one.tensor)
        return tuple(_edge(pair, tuple(tensors.values())) for pair, tensors in found.items())

    def _is_recurrent(self, flow: VisibleFlow) -> bool:
        operations = self.recording.operations
        return operations[flow.source].call != operations[flow.target].call

    def _crossing(self, flow: VisibleFlow) -> tuple[object, ...]:
        """Equal for the same tensor in each call: its maker there, which output, its kind."""
        row = flow.way[-2][0] if len(flow.way) > 1 else flow.source
        maker = self.recording.operations[row]
        began = self.recording.calls[maker.call].order if maker.call >= 0 else maker.order
        return maker.order - began, flow.slot, flow.tensor

    def _source(self, flow: VisibleFlow, names: dict[int, str]) -> str:
        operation = self.recording.operations[flow.source]
        if operation.kind != "parameter":
            return self._shown(flow.source, names)
        hierarchy = self.view("essential").hierarchy
        return ParameterNodes(self.recording, self.places, hierarchy).source_id(flow)

    def _shown(self, row: int, names: dict[int, str]) -> str:
        operation = self.recording.operations[row]
        if operation.kind == "input":
            return names[row]
        module = self.tree.modules[self.recording.module_of(operation)]
        if not _is_closed(module):
            return names[row]
        return self.places.rows[self.places.running(operation.call)].id

    def _is_operation(self, node: Node) -> bool:
        if node.container is not None or not node.name:
            return False
        return node.kind != "operation" or not _is_closed(self.tree.at(node.path))


def _edge(pair: tuple[str, str], tensors: tuple[Tensor, ...]) -> Edge:
    return Edge(*pair, tensors[0], tensors)


def _is_closed(module: Module) -> bool:
    return module.is_library and not module.children and module.index > 0


def _order(node: Node) -> tuple[bool, int]:
    return node.kind == "output", node.order


def _operation_node(graph: ModelGraph, node: Node) -> OperationNode:
    first = graph.recording.operations[node.rows[0]] if node.rows else None
    made = first.outputs if first else (node.tensor,) if node.tensor else ()
    return OperationNode(
        id=node.id,
        name=node.type_name if node.kind == "operation" else node.name,
        kind=node.kind,
        path=node.path,
        outputs=made,
        call_count=len(node.rows),
        source=first.source if first else None,
    )


def _module_node(graph: ModelGraph, module: Module) -> ModuleNode:
    calls = graph.recording.calls_of(module.index)
    source = class_source(graph.classes[module.index])
    attributes = dict(module.attributes)
    return ModuleNode(
        path=module.path,
        name=module.name,
        class_name=module.class_name,
        qualified_name=module.qualified_name,
        parameters=module.parameters,
        parameter_count=module.parameter_count,
        in_features=_feature(attributes, _IN),
        out_features=_feature(attributes, _OUT),
        other_names=module.other_paths,
        children=tuple(graph.tree.modules[child].path for child in module.children),
        source_file=source.file if source else None,
        source_line=source.line if source else None,
        call_count=len(calls),
        note=module_note(module, calls, graph),
    )


def _feature(attributes: dict[str, str], names: tuple[str, ...]) -> int | None:
    found = (attributes[name] for name in names if attributes.get(name, "").isdigit())
    return next((int(text) for text in found), None)

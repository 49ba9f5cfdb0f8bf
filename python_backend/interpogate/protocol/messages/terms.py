"""Words that fields choose from, and the version of it all."""

from __future__ import annotations

from typing import Literal

PROTOCOL_VERSION = 1

ModelPhase = Literal["starting", "loading", "tracing", "ready", "failed", "stopped"]
RunPhase = Literal["running", "finished", "failed", "cancelled"]
NodeKind = Literal["module", "group", "operation", "parameter", "input", "output"]
GraphDetail = Literal["essential", "all"]
Origin = Literal["none", "fake", "example", "run"]
HookKind = Literal["pre", "post", "both"]
HookStyle = Literal["interpogate", "pytorch"]
InsertPlace = Literal["cursor", "newFile"]
ValueKind = Literal["tensor", "tuple", "list", "dict", "dataclass", "none", "scalar", "object"]
EventKind = Literal["started", "finished", "failed"]
ChangeKind = Literal["added", "removed", "changed"]
ProblemAction = Literal[
    "restart",
    "stopLoading",
    "selectInterpreter",
    "openFile",
    "openModel",
    "trustRemoteCode",
    "none",
]
HostKind = Literal["vscode", "browser", "notebook"]
DimensionRole = Literal["x", "y", "spread", "average", "max", "norm", "index"]
ValueSide = Literal["input", "output", "parameter"]
ArrayType = Literal["float32", "int32", "uint8"]
ScaleKind = Literal["sequential", "diverging", "probability"]
SourcePlace = Literal["definition", "use"]

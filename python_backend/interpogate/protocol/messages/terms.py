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
ValueKind = Literal["tensor", "tuple", "list", "dict", "dataclass", "none", "scalar", "object"]
EventKind = Literal["started", "finished", "failed"]
ProblemAction = Literal["restart", "selectInterpreter", "openFile", "openModel", "none"]
HostKind = Literal["vscode", "browser", "notebook"]

"""The tensor that matters in what a module returns, as code that reads and replaces it.

Called by the writers of recipes.
"""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.codegen.text import is_name, quoted
from interpogate.graph.values import Structure, Tensor


@dataclass(frozen=True)
class MainTensor:
    """The first tensor of a structure."""

    access: str
    """Code behind the name of the whole, such as `[0]`, `.logits`; empty for a bare tensor."""
    tensor: Tensor
    kind: str
    """What holds it."""

    def of(self, whole: str) -> str:
        """The tensor as an expression."""
        return whole + self.access

    def replaced(self, new: str) -> list[str]:
        """Lines that return `output` with another tensor in this place."""
        if self.kind == "tensor":
            return [f"return {new}"]
        if self.kind in ("tuple", "list"):
            return [f"return {self._with_position(new)}"]
        if self.kind == "dict":
            return [f"return {{**output, {self.access[1:-1]}: {new}}}"]
        return [f"output{self.access} = {new}", "return output"]

    def _with_position(self, new: str) -> str:
        position = int(self.access[1:-1])
        before = f"*output[:{position}], " if position else ""
        opening, closing = ("(", ")") if self.kind == "tuple" else ("[", "]")
        return f"{opening}{before}{new}, *output[{position + 1}:]{closing}"


def main_tensor(structure: Structure) -> MainTensor | None:
    """The tensor itself or the first one directly inside; None if there is none."""
    if not structure:
        return None
    whole = structure[0]
    if whole.tensor:
        return MainTensor("", whole.tensor, "tensor")
    for value in structure[1:]:
        if value.depth == 1 and value.tensor:
            access = _access(whole.kind, value.key)
            return MainTensor(access, value.tensor, whole.kind) if access else None
    return None


def _access(kind: str, key: str) -> str | None:
    if kind in ("tuple", "list"):
        return f"[{int(key)}]"
    if kind == "dict":
        return f"[{quoted(key)}]"
    return f".{key}" if kind == "dataclass" and is_name(key) else None

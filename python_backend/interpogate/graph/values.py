"""The structure of a nested value: tensors inside tuples, lists, dicts and dataclasses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["tensor", "tuple", "list", "dict", "dataclass", "none", "scalar", "object"]


@dataclass(frozen=True)
class Tensor:
    """What is known of a tensor without its values."""

    shape: tuple[int, ...]
    dtype: str
    device: str


@dataclass(frozen=True)
class Value:
    """One line of a structure; children follow their parent, one deeper."""

    depth: int
    key: str
    kind: Kind
    type_name: str
    tensor: Tensor | None = None


Structure = tuple[Value, ...]


def first_tensor(structure: Structure) -> Tensor | None:
    """The first tensor in a structure, or None."""
    return next((value.tensor for value in structure if value.tensor), None)


def text_of(structure: Structure) -> str:
    """One line such as `(float32[1, 8, 128], None)`, the form used in comments."""
    if not structure:
        return "nothing"
    text, _ = _text(structure, 0)
    return text


_BRACKETS = {"tuple": ("(", ")"), "list": ("[", "]"), "dict": ("{", "}"), "dataclass": ("(", ")")}


def _text(structure: Structure, row: int) -> tuple[str, int]:
    value = structure[row]
    if value.kind not in _BRACKETS:
        return _plain(value), row + 1
    parts, following = [], row + 1
    while following < len(structure) and structure[following].depth > value.depth:
        key = structure[following].key
        part, following = _text(structure, following)
        parts.append(f"{key}: {part}" if value.kind in ("dict", "dataclass") else part)
    opening, closing = _BRACKETS[value.kind]
    name = value.type_name if value.kind == "dataclass" else ""
    comma = "," if value.kind == "tuple" and len(parts) == 1 else ""
    return f"{name}{opening}{', '.join(parts)}{comma}{closing}", following


def _plain(value: Value) -> str:
    if value.tensor:
        return f"{value.tensor.dtype}[{', '.join(map(str, value.tensor.shape))}]"
    return "None" if value.kind == "none" else value.type_name

"""Which meaning of a tensor a line of code uses, where one object has several.

`h = conv(x); y = dropout(h)` leaves one object with two names when dropout returns what it was
given. Whether `norm(h)` takes what `conv` made or what `dropout` passed on is in the code alone: in
the name that the call uses, and in the assignment that the name comes from. The code is read with
`ast` at the position that Python gives for the running instruction (3.11 and later); where that
does not help, the newest meaning counts whose result is used at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any

import torch

from interpogate.trace.expressions import Expressions, Operand, expressions_of

_MAXIMUM_FRAMES = 40
_MAXIMUM_ALIASES = 8


@dataclass(frozen=True, slots=True)
class Reference:
    """One meaning of a tensor object: what passed it on, or the argument that it came in as."""

    source: tuple[int, int]
    """Row of the operation that passed it on, and which of its outputs."""
    call: int
    """Row of the module call in whose code this meaning can be used."""
    code: CodeType | None
    """What called the passing module or operation; for an argument the code that has it."""
    offset: int = -1
    name: str = ""
    """For an argument: what the code calls it."""


def chosen(
    references: Sequence[Reference], tensor: torch.Tensor, occurrence: int, frame: FrameType | None
) -> Reference | None:
    """The reference that the code running in `frame` means; None for the tensor as it was made.

    `occurrence` counts the uses of the same object by one operation.
    """
    found = _using_frame(references, frame)
    if found is None:
        return _newest(references)
    known = expressions_of(found.f_code)
    operands = known.operands(found.f_lasti) if known else ()
    if known is None or not operands:
        return _newest(references)
    own, names = [one for one in references if one.code is found.f_code], found.f_locals
    meanings = [
        meaning for operand in operands for meaning in _meanings(known, own, operand, tensor, names)
    ]
    if not meanings:
        return _newest(references)
    return meanings[min(occurrence, len(meanings) - 1)]


def returned(references: Sequence[Reference], code: CodeType | None) -> Reference | None:
    """The reference that a function with this code returns."""
    own = [one for one in references if one.code is code]
    known = expressions_of(code) if code is not None and own else None
    if known is None:
        return _newest(references)
    found: list[Reference | None] = []
    for operand in known.returned():
        inside = _inside(known, own, operand.span)
        if inside:
            return inside[-1]
        if operand.name:
            found.append(_meaning(known, own, operand.name, operand.span[:2]))
    named = [one for one in found if one is not None]
    if found and not named:
        return None
    return named[-1] if named else _newest(references)


def _using_frame(references: Sequence[Reference], frame: FrameType | None) -> FrameType | None:
    """The innermost frame whose code can name one of the references."""
    codes = [one.code for one in references]
    for _ in range(_MAXIMUM_FRAMES):
        if frame is None:
            return None
        if any(frame.f_code is code for code in codes):
            return frame
        frame = frame.f_back
    return None


def _meanings(
    known: Expressions,
    references: Sequence[Reference],
    operand: Operand,
    tensor: torch.Tensor,
    names: Mapping[str, Any],
) -> list[Reference | None]:
    """No or one meaning: the operand need not be the tensor."""
    if operand.name:
        if names.get(operand.name) is not tensor:
            return []
        return [_meaning(known, references, operand.name, operand.span[:2])]
    exact = [one for one in references if known.span(one.offset) == operand.span]
    return [exact[-1]] if exact else []


def _meaning(
    known: Expressions,
    references: Sequence[Reference],
    name: str,
    at: tuple[int, int],
    depth: int = 0,
) -> Reference | None:
    arguments = [one for one in references if one.name == name]
    for assignment in known.assignments(name, at):
        inside = _inside(known, references, assignment.value)
        if inside:
            return inside[-1]
        if arguments and not known.is_certain(assignment, at):
            continue
        if assignment.alias and depth < _MAXIMUM_ALIASES:
            return _meaning(known, references, assignment.alias, assignment.start, depth + 1)
    return arguments[-1] if arguments else None


def _inside(
    known: Expressions, references: Sequence[Reference], span: tuple[int, int, int, int]
) -> list[Reference]:
    """The references that were made by a call inside an expression."""
    found = []
    for one in references:
        place = known.span(one.offset) if one.offset >= 0 else None
        if place is not None and span[:2] <= place[:2] and place[2:] <= span[2:]:
            found.append(one)
    return found


def _newest(references: Sequence[Reference]) -> Reference | None:
    """The last one whose result is used; the first argument where it came in as several."""
    used = [one for one in references if not one.name and not _is_ignored(one)]
    arguments = [one for one in references if one.name]
    return used[-1] if used else arguments[0] if arguments else None


def _is_ignored(reference: Reference) -> bool:
    known = expressions_of(reference.code) if reference.code is not None else None
    return known is not None and known.is_ignored(reference.offset)

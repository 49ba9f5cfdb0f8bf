"""Which operands of a torch function are data, which of them it writes, which results go together.

An operand that lends only its shape or type gives nothing to the result (`type_as`, `zeros_like`),
nor does one that is overwritten as a whole (`copy_`, `out=`). Knows functions by their names and,
where torch has them, their schemas; knows no tensor's maker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch._ops import OpOverload, OpOverloadPacket

from interpogate.graph.operations import plain_name
from interpogate.trace.arguments import arranges

_SECOND_LENDS_ITS_SHAPE = """
    type_as view_as reshape_as expand_as to resize_as_ resize_as_sparse_
""".split()
_FIRST_LENDS_ITS_SHAPE = """
    zeros_like ones_like empty_like full_like rand_like randn_like randint_like new_zeros new_ones
    new_empty new_full new_tensor new_empty_strided new _shape_as_tensor
""".split()
_FIRST_IS_OVERWRITTEN = """
    copy_ fill_ zero_ set_ normal_ uniform_ random_ exponential_ geometric_ cauchy_ log_normal_
    bernoulli_ trunc_normal_ constant_ ones_ zeros_ eye_ dirac_ orthogonal_ xavier_uniform_
    xavier_normal_ kaiming_uniform_ kaiming_normal_ sparse_
""".split()
# Positions and keywords of operands that give no values.
_UNREAD: dict[str, tuple[tuple[int, ...], tuple[str, ...]]] = {
    **dict.fromkeys(_SECOND_LENDS_ITS_SHAPE, ((1,), ("other", "the_template"))),
    **dict.fromkeys(_FIRST_LENDS_ITS_SHAPE, ((0,), ("input", "self"))),
    **dict.fromkeys(_FIRST_IS_OVERWRITTEN, ((0,), ("self", "tensor"))),
}

# Each result comes from the operand at the same place alone.
_PAIRWISE = frozenset(
    "broadcast_tensors meshgrid atleast_1d atleast_2d atleast_3d align_tensors".split()
)
# Results that do not come from all operands: for each result the positions of its operands.
_BY_RESULT: Mapping[str, tuple[tuple[int, ...], ...]] = {
    "_pack_padded_sequence": ((0, 1), (1,)),
    "_pad_packed_sequence": ((0, 1), (1,)),
}

# In place, but no value changes.
_WRITES_NOTHING = frozenset("requires_grad_ detach_ share_memory_ rename_".split())
_RESHAPES_IN_PLACE = frozenset(
    "squeeze_ unsqueeze_ transpose_ t_ swapaxes_ swapdims_ as_strided_ set_ resize_".split()
)
_WRITABLE_PROPERTIES = frozenset("data real imag".split())
# What takes values out of tensors, to where torch does not see them.
_SHARING = frozenset("numpy __array__ __dlpack__".split())
_LEAVING = _SHARING | frozenset("tolist item __float__ __complex__".split())


@dataclass(frozen=True, slots=True)
class Operands:
    """How a torch function treats its operands."""

    name: str
    """`Tensor.add` → `add`, a property such as `Tensor.T` → `T`, `ops.aten.add.Tensor` → `add`."""
    unread: tuple[int, ...]
    """Positions of operands that give no values to the result."""
    unread_keywords: tuple[str, ...]
    is_in_place: bool
    """Whether it changes the values of its first operand."""
    inplace_position: int
    """Position of a parameter called `inplace`; -1 if it has none."""
    written: tuple[tuple[int, str], ...]
    """Positions and names of operands that its schema says it writes."""
    reshapes: bool
    """Whether its first operand has other dimensions or other memory afterwards."""
    is_setitem: bool
    is_pure: bool
    """Whether it writes only if it is asked to by name, as by `out`."""
    arranges: bool
    """Whether its arguments say what becomes of dimensions."""
    leaves_torch: bool
    """Whether it hands values to Python or to other libraries."""
    shares_memory: bool
    """Whether what it hands out may be the memory of the tensor itself."""

    def by_result(self, args: tuple[Any, ...], count: int) -> list[tuple[Any, ...]] | None:
        """The operands of each of `count` results; None if all results come from all operands."""
        if self.name in _BY_RESULT:
            rows = _BY_RESULT[self.name][:count]
            return [tuple(args[at] for at in row if at < len(args)) for row in rows]
        if self.name in _PAIRWISE:
            is_one_list = len(args) == 1 and isinstance(args[0], (list, tuple))
            given = args[0] if is_one_list else args
            return [(one,) for one in given] if len(given) == count else None
        if self.name.startswith("_foreach_") and args and len(args[0]) == count:
            lists = [one for one in args if isinstance(one, (list, tuple)) and len(one) == count]
            return list(zip(*lists, strict=True))
        return None

    def changed(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None, made: list[torch.Tensor]
    ) -> list[torch.Tensor]:
        """The tensors whose values a call has changed; `made` are the tensors that it returned."""
        return list(self._changed(args, kwargs, made))

    def _changed(
        self, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None, made: list[torch.Tensor]
    ) -> Iterator[torch.Tensor]:
        if kwargs and kwargs.get("out") is not None:
            yield from _tensors(kwargs["out"])
        if self.is_in_place and args:
            # Functions such as `__iadd__` may also refuse and leave the work to another one.
            yield from (t for t in _tensors(args[0]) if not made or any(t is one for one in made))
        elif made and args and made[0] is args[0] and self._works_in_place(args, kwargs):
            yield made[0]
        for position, name in self.written:
            yield from _tensors(args[position] if position < len(args) else (kwargs or {})[name])

    def _works_in_place(self, args: tuple[Any, ...], kwargs: Mapping[str, Any] | None) -> bool:
        if kwargs and "inplace" in kwargs:
            return bool(kwargs["inplace"])
        return 0 <= self.inplace_position < len(args) and bool(args[self.inplace_position])

    def is_unread(self, position: int, args: tuple[Any, ...]) -> bool:
        """Whether a positional operand gives no values to the result."""
        return position in self.unread or (
            self.is_setitem and position == 0 and _selects_everything(args[1])
        )


@lru_cache(maxsize=8192)
def operands_of(func: Any) -> Operands:
    """What is known of a torch function."""
    raw = str(getattr(func, "__name__", type(func).__name__))
    name = _plain(func, raw)
    positions, keywords = _UNREAD.get(name, ((), ()))
    if raw == "__set__":
        positions = (0,)
    return Operands(
        name=name,
        unread=positions,
        unread_keywords=(*keywords, "out"),
        is_in_place=_is_in_place(raw, name),
        inplace_position=_inplace_position(func),
        written=_written(func),
        reshapes=name in _RESHAPES_IN_PLACE or (raw == "__set__" and name == "data"),
        is_setitem=raw == "__setitem__",
        is_pure=not (_is_in_place(raw, name) or _written(func) or _inplace_position(func) >= 0),
        arranges=arranges(raw),
        leaves_torch=raw in _LEAVING,
        shares_memory=raw in _SHARING,
    )


def _plain(func: Any, raw: str) -> str:
    if isinstance(func, OpOverload):
        return str(func._opname)
    if raw in ("__get__", "__set__"):
        raw = getattr(getattr(func, "__self__", None), "__name__", raw)
    return plain_name(raw)


def _is_in_place(raw: str, name: str) -> bool:
    """`add_`, `__iadd__`, `__setitem__`; not `contiguous`, which may return what it is given."""
    if raw == "__set__":
        return name in _WRITABLE_PROPERTIES
    if raw.startswith("__"):
        return raw == "__setitem__" or raw.startswith("__i")
    return raw.endswith("_") and name not in _WRITES_NOTHING


def _inplace_position(func: Any) -> int:
    code = getattr(func, "__code__", None)
    names = code.co_varnames[: code.co_argcount] if code is not None else ()
    return names.index("inplace") if "inplace" in names else -1


def _written(func: Any) -> tuple[tuple[int, str], ...]:
    if isinstance(func, OpOverloadPacket):
        names = func.overloads()  # type: ignore[no-untyped-call]
        func = getattr(func, names[0])
    if not isinstance(func, OpOverload):
        return ()
    return tuple(
        (position, argument.name)
        for position, argument in enumerate(func._schema.arguments)
        if argument.alias_info is not None and argument.alias_info.is_write
    )


def _selects_everything(index: Any) -> bool:
    """Whether an index is made of `...` and `:` alone."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(
        one is Ellipsis or (isinstance(one, slice) and one.start is one.stop is one.step is None)
        for one in parts
    )


def _tensors(value: Any) -> Iterator[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (one for one in value if isinstance(one, torch.Tensor))

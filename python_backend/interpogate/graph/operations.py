"""Names and signs of tensor operations, and which of them only rearrange."""

from __future__ import annotations

_SIGNS = {
    "add": "+", "sub": "−", "mul": "×", "div": "÷", "truediv": "÷", "matmul": "@", "mm": "@",
    "bmm": "@", "pow": "^", "neg": "−", "floordiv": "÷", "rsub": "−", "rdiv": "÷",
    "scaled_dot_product_attention": "attention", "cat": "concat", "concat": "concat",
    "eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥",
    "and": "and", "or": "or", "invert": "not",
}  # fmt: skip

# Operations that move or select elements but compute nothing: hidden until one asks for them.
_REARRANGING = frozenset(
    """
    view reshape transpose permute contiguous to type float half double bfloat16 int long bool
    unsqueeze squeeze expand expand_as flatten unflatten detach clone t T mT H mH getitem split
    chunk unbind view_as reshape_as type_as swapaxes swapdims movedim moveaxis narrow select
    tensor_split alias data cpu cuda requires_grad_ requires_grad ravel real imag broadcast_to
    broadcast_tensors numpy as_strided split_with_sizes tensor_split hsplit vsplit dsplit detach_
    unsafe_chunk unsafe_split squeeze_ unsqueeze_ transpose_ t_ resolve_conj resolve_neg pin_memory
    """.split()
)


def plain_name(name: str) -> str:
    """`__iadd__` → `add`, `__radd__` → `add`, `__getitem__` → `getitem`, others as they are."""
    if not (name.startswith("__") and name.endswith("__")):
        return name
    bare = name[2:-2]
    for prefix in ("i", "r"):
        if bare.startswith(prefix) and bare[1:] in _SIGNS:
            return bare[1:]
    return bare


def sign(name: str) -> str:
    """What the small node of an operation shows, such as `+` or `softmax`."""
    return _SIGNS.get(name.rstrip("_"), _SIGNS.get(name, name))


def rearranges(name: str) -> bool:
    """Whether the operation computes nothing new."""
    return name in _REARRANGING

"""Other values of a tensor's own shape and type, gentle ones first.

A gentle change leaves the order of most values as it is, so that what is chosen by value (experts,
the largest, a mask) stays chosen; later kinds do not, and NaN passes where a zero would hide it.
"""

from __future__ import annotations

import torch
from torch import Tensor

_OF_NUMBERS = ("noise", "negated", "nan")
_OF_WHOLE = ("permuted", "mirrored", "stepped")
KINDS = (*_OF_NUMBERS, *_OF_WHOLE)
_NOISE = 0.05
_LARGE = 1e4
_SMALL = 1e-2


def kinds(tensors: list[Tensor]) -> list[tuple[str, ...]]:
    """Ways to change these tensors, in the order to try them, by what they change.

    Numbers and whole numbers are changed apart: an index or a length of its own accord is where
    replays break.
    """
    whole = [not (tensor.is_floating_point() or tensor.is_complex()) for tensor in tensors]
    ways: list[tuple[str, ...]] = [] if all(whole) else [_OF_NUMBERS]
    return [*ways, _OF_WHOLE] if any(whole) else ways


def perturbed(tensor: Tensor, kind: str, seed: int) -> Tensor:
    """A changed copy, the same for the same seed; a plain copy if the kind is not for its type."""
    if tensor.is_nested or tensor.layout != torch.strided or tensor.is_quantized:
        return _scaled(tensor)
    generator = torch.Generator().manual_seed(seed)
    is_number = tensor.is_floating_point() or tensor.is_complex()
    if is_number != (kind in _OF_NUMBERS):
        return tensor.detach().clone()
    make = _float if is_number else _whole
    return make(tensor, kind, generator)


def _scaled(tensor: Tensor) -> Tensor:
    """What has no plain memory takes only arithmetic."""
    return tensor.clone() * 1.5 if tensor.dtype.is_floating_point else tensor.clone()


def _float(tensor: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    changed = tensor.detach().clone()
    if kind == "nan":
        return changed.fill_(float("nan"))
    if kind == "negated":
        changed = changed.neg_()
    wide = changed.to(torch.complex64 if changed.is_complex() else torch.float32)
    noise = torch.randn(wide.shape, generator=generator, dtype=wide.dtype).to(wide.device)
    sizes = wide.abs().nan_to_num_(0.0, posinf=0.0).clamp_(max=_LARGE)
    usual = float(sizes.mean().item()) if sizes.numel() else 0.0
    moved = wide + noise.mul_(sizes.add_(max(usual, _SMALL))).mul_(_NOISE)
    return changed.copy_(moved)


def _whole(tensor: Tensor, kind: str, generator: torch.Generator) -> Tensor:
    changed = tensor.detach().clone()
    flat = changed.reshape(-1)
    if not flat.numel():
        return changed
    low, high = flat.min(), flat.max()
    if kind == "permuted" and bool((low != high).item()):
        return changed.copy_(_shuffled(flat, generator).view(changed.shape))
    if tensor.dtype == torch.bool:
        every = kind == "stepped" or flat.numel() == 1
        half = torch.ones(changed.shape, dtype=torch.bool) if every else _half(changed, generator)
        return changed.logical_xor_(half)
    if kind != "stepped" and bool((low != high).item()):
        return changed.copy_(low + high - changed)
    step = 1 if bool((low <= 0).item()) else -1
    return changed.add_(step * _half(changed, generator).to(changed.dtype))


def _shuffled(flat: Tensor, generator: torch.Generator) -> Tensor:
    """In another order that differs somewhere."""
    for _ in range(8):
        other = flat[torch.randperm(flat.numel(), generator=generator)]
        if not torch.equal(other, flat):
            return other
    return flat.flip(0)


def _half(tensor: Tensor, generator: torch.Generator) -> Tensor:
    chosen = torch.rand(tensor.shape, generator=generator) < 0.5  # noqa: PLR2004 (half)
    if not bool(chosen.any().item()):
        chosen.view(-1)[0] = True
    return chosen

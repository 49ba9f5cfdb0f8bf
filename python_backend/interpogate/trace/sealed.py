"""Modules that would run differently with hooks on them, and why.

TorchScript takes no hooks. Torch's own transformer layers leave their fused kernels as soon as a
hook or a torch function mode is near, which changes the last bits of what they compute. A watched
run must return what an unwatched one returns, so these are watched from outside. The conditions
follow `torch.nn.TransformerEncoderLayer.forward`. Used by `attachment.py`.
"""

from __future__ import annotations

import torch
from torch import nn

from interpogate.trace.members import all_modules, all_parameters

_SCRIPT = "TorchScript runs as one unit and takes no hooks: its modules are shown, not their calls."
_FUSED = (
    "It ran in torch's fused kernel, which watching its inside would turn off; "
    "call torch.backends.mha.set_fastpath_enabled(False) first to see inside."
)


def why_sealed(module: nn.Module) -> str:
    """A sentence if nothing inside the module can be watched, else the empty string."""
    if isinstance(module, torch.jit.ScriptModule):
        return _SCRIPT
    if isinstance(module, nn.TransformerEncoderLayer) and _is_fused(module):
        return _FUSED
    return ""


def is_quiet(module: nn.Module) -> bool:
    """Whether operations of the module itself must not be watched, only the modules in it."""
    if isinstance(module, nn.TransformerEncoder):
        layers = [layer for layer in module.layers if isinstance(layer, nn.TransformerEncoderLayer)]
        return bool(layers) and _is_fused(layers[0])
    return isinstance(module, nn.MultiheadAttention) and _can_fuse(module) and _is_free(module)


def _is_fused(layer: nn.TransformerEncoderLayer) -> bool:
    return (
        _can_fuse(layer.self_attn)
        and not layer.training
        and bool(layer.activation_relu_or_gelu)
        and layer.norm1.eps == layer.norm2.eps
        and not any(part._forward_hooks or part._forward_pre_hooks for part in all_modules(layer))
        and _is_free(layer)
    )


def _can_fuse(attention: nn.MultiheadAttention) -> bool:
    return (
        torch.backends.mha.get_fastpath_enabled()
        and not attention.training
        and attention.batch_first
        and attention.in_proj_bias is not None
        and attention._qkv_same_embed_dim
        and attention.num_heads % 2 == 0
        and not torch.is_autocast_enabled()
    )


def _is_free(module: nn.Module) -> bool:
    """Whether no gradient is asked for."""
    return not (torch.is_grad_enabled() and any(p.requires_grad for p in all_parameters(module)))

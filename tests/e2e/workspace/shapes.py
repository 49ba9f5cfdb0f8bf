"""Describes nested values the way the hook's comments do, written independently of them."""

from collections.abc import Mapping

import torch


def describe(value: object) -> str:
    """One line such as `(float32[1, 8, 128], None)`."""
    if isinstance(value, torch.Tensor):
        sizes = ", ".join(str(size) for size in value.shape)
        return f"{str(value.dtype).removeprefix('torch.')}[{sizes}]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {describe(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        inside = ", ".join(describe(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, list):
        return "[" + ", ".join(describe(item) for item in value) + "]"
    return str(value)


def say(name: str, value: object) -> None:
    """Write the description to the standard output, for the test that started the script."""
    print(f"{name}: {describe(value)}", flush=True)

"""Packages that some model types need, where only their Python parts are at hand.

Builds of torchvision and torchaudio for another torch bring no compiled operators that load here.
The models of `MODEL_MAPPING` need none of those, only that the packages can be imported. Called by
`coverage_run.py` before it builds anything; does nothing where the packages are whole or missing.
"""

from __future__ import annotations

import importlib
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import torch

_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_kept: list[Any] = []


def make_importable() -> None:
    """Let `import torchvision` succeed without its operators; calling one of them still fails."""
    if find_spec("torchvision") is None:
        return
    try:
        importlib.import_module("torchvision")
    except RuntimeError:
        _define_operators()
        importlib.import_module("torchvision")


def _define_operators() -> None:
    library: Any = torch.library.Library("torchvision", "FRAGMENT")  # type: ignore[no-untyped-call]
    for schema in _OPERATORS:
        library.define(schema)
    _kept.append(library)  # an operator lives as long as its library


def found() -> str:
    """Names and versions of the packages that are not this project's own, for the page."""
    present = [name for name in ("timm", "torchvision", "torchaudio") if find_spec(name)]
    return ", ".join(f"{name} {version(name).split('+')[0]}" for name in present)

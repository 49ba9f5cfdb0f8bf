"""Packages that some model types need, where only their Python parts are at hand.

Builds of torchvision and torchaudio for another torch bring no compiled operators that load here.
The models of `MODEL_MAPPING` need none of those, only that the packages can be imported. Called by
`coverage_run.py` before it builds anything; does nothing where the packages are whole or missing.

`python scripts/coverage_packages.py FOLDER` installs them into a folder of their own, outside the
environment of the project; PYTHONPATH names it for `coverage_run.py`.
"""

from __future__ import annotations

import ctypes
import importlib
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch

_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_PACKAGES = ("timm==1.0.31", "torchvision==0.28.0", "torchaudio==2.11.0", "scipy==1.17.1")
_kept: list[Any] = []


def install(folder: Path) -> None:
    """Put the packages into a folder, without what they depend on: the project has that."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, str(folder), *_PACKAGES], check=True)  # noqa: S603 (fixed arguments)
    for library in (folder / "torchaudio" / "lib").glob("*.so"):
        if not _loads(library):  # torchaudio does without a library only if the file is missing
            library.unlink()


def _loads(library: Path) -> bool:
    try:
        ctypes.CDLL(str(library))
    except OSError:
        return False
    return True


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
    present = [name for name in ("timm", "torchvision", "torchaudio", "scipy") if find_spec(name)]
    return ", ".join(f"{name} {version(name).split('+')[0]}" for name in present)


if __name__ == "__main__":
    install(Path(sys.argv[1]))

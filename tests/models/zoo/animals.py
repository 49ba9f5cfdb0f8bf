"""All models of the zoo by name, each with inputs that it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from zoo import detection, graphs, pictures, sounds, texts

Made = tuple[nn.Module, tuple[Any, ...], dict[str, Any]]


def _with(make: Callable[..., nn.Module], *inputs: Any, **named: Any) -> Made:
    return make(), inputs, named


def _prompted() -> dict[str, Any]:
    points, labels = torch.rand(2, 2, 2), torch.tensor([[1, 0], [1, -1]])
    return {"image": torch.rand(3, 16, 16), "points": points, "labels": labels}


def _molecules() -> graphs.Molecules:
    edges = torch.tensor([[0, 1, 2, 3, 4, 2, 0], [1, 0, 3, 2, 3, 4, 2]])
    return graphs.Molecules(torch.randn(5, 4), edges, torch.tensor([0, 0, 1, 1, 1]))


_PICTURE = (1, 3, 32, 32)
_IDS = (2, 5)

ZOO: dict[str, Callable[[], Made]] = {
    "yolo": lambda: _with(detection.Yolo, torch.rand(_PICTURE)),
    "detr": lambda: _with(detection.Detr, [torch.rand(3, 16, 12), torch.rand(3, 12, 16)]),
    "sam": lambda: _with(detection.Sam, [_prompted(), _prompted()]),
    "two_stage": lambda: _with(detection.TwoStage, [torch.rand(3, 16, 16), torch.rand(3, 16, 16)]),
    "unet": lambda: _with(pictures.UNet, torch.rand(1, 3, 18, 18)),
    "diffusion": lambda: _with(pictures.Diffusion, torch.randn(2, 3, 8, 8), torch.tensor([3, 7])),
    "vision_transformer": lambda: _with(pictures.VisionTransformer, torch.rand(1, 3, 16, 16)),
    "windows": lambda: _with(pictures.Windows, torch.randn(1, 6, 6, 8)),
    "in_place": lambda: _with(pictures.InPlace, torch.randn(2, 4), torch.randn(2, 4)),
    "residual": lambda: _with(pictures.Residual, torch.randn(1, 8, 6)),
    "wavenet": lambda: _with(sounds.WaveNet, torch.randn(1, 1, 16)),
    "wn": lambda: _with(sounds.Wn, torch.randn(1, 4, 6), torch.ones(1, 1, 6), torch.randn(1, 4, 1)),
    "vits": lambda: _with(
        sounds.Vits, torch.randn(2, 6, 5), torch.tensor([5, 3]), torch.tensor([0, 2])
    ),
    "whisper": lambda: _with(sounds.Whisper, torch.randn(1, 4, 12), torch.tensor([[1, 5, 7]])),
    "packed": lambda: _with(sounds.Packed, torch.randint(1, 9, (3, 5)), torch.tensor([3, 5, 2])),
    "cells": lambda: _with(sounds.Cells, torch.randn(2, 3)),
    "vector": lambda: _with(sounds.Vector, torch.randn(1, 1, 16)),
    "gemma": lambda: _with(texts.Decoder, torch.randint(0, 13, _IDS)),
    "llama": lambda: _with(lambda: texts.Decoder(texts.LlamaNorm), torch.randint(0, 13, _IDS)),
    "greedy": lambda: _with(texts.Greedy, torch.randint(0, 13, (1, 3))),
    "mamba": lambda: _with(texts.Mamba, torch.randn(1, 4, 4)),
    "bert": lambda: _with(
        texts.Bert, torch.randint(1, 11, _IDS), torch.tensor([[1] * 5, [1, 1, 1, 0, 0]])
    ),
    "balanced": lambda: _with(texts.Balanced, torch.randn(3, 4)),
    "graph_network": lambda: _with(graphs.GraphNetwork, _molecules()),
    "point_net": lambda: _with(graphs.PointNet, torch.randn(2, 3, 5)),
    "distances": lambda: _with(graphs.Distances, torch.tensor([1, 3, 2, 1]), torch.randn(4, 3)),
    "recommender": lambda: _with(
        graphs.Recommender, torch.rand(2, 3), [torch.tensor([0, 2]), torch.tensor([0, 1])],
        [torch.tensor([1, 4, 2]), torch.tensor([3, 6, 0])],
    ),
}  # fmt: skip


def animal(name: str) -> Made:
    """One model, the same each time, in evaluation mode."""
    torch.manual_seed(0)
    model, args, kwargs = ZOO[name]()
    return model.eval(), args, kwargs

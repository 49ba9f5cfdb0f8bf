"""Trains the small detector of `examples/object_detection.py` on drawn shapes.

`python scripts/train_shapes_detector.py examples/shapes_detector` writes its configuration and its
weights in half precision. Takes minutes on one core; needs scipy, which transformers matches boxes
with. The pictures are drawn here, by the same function that the example has its pictures from.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import torch
from transformers import ConditionalDetrConfig, ConditionalDetrForObjectDetection, ResNetConfig

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples"))
from shapes import NAMES, drawn  # type: ignore[import-not-found] # lies in examples/

BATCH = 32
WARM_UP = 200
PEAK_RATE = 1e-3


def main() -> None:
    """Parse the command line, train, save."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--steps", type=int, default=8000)
    options = parser.parse_args()
    torch.manual_seed(0)
    model = untrained()
    train(model, options.steps)
    model.half().save_pretrained(options.folder)


def untrained() -> Any:
    """Two convolutional stages, two layers each of encoder and decoder, six queries."""
    make_backbone: Any = ResNetConfig
    backbone = make_backbone(
        embedding_size=16, hidden_sizes=[24, 48], depths=[1, 1], layer_type="basic",
        out_features=["stage2"],
    )  # fmt: skip
    make: Any = ConditionalDetrConfig
    config = make(
        backbone_config=backbone, d_model=64, num_queries=6,
        encoder_layers=2, decoder_layers=2, encoder_attention_heads=4, decoder_attention_heads=4,
        encoder_ffn_dim=128, decoder_ffn_dim=128, dropout=0.0, auxiliary_loss=True,
        id2label=dict(enumerate(NAMES)), label2id={name: n for n, name in enumerate(NAMES)},
    )  # fmt: skip
    return ConditionalDetrForObjectDetection(config)


def train(model: Any, steps: int) -> None:
    """Adam, with a rate that rises and falls once."""
    optimizer = torch.optim.AdamW(model.parameters(), lr=PEAK_RATE, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_RATE, total_steps=steps, pct_start=WARM_UP / steps
    )
    generator = torch.Generator().manual_seed(1)
    model.train()
    began, mean = perf_counter(), 0.0
    for step in range(1, steps + 1):
        loss = _loss(model, generator)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
        optimizer.step()
        schedule.step()
        mean += (loss.item() - mean) / min(step, 100)
        if step % 100 == 0:
            sys.stdout.write(f"{step} {mean:.3f} {perf_counter() - began:.0f} s\n")
            sys.stdout.flush()
    model.eval()


def _loss(model: Any, generator: torch.Generator) -> torch.Tensor:
    pictures, labels = zip(*(drawn(generator) for _ in range(BATCH)), strict=True)
    loss: torch.Tensor = model(pixel_values=torch.stack(pictures), labels=list(labels)).loss
    return loss


if __name__ == "__main__":
    main()

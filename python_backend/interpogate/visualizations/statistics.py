"""Mean, spread, least and greatest of a tensor, NaN and Inf counted, in bounded time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.value import MAXIMUM_ENTRIES, Value, thinned

_CHUNK = 1 << 18


@dataclass
class _Sums:
    """What is added up, chunk by chunk."""

    count: int = 0
    nan_count: int = 0
    infinite_count: int = 0
    finite: int = 0
    mean: float = 0.0
    squares: float = 0.0
    """Sum of the squared distances from the mean."""
    minimum: float = math.inf
    maximum: float = -math.inf

    def add(self, chunk: torch.Tensor) -> None:
        """Take in more entries (the pairwise update of Chan, Golub and LeVeque, 1979)."""
        finite = chunk[torch.isfinite(chunk)].double()
        nans = int(torch.isnan(chunk).sum())
        self.count += chunk.numel()
        self.nan_count += nans
        self.infinite_count += chunk.numel() - finite.numel() - nans
        if not finite.numel():
            return
        mean, own = float(finite.mean()), finite.numel()
        distance, total = mean - self.mean, self.finite + own
        self.squares += float((finite - mean).square().sum())
        self.squares += distance**2 * self.finite * own / total
        self.mean += distance * own / total
        self.finite = total
        self.minimum = min(self.minimum, float(finite.min()))
        self.maximum = max(self.maximum, float(finite.max()))


def statistics_of(value: Value, limit: int = MAXIMUM_ENTRIES) -> tuple[m.TensorStatistics, str]:
    """Statistics, and a sentence if not every entry was read.

    The counts are always of all entries that were read.
    """
    strides = thinned(value.shape, value.shape, limit)
    taken = value.read([range(0, n, step) for n, step in zip(value.shape, strides, strict=True)])
    sums = _Sums()
    for chunk in torch.split(taken.reshape(-1), _CHUNK):
        sums.add(chunk)
    every = math.prod(strides)
    note = f"Statistics are of one in {every} entries." if every > 1 else ""
    return _message(sums, math.prod(value.shape)), note


def _message(sums: _Sums, count: int) -> m.TensorStatistics:
    known = sums.finite > 0
    return m.TensorStatistics(
        count=count,
        nan_count=sums.nan_count,
        infinite_count=sums.infinite_count,
        mean=sums.mean if known else None,
        deviation=math.sqrt(sums.squares / sums.finite) if known else None,
        minimum=sums.minimum if known else None,
        maximum=sums.maximum if known else None,
    )

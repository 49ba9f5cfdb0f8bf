"""Mean, spread, least and greatest of a tensor, NaN and Inf counted, in bounded time."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch

from interpogate.protocol import messages as m
from interpogate.visualizations.value import MAXIMUM_ENTRIES, Value, thinned

_CHUNK = 1 << 20
_COMPUTED = 1 << 20


@dataclass
class _Sums:
    """What is added up, chunk by chunk."""

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
        if not chunk.numel():
            return
        finite = chunk.double()
        variance, mean = (float(one) for one in torch.var_mean(finite, correction=0))
        if not math.isfinite(variance):
            finite = self._without_others(finite)
            if not finite.numel():
                return
            variance, mean = (float(one) for one in torch.var_mean(finite, correction=0))
        distance, total = mean - self.mean, self.finite + finite.numel()
        self.squares += variance * finite.numel()
        self.squares += distance**2 * self.finite * finite.numel() / total
        self.mean += distance * finite.numel() / total
        self.finite = total
        least, greatest = (float(one) for one in torch.aminmax(finite))
        self.minimum, self.maximum = min(self.minimum, least), max(self.maximum, greatest)

    def _without_others(self, chunk: torch.Tensor) -> torch.Tensor:
        """The finite entries of a chunk; the others are counted."""
        finite = chunk[torch.isfinite(chunk)]
        nans = int(torch.isnan(chunk).sum())
        self.nan_count += nans
        self.infinite_count += chunk.numel() - finite.numel() - nans
        return finite


def statistics_of(value: Value, limit: int = MAXIMUM_ENTRIES) -> tuple[m.TensorStatistics, str]:
    """Statistics, and a sentence if not every entry was read.

    The counts are always of all entries that were read.
    """
    steps = list(value.shape)
    if value.is_computed:  # a row is computed as a whole, however little of it is read
        limit, steps[-1] = _COMPUTED, 1
    strides = thinned(value.shape, steps, limit)
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

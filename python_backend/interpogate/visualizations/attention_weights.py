"""Attention weights computed anew from observed queries and keys, as torch's kernels define them.

The definition is that of `torch.nn.functional.scaled_dot_product_attention`. Weights are computed
for the heads and queries that are read, a few queries at a time.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import torch

from interpogate.trace.keeping import AttentionCall
from interpogate.visualizations.value import Selection

_SCORES_AT_ONCE = 1 << 22
_CHECKED_QUERIES = 64


class AttentionWeights:
    """Weights `(…, heads, query, key)` of one observed attention; float32."""

    dtype = torch.float32

    def __init__(self, call: AttentionCall) -> None:
        operands = {name: kept.tensor for name, kept in call.operands.items()}
        self._query = operands["query"].detach()
        self._key = operands["key"].detach()
        self._mask = operands.get("attn_mask")
        self._call = call
        self._value, self._output = operands["value"].detach(), operands["output"].detach()
        width = self._query.shape[-1]
        self._scale = call.scale if call.scale is not None else 1 / math.sqrt(width)
        self.shape = (*self._query.shape[:-1], self._key.shape[-2])

    def read(self, selection: Sequence[Selection]) -> torch.Tensor:
        """Chosen weights; a dimension with one index is gone."""
        *outer, queries, keys = selection
        places = [[one] if isinstance(one, int) else list(one) for one in outer]
        found = [self._head(place, queries, keys) for place in product(*places)]
        shape = [len(one) for one in outer if not isinstance(one, int)]
        return torch.stack(found).reshape((*shape, *found[0].shape))

    def largest_error(self) -> float:
        """How far the observed output is from what these weights give, in the first head."""
        place = (0,) * (len(self.shape) - 2)
        queries = range(min(self.shape[-2], _CHECKED_QUERIES))
        weights = self._head(place, queries, range(self.shape[-1]))
        value = self._value[self._grouped(place, self._value)].float().cpu()
        output = self._output[place][: len(queries)].float().cpu()
        extent = output.abs().max().clamp(min=1e-6)
        return float((weights @ value - output).abs().max() / extent)

    def _head(self, place: tuple[int, ...], queries: Selection, keys: Selection) -> torch.Tensor:
        query = self._query[place]
        key = self._key[self._grouped(place, self._key)].float()
        rows = [queries] if isinstance(queries, int) else list(queries)
        step = max(_SCORES_AT_ONCE // max(key.shape[0], 1), 1)
        parts = [
            self._weights(place, query, key, rows[first : first + step])
            for first in range(0, len(rows), step)
        ]
        weights = torch.cat(parts)
        column = keys if isinstance(keys, int) else slice(keys.start, keys.stop, keys.step)
        return weights[0 if isinstance(queries, int) else slice(None), column].cpu()

    def _weights(
        self, place: tuple[int, ...], query: torch.Tensor, key: torch.Tensor, rows: list[int]
    ) -> torch.Tensor:
        scores = query[rows].float() @ key.T * self._scale
        hidden = torch.zeros_like(scores, dtype=torch.bool)
        if self._call.is_causal:
            columns = torch.arange(key.shape[0], device=scores.device)
            hidden |= columns[None, :] > torch.tensor(rows, device=scores.device)[:, None]
        if self._mask is not None:
            mask = self._mask.expand(self.shape)[place][rows]
            if mask.dtype == torch.bool:
                hidden |= ~mask
            else:
                scores = scores + mask.float()
        hidden |= scores == -torch.inf
        weights = scores.masked_fill(hidden, -torch.inf).softmax(-1)
        # A query that may look at nothing has no weights at all, as in torch's kernels.
        return weights.masked_fill(hidden.all(-1, keepdim=True), 0.0)

    def _grouped(self, place: tuple[int, ...], shared: torch.Tensor) -> tuple[int, ...]:
        """Place of the keys or values that a head uses; several heads may share them."""
        if not place or shared.shape[-3] == self.shape[-3]:
            return place
        return (*place[:-1], place[-1] * shared.shape[-3] // self.shape[-3])

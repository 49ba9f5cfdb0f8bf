"""Shapes of public speech models, written small: WaveNet, VITS, a vocoder, Whisper, recurrences."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class WaveNet(nn.Module):
    """Gated dilated convolutions; residuals go on, skips are added up."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.start = nn.Conv1d(1, width, 1)
        self.filters = nn.ModuleList(nn.Conv1d(width, width, 2, dilation=2**n) for n in range(3))
        self.gates = nn.ModuleList(nn.Conv1d(width, width, 2, dilation=2**n) for n in range(3))
        self.residuals = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(3))
        self.skips = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(3))
        self.end = nn.Conv1d(width, 6, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.start(x)
        skip: Any = 0
        layers = zip(self.filters, self.gates, self.residuals, self.skips, strict=True)
        for filters, gates, residual, keep in layers:
            kept = x
            x = torch.tanh(filters(x)) * torch.sigmoid(gates(x))
            s = keep(x)
            skip = s + (skip[:, :, -s.size(2) :] if isinstance(skip, Tensor) else skip)
            x = residual(x)
            x = x + kept[:, :, -x.size(2) :]
        return self.end(functional.relu(skip))


def _gate(a: Tensor, b: Tensor, count: int) -> Tensor:
    added = a + b
    return torch.tanh(added[:, :count, :]) * torch.sigmoid(added[:, count:, :])


scripted_gate = torch.jit.script(_gate)


class Wn(nn.Module):
    """The gate is a scripted function; half of what each layer gives goes on."""

    def __init__(self, width: int = 4, layers: int = 2) -> None:
        super().__init__()
        self.width, self.layers = width, layers
        self.drop, self.cond = nn.Dropout(0.1), nn.Conv1d(width, 2 * width * layers, 1)
        self.inner = nn.ModuleList(
            nn.Conv1d(width, 2 * width, 3, dilation=2**n, padding=2**n) for n in range(layers)
        )
        self.outer = nn.ModuleList(
            nn.Conv1d(width, 2 * width if n < layers - 1 else width, 1) for n in range(layers)
        )

    def forward(self, x: Tensor, mask: Tensor, g: Tensor) -> Tensor:
        output = torch.zeros_like(x)
        g = self.cond(g)
        for number in range(self.layers):
            start = number * 2 * self.width
            cond = g[:, start : start + 2 * self.width, :]
            acts = self.drop(scripted_gate(self.inner[number](x), cond, self.width))
            both = self.outer[number](acts)
            if number < self.layers - 1:
                x = (x + both[:, : self.width, :]) * mask
                output = output + both[:, self.width :, :]
            else:
                output = output + both
        return output * mask


class Vits(nn.Module):
    """A posterior, flows that couple halves and are flipped, and a decoder of what was sampled."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.pre, self.wn, self.proj = nn.Conv1d(6, width, 1), Wn(width), nn.Conv1d(width, 16, 1)
        self.flow_pre = nn.ModuleList(nn.Conv1d(4, width, 1) for _ in range(2))
        self.flow_wn = nn.ModuleList(Wn(width) for _ in range(2))
        self.flow_post = nn.ModuleList(nn.Conv1d(width, 4, 1) for _ in range(2))
        self.speakers, self.decoder = nn.Embedding(3, width), nn.ConvTranspose1d(8, 1, 4, 2, 1)

    def forward(self, y: Tensor, y_lengths: Tensor, sid: Tensor) -> tuple[Tensor, Tensor]:
        steps = torch.arange(y.size(2))
        mask = (steps[None] < y_lengths[:, None]).unsqueeze(1).to(y.dtype)
        g = self.speakers(sid).unsqueeze(-1)
        stats = self.proj(self.wn(self.pre(y) * mask, mask, g)) * mask
        mean, log = torch.split(stats, 8, dim=1)
        z = (mean + torch.randn_like(mean) * torch.exp(log)) * mask
        latent = z
        for pre, wn, post in zip(self.flow_pre, self.flow_wn, self.flow_post, strict=True):
            still, moved = torch.split(latent, [4, 4], 1)
            moved = moved - post(wn(pre(still) * mask, mask, g)) * mask
            latent = torch.flip(torch.cat([still, moved], 1), [1])
        return torch.tanh(self.decoder(z * mask)), latent


class Whisper(nn.Module):
    """Spectra to an encoder; tokens to a decoder that looks at it, with tied weights at the end."""

    class Layer(nn.Module):
        def __init__(self, width: int, crosses: bool) -> None:
            super().__init__()
            self.norm, self.look = nn.LayerNorm(width), _Attention(width)
            self.cross_norm = nn.LayerNorm(width) if crosses else None
            self.cross = _Attention(width) if crosses else None
            self.mlp_norm = nn.LayerNorm(width)
            self.mlp = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))

        def forward(
            self, x: Tensor, seen: Tensor | None = None, mask: Tensor | None = None
        ) -> Tensor:
            x = x + self.look(self.norm(x), mask=mask)
            if self.cross is not None and self.cross_norm is not None:
                x = x + self.cross(self.cross_norm(x), seen)
            return x + self.mlp(self.mlp_norm(x))

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv1d(4, width, 3, 1, 1), nn.Conv1d(width, width, 3, 2, 1)
        self.register_buffer("places", torch.randn(6, width))
        self.places: Tensor
        self.encoder = nn.ModuleList(self.Layer(width, crosses=False) for _ in range(2))
        self.seen_norm, self.norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.tokens = nn.Embedding(11, width)
        self.positions = nn.Parameter(torch.randn(9, width))
        self.decoder = nn.ModuleList(self.Layer(width, crosses=True) for _ in range(2))
        self.register_buffer("mask", torch.full((9, 9), -torch.inf).triu_(1), persistent=False)
        self.mask: Tensor

    def forward(self, mel: Tensor, tokens: Tensor) -> Tensor:
        seen = functional.gelu(self.conv2(functional.gelu(self.conv1(mel)))).permute(0, 2, 1)
        seen = (seen + self.places).to(seen.dtype)
        for layer in self.encoder:
            seen = layer(seen)
        seen = self.seen_norm(seen)
        x = self.tokens(tokens) + self.positions[: tokens.shape[-1]]
        x = x.to(seen.dtype)
        for layer in self.decoder:
            x = layer(x, seen, mask=self.mask)
        return (self.norm(x) @ self.tokens.weight.to(x.dtype).transpose(0, 1)).float()


class _Attention(nn.Module):
    """Queries of one sequence, keys and values of the same or another."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key, self.value = nn.Linear(width, width, bias=False), nn.Linear(width, width)

    def forward(self, x: Tensor, other: Tensor | None = None, mask: Tensor | None = None) -> Tensor:
        q = self.query(x)
        k, v = (part(x if other is None else other) for part in (self.key, self.value))
        q, k, v = (part.view(*part.shape[:2], 2, -1).permute(0, 2, 1, 3) for part in (q, k, v))
        scores = q @ k.transpose(-1, -2) * 0.5
        if mask is not None:
            scores = scores + mask[: x.shape[1], : x.shape[1]]
        weights = functional.softmax(scores.float(), dim=-1).to(q.dtype)
        return self.out((weights @ v).permute(0, 2, 1, 3).flatten(start_dim=2))


class Packed(nn.Module):
    """Sequences of several lengths through a recurrent layer, and the last state of each."""

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.embedding = nn.Embedding(9, width)
        self.lstm = nn.LSTM(width, width, batch_first=True, bidirectional=True)
        self.scores, self.last = nn.Linear(2 * width, 3), nn.Linear(2 * width, 2)

    def forward(self, tokens: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x = self.embedding(tokens)
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        output, (hidden, _) = self.lstm(packed)
        output, _ = pad_packed_sequence(output, batch_first=True)
        return self.scores(output), self.last(torch.cat([hidden[0], hidden[1]], -1))


class Cells(nn.Module):
    """Two stacked cells, step by step, then a guess of each next step from the last one."""

    def __init__(self, width: int = 5) -> None:
        super().__init__()
        self.first, self.second = nn.LSTMCell(1, width), nn.LSTMCell(width, width)
        self.linear = nn.Linear(width, 1)

    def forward(self, x: Tensor, future: int = 2) -> Tensor:
        h1 = c1 = h2 = c2 = torch.zeros(x.size(0), 5)
        outputs = []
        for step in x.split(1, dim=1):  # type: ignore[no-untyped-call]
            h1, c1 = self.first(step, (h1, c1))
            h2, c2 = self.second(h1, (h2, c2))
            outputs.append(self.linear(h2))
        for _ in range(future):
            h1, c1 = self.first(outputs[-1], (h1, c1))
            h2, c2 = self.second(h1, (h2, c2))
            outputs.append(self.linear(h2))
        return torch.cat(outputs, dim=1)


class Vector(nn.Module):
    """Each frame is replaced by the nearest entry of a book, as residual coding does."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.encoder, self.decoder = nn.Conv1d(1, width, 4, 4), nn.ConvTranspose1d(width, 1, 4, 4)
        self.books = nn.ModuleList(nn.Embedding(8, width) for _ in range(2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        left = self.encoder(x).transpose(1, 2)
        total = torch.zeros_like(left)
        codes = []
        for book in self.books:
            code = torch.cdist(left, book.get_parameter("weight")[None]).argmin(-1)
            near = book(code)
            left, total = left - near, total + near
            codes.append(code)
        return self.decoder(total.transpose(1, 2)), torch.stack(codes, 1)

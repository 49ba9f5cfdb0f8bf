"""Shapes of public language models, written small: Gemma, experts, Mamba, caches, loops, ties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class Norm(nn.Module):
    """Computed in float32, given back in the type that came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + 1e-6)
        return (wide * (1.0 + self.weight.float())).type_as(x)


class LlamaNorm(nn.Module):
    """Where the type is float32 already, the conversion returns the very same tensor."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        kind = x.dtype
        x = x.to(torch.float32)
        x = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6)
        return self.weight * x.to(kind)


class Rotary(nn.Module):
    """Takes the hidden states for their type alone."""

    def __init__(self, half: int) -> None:
        super().__init__()
        self.register_buffer("rates", 1.0 / 100 ** (torch.arange(half) / half))
        self.rates: Tensor

    def forward(self, x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor]:
        angles = positions[..., None].float() * self.rates
        angles = torch.cat((angles, angles), dim=-1)
        return angles.cos().to(x.dtype), angles.sin().to(x.dtype)


@dataclass
class Cache:
    """Keys and values of all steps, by layer."""

    keys: dict[int, Tensor] = field(default_factory=dict)
    values: dict[int, Tensor] = field(default_factory=dict)

    def update(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Add one step's and return all."""
        if layer in self.keys:
            key = torch.cat([self.keys[layer], key], dim=-2)
            value = torch.cat([self.values[layer], value], dim=-2)
        self.keys[layer], self.values[layer] = key, value
        return key, value


def _turned(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    first, second = x.chunk(2, -1)
    return x * turn[0][:, None] + torch.cat((-second, first), -1) * turn[1][:, None]


class Attention(nn.Module):
    """Two query heads share one of keys and values; scores are capped softly."""

    def __init__(self, width: int, layer: int) -> None:
        super().__init__()
        self.layer = layer
        self.q_proj, self.o_proj = nn.Linear(width, width), nn.Linear(width, width)
        self.k_proj, self.v_proj = nn.Linear(width, width // 2), nn.Linear(width, width // 2)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor, cache: Cache) -> Tensor:
        half = x.shape[-1] // 2
        parts = (proj(x) for proj in (self.q_proj, self.k_proj, self.v_proj))
        q, k, v = (part.view(*x.shape[:2], -1, half).transpose(1, 2) for part in parts)
        k, v = cache.update(self.layer, _turned(k, turn), v)
        k, v = (part[:, :, None].expand(-1, -1, 2, -1, -1).flatten(1, 2) for part in (k, v))
        scores = torch.tanh(_turned(q, turn) @ k.transpose(2, 3) * 0.5 / 20) * 20
        weights = (scores + mask).softmax(-1, dtype=torch.float32).to(q.dtype)
        return self.o_proj((weights @ v).transpose(1, 2).reshape(x.shape))


class Experts(nn.Module):
    """Each token goes to the best two of three experts, which share an activation."""

    act = nn.GELU()

    class Expert(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.up, self.gate = nn.Linear(width, 8), nn.Linear(width, 8)
            self.down, self.act = nn.Linear(8, width), Experts.act

        def forward(self, x: Tensor) -> Tensor:
            return self.down(self.act(self.gate(x)) * self.up(x))

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, 3, bias=False)
        self.experts = nn.ModuleList(self.Expert(width) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        weights, chosen = torch.topk(self.gate(flat).softmax(-1), 2, dim=-1)
        weights = (weights / weights.sum(-1, keepdim=True)).to(flat.dtype)
        total = torch.zeros_like(flat)
        where = functional.one_hot(chosen, 3).permute(2, 1, 0)
        for number, expert in enumerate(self.experts):
            rank, token = torch.where(where[number])
            part = expert(flat[token]) * weights[token, rank, None]
            total.index_add_(0, token, part.to(flat.dtype))
        return total.reshape(x.shape)


class Block(nn.Module):
    """Norms before and after attention and experts."""

    def __init__(self, width: int, layer: int, norm: type[nn.Module]) -> None:
        super().__init__()
        self.input_norm, self.post_norm, self.pre_norm = (norm(width) for _ in range(3))
        self.attention, self.mlp = Attention(width, layer), Experts(width)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor], mask: Tensor, cache: Cache) -> Tensor:
        residual = x
        x = self.attention(self.input_norm(x), turn, mask, cache)
        x = residual + self.post_norm(x)
        residual = x
        return residual + self.mlp(self.pre_norm(x))


class Decoder(nn.Module):
    """A stack of blocks with tied input and output weights."""

    def __init__(self, norm: type[nn.Module] = Norm, layers: int = 2) -> None:
        super().__init__()
        width = 8
        self.embed, self.rotary = nn.Embedding(13, width), Rotary(width // 4)
        self.layers = nn.ModuleList(Block(width, n, norm) for n in range(layers))
        self.norm, self.head = norm(width), nn.Linear(width, 13, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, input_ids: Tensor, past: Cache | None = None) -> tuple[Tensor, Cache]:
        cache = Cache() if past is None else past
        seen = cache.keys[0].shape[-2] if cache.keys else 0
        x = self.embed(input_ids)
        x = x * torch.tensor(x.shape[-1] ** 0.5, dtype=x.dtype)
        positions = torch.arange(seen, seen + x.shape[1])[None]
        mask = torch.full((x.shape[1], seen + x.shape[1]), -1e9).triu(seen + 1)
        turn = self.rotary(x, positions)
        for layer in self.layers:
            x = layer(x, turn, mask, cache)
        return self.head(self.norm(x)), cache


class Greedy(nn.Module):
    """Writes two more tokens, one for each call of the model, on what it kept."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Decoder(LlamaNorm, layers=1)

    def forward(self, input_ids: Tensor) -> tuple[Tensor, Tensor]:
        logits, cache = self.model(input_ids)
        for _ in range(2):
            token = logits[:, -1].argmax(-1, keepdim=True)
            input_ids = torch.cat([input_ids, token], dim=-1)
            logits, cache = self.model(token, past=cache)
        return input_ids, logits


class Mamba(nn.Module):
    """A selective scan, token by token."""

    def __init__(self, width: int = 4, states: int = 3) -> None:
        super().__init__()
        self.norm, self.in_proj = LlamaNorm(width), nn.Linear(width, 4 * width, bias=False)
        self.conv = nn.Conv1d(2 * width, 2 * width, 3, groups=2 * width, padding=2)
        self.x_proj, self.dt_proj = nn.Linear(2 * width, 1 + 2 * states), nn.Linear(1, 2 * width)
        self.log = nn.Parameter(torch.rand(2 * width, states))
        self.skip, self.out_proj = nn.Parameter(torch.ones(2 * width)), nn.Linear(2 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        h, gate = self.in_proj(self.norm(x)).chunk(2, dim=-1)
        h = functional.silu(self.conv(h.transpose(1, 2))[:, :, : x.shape[1]].transpose(1, 2))
        return x + self.out_proj(self._scanned(h) * functional.silu(gate))

    def _scanned(self, h: Tensor) -> Tensor:
        step, b, c = self.x_proj(h).split([1, 3, 3], dim=-1)
        step = functional.softplus(self.dt_proj(step))
        decay = torch.exp(torch.einsum("b l d, d n -> b l d n", step, -torch.exp(self.log.float())))
        taken = torch.einsum("b l d, b l n, b l d -> b l d n", step, b, h)
        state = torch.zeros(h.shape[0], h.shape[-1], 3)
        outputs = []
        for number in range(h.shape[1]):
            state = decay[:, number] * state + taken[:, number]
            outputs.append(torch.einsum("b d n, b n -> b d", state, c[:, number]))
        return torch.stack(outputs, dim=1) + h * self.skip


class Bert(nn.Module):
    """Three embeddings, one shared layer called again, and a head on the first token."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.words, self.kinds = nn.Embedding(11, width, padding_idx=0), nn.Embedding(2, width)
        self.places, self.norm = nn.Embedding(7, width), nn.LayerNorm(width)
        self.drop = nn.Dropout(0.1)
        self.layer = nn.TransformerEncoderLayer(width, 2, 16, batch_first=True)
        self.pooler, self.act = nn.Linear(width, width), nn.Tanh()

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor | None = None
    ) -> dict[str, Tensor]:
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        x = self.words(input_ids) + self.kinds(token_type_ids)
        x = self.drop(self.norm(x + self.places(torch.arange(input_ids.shape[1])[None])))
        for _ in range(2):
            x = self.layer(x, src_key_padding_mask=attention_mask == 0)
        mean = (x * attention_mask[..., None]).sum(1) / attention_mask.sum(1, keepdim=True)
        return {"hidden": x, "pooled": self.act(self.pooler(x[:, 0])), "mean": mean}


class Balanced(nn.Module):
    """A branch leaves its loss on the module, where the model picks it up."""

    class Gated(nn.Module):
        def __init__(self, width: int) -> None:
            super().__init__()
            self.gate, self.up = nn.Linear(width, 2), nn.Linear(width, width)
            self.loss: Tensor | None = None

        def forward(self, x: Tensor) -> Tensor:
            shares = self.gate(x).softmax(-1)
            self.loss = shares.mean(0).var()
            return x + self.up(x) * shares[..., :1]

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.layers = nn.ModuleList(self.Gated(width) for _ in range(2))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        losses: list[Any] = []
        for layer in self.layers:
            x = layer(x)
            losses.append(layer.loss)
        return x, torch.stack(losses).sum()

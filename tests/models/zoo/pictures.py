"""Shapes of public image models, written small: U-Net, diffusion, vision transformers."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class Double(nn.Sequential):
    """Two convolutions with in-place activations."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__(
            nn.Conv2d(taken, given, 3, padding=1), nn.ReLU(inplace=True),
            nn.Conv2d(given, given, 3, padding=1), nn.ReLU(inplace=True),
        )  # fmt: skip


class UNet(nn.Module):
    """One pool and one dropout shared by all levels; skips are padded and concatenated."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.pool, self.drop = nn.MaxPool2d(2), nn.Dropout2d(0.1)
        self.down = nn.ModuleList(Double(3 if n == 0 else width, width) for n in range(3))
        self.up = nn.ModuleList(nn.ConvTranspose2d(width, width, 2, 2) for _ in range(2))
        self.merge = nn.ModuleList(Double(2 * width, width) for _ in range(2))
        self.out = nn.Conv2d(width, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for number, block in enumerate(self.down):
            x = block(x if number == 0 else self.pool(x))
            skips.append(x)
        skips.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            skip = skips.pop()
            x = up(x)
            rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
            x = functional.pad(
                x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2]
            )
            x = self.drop(merge(torch.cat([skip, x], dim=1)))
        return self.out(x)


class TimedBlock(nn.Module):
    """A residual block that the time shifts and scales."""

    def __init__(self, taken: int, given: int, time: int) -> None:
        super().__init__()
        self.norm1, self.conv1 = nn.GroupNorm(2, taken), nn.Conv2d(taken, given, 3, padding=1)
        self.norm2, self.conv2 = nn.GroupNorm(2, given), nn.Conv2d(given, given, 3, padding=1)
        self.time = nn.Sequential(nn.SiLU(), nn.Linear(time, 2 * given))
        self.act, self.drop = nn.SiLU(), nn.Dropout(0.1)
        self.shortcut = nn.Conv2d(taken, given, 1) if taken != given else nn.Identity()

    def forward(self, x: Tensor, t: Tensor) -> Tensor:
        h = self.conv1(self.act(self.norm1(x)))
        scale, shift = self.time(t)[:, :, None, None].chunk(2, 1)
        h = self.norm2(h) * (1 + scale) + shift
        return self.conv2(self.drop(self.act(h))) + self.shortcut(x)


class Diffusion(nn.Module):
    """Noise for a picture and a time: skips by a stack, attention in the middle."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.width = width
        self.time = nn.Sequential(nn.Linear(width, 16), nn.SiLU(), nn.Linear(16, 16))
        self.first = nn.Conv2d(3, width, 3, padding=1)
        self.down = nn.ModuleList([TimedBlock(width, width, 16), TimedBlock(width, 16, 16)])
        self.shrink = nn.Conv2d(width, width, 3, 2, 1)
        self.look = nn.MultiheadAttention(16, 2, batch_first=True)
        self.up = nn.ModuleList([TimedBlock(32, width, 16), TimedBlock(2 * width, width, 16)])
        self.grow = nn.Upsample(scale_factor=2)
        self.last = nn.Conv2d(width, 3, 3, padding=1)

    def forward(self, sample: Tensor, timestep: Tensor) -> Tensor:
        rates = torch.exp(-math.log(10000.0) * torch.arange(self.width // 2) / (self.width // 2))
        angles = timestep[:, None].float() * rates[None]
        time = self.time(torch.cat([angles.sin(), angles.cos()], -1))
        x = self.first(sample)
        skips = [self.down[0](x, time)]
        skips.append(self.down[1](self.shrink(skips[-1]), time))
        tokens = skips[-1].flatten(2).transpose(1, 2)
        middle = (tokens + self.look(tokens, tokens, tokens)[0]).transpose(1, 2)
        x = middle.reshape(skips[-1].shape)
        x = self.grow(self.up[0](torch.cat([x, skips.pop()], 1), time))
        return self.last(self.up[1](torch.cat([x, skips.pop()], 1), time))


class DropPath(nn.Module):
    """Nothing happens outside of training: the very tensor comes back."""

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rand(x.shape[0], 1, 1).round() if self.training else x


class VisionBlock(nn.Module):
    """Attention and a perceptron, each scaled and perhaps dropped."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, 16), nn.GELU(), nn.Linear(16, width))
        self.scale, self.drop = nn.Parameter(torch.ones(width)), DropPath()
        self.q_norm = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm1(x)).unflatten(-1, (3, 2, -1)).permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(self.q_norm(q), k, v)
        x = x + self.drop(self.scale * self.proj(mixed.transpose(1, 2).flatten(2)))
        return x + self.drop(self.mlp(self.norm2(x)))


class VisionTransformer(nn.Module):
    """Patches with a class token, resized positions, and registers that are cut off again."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.registers = nn.Parameter(torch.randn(1, 2, width))
        self.positions = nn.Parameter(torch.randn(1, 9, width))
        self.blocks = nn.ModuleList(VisionBlock(width) for _ in range(2))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 5)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        grid = self.patches(images)
        places = self.positions.transpose(1, 2).unflatten(-1, (3, 3))  # type: ignore[no-untyped-call]
        places = functional.interpolate(places, size=grid.shape[-2:], mode="bicubic").to(grid.dtype)
        x = (grid + places).flatten(2).transpose(1, 2)
        start = self.cls_token.expand(x.shape[0], -1, -1)
        x = torch.cat((start, self.registers.expand(x.shape[0], -1, -1), x), dim=1)
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return {"logits": self.head(x[:, 0]), "patches": x[:, 3:]}


class Windows(nn.Module):
    """Attention in shifted windows: rolled, cut, joined, rolled back, cut off."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.norm, self.qkv = nn.LayerNorm(width), nn.Linear(width, 3 * width)
        self.proj, self.reduce = nn.Linear(width, width), nn.Linear(4 * width, width)
        self.bias = nn.Parameter(torch.randn(49, 1))
        index = torch.arange(16).unflatten(0, (4, 4))  # type: ignore[no-untyped-call]
        self.register_buffer("index", (index[None] + index[:, None]).flatten(1) % 49)
        self.index: Tensor

    def forward(self, x: Tensor) -> Tensor:
        batch, height, width, channels = x.shape
        h = functional.pad(self.norm(x), (0, 0, 0, -width % 4, 0, -height % 4))
        h = torch.roll(h, (-2, -2), (1, 2))
        rows, columns = h.shape[1] // 4, h.shape[2] // 4
        parts = h.view(batch, rows, 4, columns, 4, channels).permute(0, 1, 3, 2, 4, 5)
        q, k, v = self.qkv(parts.reshape(-1, 16, channels)).chunk(3, -1)
        bias = self.bias[self.index[:4].repeat(4, 1).flatten()[:256]].view(1, 16, 16)
        parts = self.proj((q @ k.transpose(1, 2) + bias).softmax(-1) @ v)
        h = parts.view(batch, rows, columns, 4, 4, channels).permute(0, 1, 3, 2, 4, 5)
        h = torch.roll(h.reshape(batch, rows * 4, columns * 4, channels), (2, 2), (1, 2))
        x = x + h[:, :height, :width]
        corners = [x[:, row::2, column::2] for row in (0, 1) for column in (0, 1)]
        return self.reduce(torch.cat(corners, -1))


class InPlace(nn.Module):
    """Writes into views of a buffer before and after they are taken."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.a, self.b, self.c = (nn.Linear(width, width) for _ in range(3))
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        buffer = x.new_zeros(3, *x.shape)
        first, second, third = buffer.unbind(0)
        first.copy_(self.a(x))
        second += y
        third[1:] = x[1:]
        torch.mul(first, 2.0, out=third)
        top, _ = buffer.split([1, 2])  # type: ignore[no-untyped-call]
        self.relu(top)
        return self.b(buffer), self.c(second)


class Residual(nn.Module):
    """The shortcut is kept by name before a dropout returns the very same tensor."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.first, self.second = (nn.Conv1d(width, width, 3, padding=1) for _ in range(2))
        self.drop = nn.Dropout(0.1)
        self.last = nn.Conv1d(width, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        for _ in range(2):
            residual = x
            x = self.drop(x)
            x = self.second(functional.leaky_relu(x, 0.1)) + residual
        return self.last(x)

"""Shapes of public detectors, written small: YOLO, DETR, SAM, a two-stage detector."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvAct(nn.Module):
    """Convolution, normalization and an activation that all such blocks share."""

    act = nn.SiLU()

    def __init__(self, taken: int, given: int, kernel: int = 1, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(taken, given, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(given)
        self.act = ConvAct.act

    def forward(self, x: Tensor) -> Tensor:
        return self.act(self.norm(self.conv(x)))


class Bottleneck(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = ConvAct(width, width, 3), ConvAct(width, width, 3)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(x))


class Split(nn.Module):
    """One half goes on step by step, and every step is kept."""

    def __init__(self, taken: int, given: int, steps: int = 2) -> None:
        super().__init__()
        self.before = ConvAct(taken, given)
        self.steps = nn.ModuleList(Bottleneck(given // 2) for _ in range(steps))
        self.after = ConvAct((2 + steps) * given // 2, given)

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.before(x).chunk(2, 1))
        parts.extend(step(parts[-1]) for step in self.steps)
        return self.after(torch.cat(parts, 1))


class Pooling(nn.Module):
    """One pool applied to what it gave before."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before, self.after = ConvAct(width, width // 2), ConvAct(2 * width, width)
        self.pool = nn.MaxPool2d(5, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        steps = [self.before(x)]
        steps.extend(self.pool(steps[-1]) for _ in range(3))
        return self.after(torch.cat(steps, 1))


class Yolo(nn.Module):
    """A backbone, a path down, a path up, and a head for each scale."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.stem = ConvAct(3, width, 3, 2)
        self.stage1 = nn.Sequential(ConvAct(width, width, 3, 2), Split(width, width))
        self.stage2 = nn.Sequential(
            ConvAct(width, width, 3, 2), Split(width, width), Pooling(width)
        )
        self.upsample = nn.Upsample(scale_factor=2)
        self.down, self.up = Split(2 * width, width), Split(2 * width, width)
        self.shrink = ConvAct(width, width, 3, 2)
        self.heads = nn.ModuleList(nn.Conv2d(width, 6, 1) for _ in range(2))

    def forward(self, x: Tensor) -> tuple[Tensor, list[Tensor]]:
        fine = self.stage1(self.stem(x))
        coarse = self.stage2(fine)
        fine = self.down(torch.cat([self.upsample(coarse), fine], 1))
        coarse = self.up(torch.cat([self.shrink(fine), coarse], 1))
        maps = [head(scale) for head, scale in zip(self.heads, (fine, coarse), strict=True)]
        boxes = torch.cat([scores.flatten(2) for scores in maps], 2)
        return torch.cat((boxes[:, :2].sigmoid() * 2, boxes[:, 2:]), 1), maps


@dataclass
class Padded:
    """Pictures of several sizes as one tensor, with a mask of what is padding."""

    tensors: Tensor
    mask: Tensor


def padded(pictures: list[Tensor]) -> Padded:
    """Written into slices of one buffer."""
    height = max(picture.shape[1] for picture in pictures)
    width = max(picture.shape[2] for picture in pictures)
    tensors = pictures[0].new_zeros((len(pictures), 3, height, width))
    mask = torch.ones((len(pictures), height, width), dtype=torch.bool)
    for picture, place, hidden in zip(pictures, tensors, mask, strict=True):
        place[:, : picture.shape[1], : picture.shape[2]].copy_(picture)
        hidden[: picture.shape[1], : picture.shape[2]] = False
    return Padded(tensors, mask)


class SinePlaces(nn.Module):
    """Two sines for each position that is no padding."""

    def forward(self, mask: Tensor) -> Tensor:
        rows, columns = (~mask).cumsum(1).float(), (~mask).cumsum(2).float()
        parts = [rows.sin(), rows.cos(), columns.sin(), columns.cos()]
        return torch.stack(parts * 2, dim=1)


class Detr(nn.Module):
    """Pictures of several sizes, a backbone, an encoder and a decoder with learned queries."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.backbone = nn.Conv2d(3, width, 4, 4)
        self.places = SinePlaces()
        self.encoder = nn.TransformerEncoderLayer(width, 2, 16, 0.0)
        self.queries = nn.Embedding(3, width)
        self.decoder = nn.TransformerDecoderLayer(width, 2, 16, 0.0)
        self.classes, self.boxes = nn.Linear(width, 4), nn.Linear(width, 4)

    def forward(self, samples: list[Tensor]) -> dict[str, Tensor]:
        batch = padded(samples)
        features = self.backbone(batch.tensors)
        small = functional.interpolate(batch.mask[None].float(), size=features.shape[-2:])
        mask = small.to(torch.bool)[0]
        tokens = (features + self.places(mask)).flatten(2).permute(2, 0, 1)
        memory = self.encoder(tokens, src_key_padding_mask=mask.flatten(1))
        queries = self.queries.weight.unsqueeze(1).repeat(1, len(samples), 1)
        found = self.decoder(queries, memory, memory_key_padding_mask=mask.flatten(1))
        return {"logits": self.classes(found), "boxes": self.boxes(found).sigmoid()}


class Prompts(nn.Module):
    """Points and a dense mask as embeddings; what is not given has learned ones."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.points = nn.ModuleList(nn.Embedding(1, width) for _ in range(2))
        self.nothing = nn.Embedding(1, width)
        self.no_mask = nn.Embedding(1, width)
        self.register_buffer("waves", torch.randn(2, width // 2))
        self.waves: Tensor

    def dense_places(self, size: int) -> Tensor:
        """A position for every cell of the picture."""
        grid = torch.ones(size, size)
        places = torch.stack([grid.cumsum(1) / size, grid.cumsum(0) / size], -1) @ self.waves
        return torch.cat([places.sin(), places.cos()], -1).permute(2, 0, 1)

    def forward(self, points: Tensor, labels: Tensor, size: int) -> tuple[Tensor, Tensor]:
        places = points @ self.waves
        sparse = torch.cat([places.sin(), places.cos()], -1)
        sparse[labels == -1] = 0.0
        sparse[labels == -1] += self.nothing.weight
        for label, embedding in enumerate(self.points):
            sparse[labels == label] += embedding.get_parameter("weight")
        dense = self.no_mask.weight.reshape(1, -1, 1, 1)
        return sparse, dense.expand(points.shape[0], -1, size, size)


class Masks(nn.Module):
    """Tokens look at the picture; each makes weights for one mask."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.tokens = nn.Embedding(3, width)
        self.look = nn.MultiheadAttention(width, 2, batch_first=True)
        self.upscale = nn.Sequential(nn.ConvTranspose2d(width, width, 2, 2), nn.GELU())
        self.weights = nn.ModuleList(nn.Linear(width, width) for _ in range(3))
        self.quality = nn.Linear(width, 3)

    def forward(self, picture: Tensor, places: Tensor, sparse: Tensor, dense: Tensor) -> Any:
        tokens = self.tokens.weight.unsqueeze(0).expand(sparse.shape[0], -1, -1)
        tokens = torch.cat((tokens, sparse), 1)
        source = torch.repeat_interleave(picture, tokens.shape[0], dim=0) + dense
        keys = source.flatten(2).transpose(1, 2)
        where = torch.repeat_interleave(places[None], tokens.shape[0], dim=0).flatten(2)
        tokens = tokens + self.look(tokens, keys + where.transpose(1, 2), keys)[0]
        big = self.upscale(source)
        each = [weights(tokens[:, number]) for number, weights in enumerate(self.weights)]
        masks = torch.stack(each, 1) @ big.flatten(2)
        return masks.view(*masks.shape[:2], *big.shape[-2:]), self.quality(tokens[:, 0])


class Sam(nn.Module):
    """A list of pictures with their prompts; a list of answers."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.image_encoder = nn.Sequential(nn.Conv2d(3, width, 4, 4), nn.GELU())
        self.prompt_encoder, self.mask_decoder = Prompts(width), Masks(width)

    def forward(self, batched_input: list[dict[str, Any]]) -> list[dict[str, Tensor]]:
        pictures = torch.stack([record["image"] / 2 - 0.1 for record in batched_input])
        answers = []
        for record, embedding in zip(batched_input, self.image_encoder(pictures), strict=True):
            size = embedding.shape[-1]
            sparse, dense = self.prompt_encoder(record["points"], record["labels"], size)
            places = self.prompt_encoder.dense_places(size)
            low, quality = self.mask_decoder(embedding[None], places, sparse, dense)
            answers.append({"masks": low > 0, "quality": quality, "logits": low})
        return answers


class TwoStage(nn.Module):
    """A pyramid, proposals on each level, and a head on what is cut out around them."""

    def __init__(self, width: int = 8) -> None:
        super().__init__()
        self.stages = nn.ModuleList(
            nn.Conv2d(3 if n == 0 else width, width, 2, 2) for n in range(3)
        )
        self.inner = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(3))
        self.outer = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(3))
        self.proposals = nn.Conv2d(width, 5, 1)
        self.box_head = nn.Sequential(nn.Flatten(), nn.Linear(width * 4, width), nn.ReLU())
        self.scores, self.shifts = nn.Linear(width, 3), nn.Linear(width, 4)

    def forward(self, images: list[Tensor]) -> list[dict[str, Tensor]]:
        batch = torch.stack([(image - 0.4) / 0.2 for image in images])
        levels = self._pyramid(batch)
        boxes = self._proposed(levels)
        cut = torch.stack([self._cut(levels[0], number, box) for number, box in boxes])
        hidden = self.box_head(cut)
        answers = zip(self.scores(hidden).split(2), self.shifts(hidden).split(2), strict=True)
        return [{"scores": scores.softmax(-1), "boxes": shifts} for scores, shifts in answers]

    def _pyramid(self, x: Tensor) -> list[Tensor]:
        features = []
        for stage in self.stages:
            x = stage(x).relu_()
            features.append(x)
        last = self.inner[-1](features[-1])
        levels = [self.outer[-1](last)]
        for number in (1, 0):
            top = functional.interpolate(last, size=features[number].shape[-2:], mode="nearest")
            last = self.inner[number](features[number]) + top
            levels.insert(0, self.outer[number](last))
        return levels

    def _proposed(self, levels: list[Tensor]) -> list[tuple[int, Tensor]]:
        maps = [self.proposals(level).flatten(2) for level in levels]
        found = torch.cat(maps, 2)
        best = found[:, 0].topk(2, dim=1).indices
        boxes = found[:, 1:].gather(2, best[:, None].expand(-1, 4, -1)).sigmoid()
        return [(n, boxes[n, :, k]) for n in range(found.shape[0]) for k in range(2)]

    def _cut(self, level: Tensor, number: int, box: Tensor) -> Tensor:
        low, high = box[:2] * 2 - 1, box[2:] * 2 - 1
        steps = torch.linspace(0, 1, 2)
        rows = low[0] + (high[0] - low[0]) * steps
        columns = low[1] + (high[1] - low[1]) * steps
        grid = torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1)
        one = level[number : number + 1]
        return functional.grid_sample(one, grid[None], align_corners=False)[0]

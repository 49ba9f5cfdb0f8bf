"""Shapes of public networks on graphs and points, written small."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


class GraphConvolution(nn.Module):
    """Messages along edges, weighted by degrees, added up at their targets."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.linear = nn.Linear(taken, given, bias=False)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        source, target = edge_index
        degree = torch.zeros(x.size(0)).scatter_add_(0, target, torch.ones(target.size(0)))
        scale = degree.clamp(min=1).pow(-0.5)
        messages = self.linear(x)[source] * (scale[source] * scale[target])[:, None]
        return torch.zeros(x.size(0), messages.size(1)).index_add_(0, target, messages)


class GraphAttention(nn.Module):
    """A softmax over the edges that meet at a node."""

    def __init__(self, taken: int, given: int) -> None:
        super().__init__()
        self.linear, self.give = nn.Linear(taken, given), nn.Linear(given, 1)
        self.take, self.act = nn.Linear(given, 1), nn.LeakyReLU(0.2)

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        source, target = edge_index
        h = self.linear(x)
        scores = self.act(self.give(h)[source] + self.take(h)[target])
        index = target[:, None]
        top = torch.full((x.size(0), 1), -1e9).scatter_reduce(0, index, scores, "amax")
        weights = (scores - top[target]).exp()
        total = torch.zeros(x.size(0), 1).scatter_add(0, index, weights)
        messages = h[source] * weights / total[target]
        return torch.zeros_like(h).scatter_add(0, index.expand_as(messages), messages)


@dataclass
class Molecules:
    """Several graphs as one: nodes, edges, and which graph a node belongs to."""

    x: Tensor
    edge_index: Tensor
    batch: Tensor


class GraphNetwork(nn.Module):
    """Two kinds of layers, a mean over each graph, a head."""

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.first, self.second = GraphConvolution(4, width), GraphAttention(width, width)
        self.head, self.drop = nn.Linear(width, 2), nn.Dropout(0.2)

    def forward(self, data: Molecules) -> Tensor:
        x = self.drop(functional.relu(self.first(data.x, data.edge_index)))
        x = functional.elu(self.second(x, data.edge_index))
        count = torch.zeros(2).index_add_(0, data.batch, torch.ones(x.size(0)))
        total = torch.zeros(2, x.size(1)).index_add_(0, data.batch, x)
        return functional.log_softmax(self.head(total / count[:, None]), dim=-1)


class PointNet(nn.Module):
    """A predicted rotation, a perceptron for each point, the largest of each channel."""

    def __init__(self, width: int = 6) -> None:
        super().__init__()
        self.turn = nn.Sequential(nn.Conv1d(3, width, 1), nn.ReLU(), nn.Conv1d(width, 9, 1))
        self.points = nn.Sequential(nn.Conv1d(3, width, 1), nn.BatchNorm1d(width), nn.ReLU())
        self.head = nn.Linear(2 * width, 4)

    def forward(self, points: Tensor) -> Tensor:
        turn = self.turn(points).max(dim=2)[0].view(-1, 3, 3) + torch.eye(3)
        local = self.points(torch.bmm(points.transpose(2, 1), turn).transpose(2, 1))
        whole = torch.max(local, 2, keepdim=True)[0].repeat(1, 1, points.shape[2])
        return self.head(torch.cat([local, whole], 1).transpose(2, 1))


class Distances(nn.Module):
    """Atoms: distances between neighbours make the filters of a continuous convolution."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.atoms, self.filters = nn.Embedding(5, width), nn.Linear(6, width)
        self.lin1, self.lin2 = nn.Linear(width, width, bias=False), nn.Linear(width, width)
        self.energy = nn.Linear(width, 1)
        self.register_buffer("centers", torch.linspace(0, 2, 6))
        self.centers: Tensor

    def forward(self, z: Tensor, positions: Tensor) -> Tensor:
        apart = torch.cdist(positions, positions)
        rows, columns = torch.nonzero((apart < 1e3) & ~torch.eye(len(z), dtype=torch.bool)).unbind(
            1
        )
        length = (positions[rows] - positions[columns]).norm(dim=-1)
        weights = self.filters(torch.exp(-((length[:, None] - self.centers) ** 2)))
        weights = weights * (0.5 * (torch.cos(length * 0.1) + 1.0))[:, None]
        x = self.atoms(z)
        h = torch.zeros_like(x).index_add(0, rows, self.lin1(x)[columns] * weights)
        return self.energy(x + self.lin2(functional.softplus(h))).sum()


class Recommender(nn.Module):
    """Bags of categories and numbers; every pair of embeddings meets."""

    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.bags = nn.ModuleList(nn.EmbeddingBag(7, width, mode="sum") for _ in range(2))
        self.bottom = nn.Sequential(nn.Linear(3, width), nn.ReLU())
        self.top = nn.Linear(width + 3, 1)

    def forward(self, dense: Tensor, offsets: list[Tensor], indices: list[Tensor]) -> Tensor:
        x = self.bottom(dense)
        bags = zip(self.bags, indices, offsets, strict=True)
        parts = torch.stack([x, *(bag(index, offset) for bag, index, offset in bags)], dim=1)
        pairs = torch.bmm(parts, parts.transpose(1, 2))
        rows, columns = torch.tril_indices(3, 3, -1)
        return torch.sigmoid(self.top(torch.cat([x, pairs[:, rows, columns]], dim=1)))

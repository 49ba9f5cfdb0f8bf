"""What is written through one view of a tensor is read through another one."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
import torch
from torch import nn
from torch.nn import functional

from flow_models import Between, pairs, reached
from interpogate import Interpogate
from interpogate.trace.aliasing import region_of

Way = Callable[[torch.Tensor], torch.Tensor]


def sibling(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    first, second = y[:2], y[1:]
    first.add_(h[:2])
    return second


def taken_before(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    view = y.view(-1, 4)
    y.add_(h)
    return view


def view_of_view(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(2, 3, 4)
    view = y[0]
    view[1:].add_(h[1:])
    return view


def into_out(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(2, 3, 4)
    torch.add(h, 1, out=y[0])
    return y


def unbound(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(2, 3, 4)
    first, _ = y.unbind(0)
    first.copy_(h)
    return y


def iterated(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    for row, value in zip(y, h, strict=True):
        row.copy_(value)
    return y


def split(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 8)
    left, _ = y.chunk(2, dim=1)
    left += h
    return y[:, :4]


def transposed(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(4, 3)
    y.t().copy_(h)
    return y.t()


def by_data(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    y.data.add_(h)
    return y


def by_data_item(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    y.data[:2] = h[:2]
    return y


def detached(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    y.detach().add_(h)
    return y


def set_in_view(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(2, 3, 4)
    y[0][1:] = h[1:]
    return y


def activated(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    view = y[1:]
    view.copy_(h[1:])
    functional.relu(view, inplace=True)
    return y


def new_data(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    y.data = h * 2
    return y


def other_type(h: torch.Tensor) -> torch.Tensor:
    y = torch.zeros(3, 4)
    y.view(torch.int32).copy_(h.view(torch.int32))
    return y


WAYS: tuple[Way, ...] = (
    sibling, taken_before, view_of_view, into_out, unbound, iterated, split, transposed, by_data,
    by_data_item, detached, set_in_view, activated, new_data, other_type,
)  # fmt: skip


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode, torch.enable_grad])
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_is_written_through_a_view_reaches_who_reads_another(
    way: Way, mode: Callable[[], AbstractContextManager[None]]
) -> None:
    # Where a gradient is asked for, torch itself refuses some of these.
    model = Between(way).eval().requires_grad_(mode is torch.no_grad)
    interp = Interpogate(model)
    with mode():
        interp.forward(torch.randn(3, 4))
    assert "b" in reached(pairs(interp), "a")


def test_what_is_written_beside_a_view_does_not_reach_it() -> None:
    def way(h: torch.Tensor) -> torch.Tensor:
        y = torch.zeros(3, 8)
        left, right = y.chunk(2, dim=1)
        left.copy_(h)
        return right

    interp = Interpogate(Between(way))
    with torch.no_grad():
        interp.forward(torch.randn(3, 4))
    assert "b" not in reached(pairs(interp), "a")


def test_two_inputs_that_fill_one_buffer_both_flow() -> None:
    class Padding(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.head = nn.Linear(4, 2)

        def forward(self, images: list[torch.Tensor]) -> torch.Tensor:
            padded = torch.zeros(2, 3, 4)
            for image, room in zip(images, padded, strict=True):
                room[: image.shape[0]].copy_(image)
            return torch.as_tensor(self.head(padded))

    interp = Interpogate(Padding())
    interp.forward([torch.ones(2, 4), torch.ones(3, 4)])
    found = pairs(interp)
    assert "head" in reached(found, "input:images.0")
    assert "head" in reached(found, "input:images.1")


def test_what_was_overwritten_as_a_whole_counts_no_more() -> None:
    class Overwritten(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a, self.c, self.b = (nn.Linear(4, 4) for _ in range(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = torch.zeros(3, 4)
            y[1:].copy_(self.a(x)[1:])
            y[:].copy_(self.c(x))
            return torch.as_tensor(self.b(y))

    interp = Interpogate(Overwritten())
    with torch.no_grad():
        interp.forward(torch.randn(3, 4))
    found = pairs(interp)
    assert "b" in reached(found, "c")
    assert "b" not in reached(found, "a")


def test_regions_never_miss_that_two_views_meet_nor_claim_a_false_cover() -> None:
    chance = random.Random(0)  # noqa: S311 (no secret)
    exact = count = 0
    for _ in range(2000):
        base = torch.arange(chance.choice([12, 24, 60])).view(
            chance.choice([(-1,), (3, -1), (-1, 4)])
        )
        one, other = _some_view(base, chance), _some_view(base, chance)
        ours, theirs = set(one.flatten().tolist()), set(other.flatten().tolist())
        if not ours or not theirs:
            continue
        meets = region_of(one).meets(region_of(other))
        assert meets or not ours & theirs
        assert theirs <= ours or not region_of(one).covers(region_of(other))
        exact, count = exact + (meets == bool(ours & theirs)), count + 1
    assert exact > 0.98 * count


def _some_view(tensor: torch.Tensor, chance: random.Random) -> torch.Tensor:
    for _ in range(chance.randrange(4)):
        if not tensor.dim() or not tensor.numel():
            break
        dim = chance.randrange(tensor.dim())
        first = chance.randrange(tensor.shape[dim])
        last = chance.randrange(first, tensor.shape[dim]) + 1
        ways = (
            tensor.narrow(dim, first, last - first),
            tensor.select(dim, first),
            tensor.permute(*chance.sample(range(tensor.dim()), tensor.dim())),
            tensor[:: chance.choice([1, 2])],
            chance.choice(tensor.chunk(2, dim)),
            tensor.unsqueeze(0),
        )
        tensor = chance.choice(ways)
    return tensor

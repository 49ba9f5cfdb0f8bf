"""Large tensors arrive reduced to what is drawn, and nothing is lost on the way."""

from __future__ import annotations

import torch
from torch import nn

from interpogate.protocol import messages as m
from interpogate.visualizations.dimensions import Dimension
from interpogate.visualizations.statistics import statistics_of
from interpogate.visualizations.value import MAXIMUM_ENTRIES, Value
from observing import block, numbers, observe, read, shown


class Given(nn.Module):
    """Returns what it is given."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x * 1


def _shown(x: torch.Tensor, kind: str = "heatmap", **more: object) -> m.BlockPicture:
    names = ("width", "height", "window", "panel")
    request = {name: more.pop(name) for name in names if name in more}
    return shown(observe(Given(), x=x), block(".", kind, **more), **request)


def test_no_more_cells_than_pixels_are_sent_and_each_is_an_average() -> None:
    x = torch.randn(10, 9)
    found = _shown(x, width=4, height=5)
    assert (found.y.step, found.y.count, found.x.step, found.x.count) == (2, 5, 3, 3)
    expected = x.reshape(5, 2, 3, 3).mean((1, 3))
    torch.testing.assert_close(numbers(found)[0], expected)
    assert "average of 2 × 3" in found.note


def test_the_last_cell_averages_what_is_left() -> None:
    x = torch.randn(2, 10)
    found = _shown(x, width=4)
    assert found.x.count == 4
    torch.testing.assert_close(numbers(found)[0, :, 3], x[:, 9])


def test_a_spike_stays_in_sight_if_one_asks_for_extremes() -> None:
    x = torch.zeros(4, 100)
    x[2, 50] = -7
    found = _shown(x, width=10, options={"cells": "extreme"})
    assert float(numbers(found).min()) == -7


def test_bars_of_several_entries_say_how_far_they_reach() -> None:
    x = torch.randn(100)
    found = _shown(x, "bar", width=10)
    pooled = x.reshape(10, 10)
    torch.testing.assert_close(numbers(found)[0, 0], pooled.mean(1))
    assert torch.equal(numbers(found, "minima")[0, 0], pooled.amin(1))
    assert torch.equal(numbers(found, "maxima")[0, 0], pooled.amax(1))


def test_a_window_shows_a_part_in_full_under_the_same_colours() -> None:
    x = torch.randn(40, 40)
    whole = _shown(x, width=10, height=10)
    window = m.BlockWindow(first_x=4, last_x=12, first_y=8, last_y=18)
    part = _shown(x, width=10, height=10, window=window)
    assert torch.equal(numbers(part)[0], x[8:18, 4:12])
    assert (part.x.first, part.y.first, part.x.step) == (4, 8, 1)
    assert (part.low, part.high) == (whole.low, whole.high)


def test_a_window_beyond_the_tensor_is_cut() -> None:
    window = m.BlockWindow(first_x=-5, last_x=99, first_y=7, last_y=7)
    found = _shown(torch.randn(8, 6), window=window)
    assert (found.x.first, found.x.count, found.y.first, found.y.count) == (0, 6, 7, 1)


def test_one_panel_can_be_read_alone() -> None:
    x = torch.randn(3, 4, 5)
    found = _shown(x, roles=("spread", "y", "x"), panel=2)
    assert torch.equal(numbers(found), x[2:])
    assert (found.panels.first, found.panels.count, found.panels.size) == (2, 1, 3)


def test_two_spread_dimensions_make_pairs() -> None:
    x = torch.randn(2, 3, 4, 5)
    found = _shown(x, roles=("spread", "spread", "y", "x"))
    assert torch.equal(numbers(found), x.reshape(6, 4, 5))
    assert found.panels.labels[:4] == ("0 · 0", "0 · 1", "0 · 2", "1 · 0")
    one = _shown(x, roles=("spread", "spread", "y", "x"), panel=4)
    assert torch.equal(numbers(one)[0], x[1, 1])


def test_nan_and_infinity_survive_in_both_forms() -> None:
    small = torch.randn(4, 6)
    small[0, 0], small[1, 1], small[2, 2] = torch.nan, torch.inf, -torch.inf
    large = small.repeat(150, 100)
    assert torch.equal(numbers(_shown(small)).nan_to_num(9), small[None].nan_to_num(9))
    found = _shown(large)
    (array,) = found.arrays
    assert array.dtype == "uint8"
    seen = numbers(found)[0]
    for mark in (torch.isnan, torch.isposinf, torch.isneginf):
        assert torch.equal(mark(seen), mark(large))
    step = (large.nan_to_num(0, 0, 0).amax(1) - large.nan_to_num(0, 0, 0).amin(1)).max() / 252
    finite = torch.isfinite(large)
    assert (seen[finite] - large[finite]).abs().max() <= step
    assert found.statistics is not None
    assert found.statistics.nan_count == 150 * 100
    assert found.statistics.infinite_count == 2 * 150 * 100


def test_a_tensor_of_nothing_but_nan_is_drawn() -> None:
    found = _shown(torch.full((3, 4), torch.nan))
    assert torch.isnan(numbers(found)).all()
    assert found.statistics is not None
    assert found.statistics.mean is None
    assert found.statistics.nan_count == 12
    for kind in ("histogram", "bar", "line", "slice"):
        assert _shown(torch.full((3, 4), torch.nan), kind).statistics == found.statistics


def test_ten_gigabytes_are_read_in_part_and_it_is_said() -> None:
    model = Given()
    model.huge = nn.Buffer(torch.arange(50_000.0).expand(50_000, 50_000))
    observed = observe(model, x=torch.zeros(1))
    for kind in ("heatmap", "histogram", "bar", "line", "slice"):
        wanted = block(".", kind, "huge", side="parameter")
        found = shown(observed, wanted, width=100, height=100)
        assert "one of" in found.note.lower() or "one in" in found.note
        assert found.statistics is not None
        assert found.statistics.count == 50_000**2


def test_many_panels_are_cut_and_it_is_said() -> None:
    found = _shown(torch.randn(1000, 2, 2), roles=("spread", "y", "x"))
    assert found.panels.count == 256
    assert "first 256 of 1000" in found.note


def test_a_picture_fits_into_a_message_however_much_is_asked_for() -> None:
    found = _shown(torch.randn(64, 400, 400), roles=("spread", "y", "x"))
    assert sum(len(array.data) for array in found.arrays) < 3_500_000


def test_statistics_are_those_of_torch() -> None:
    x = torch.randn(1000, 999) * 5 + 100
    found, note = statistics_of(Value((x,), "x"))
    assert note == ""
    assert abs((found.mean or 0) - float(x.double().mean())) < 1e-9
    assert abs((found.deviation or 0) - float(x.double().std(correction=0))) < 1e-9
    assert (found.minimum, found.maximum) == (float(x.min()), float(x.max()))


def test_statistics_of_a_large_tensor_say_that_they_are_of_a_part() -> None:
    value = Value((torch.ones(1).expand(MAXIMUM_ENTRIES * 3),), "x")
    found, note = statistics_of(value)
    assert note == "Statistics are of one in 4 entries."
    assert (found.mean, found.count) == (1.0, MAXIMUM_ENTRIES * 3)


def test_every_dtype_can_be_looked_at() -> None:
    names = "bool uint8 int64 float16 bfloat16 float64 complex64 float8_e4m3fn".split()
    for name in names:
        x = torch.ones(2, 3).to(getattr(torch, name))
        assert torch.equal(numbers(_shown_as_buffer(x))[0], torch.ones(2, 3))


def _shown_as_buffer(x: torch.Tensor) -> m.BlockPicture:
    model = Given()
    model.own = nn.Buffer(x)
    return shown(observe(model, x=torch.zeros(1)), block(".", "heatmap", "own", side="parameter"))


def test_a_dimension_knows_whether_it_is_a_text() -> None:
    assert Dimension("tokens", 3).is_token_axis
    assert not Dimension("heads", 3).is_token_axis


def test_a_scalar_is_a_slice_of_one_cell() -> None:
    model = Given()
    model.own = nn.Buffer(torch.tensor(3.5))
    observed = observe(model, x=torch.zeros(1))
    found = shown(observed, block(".", "slice", "own", side="parameter"))
    assert numbers(found).tolist() == [[[3.5]]]
    refused = read(observed, block(".", "heatmap", "own", side="parameter"))
    assert refused.problem is not None

"""Progress: nothing below a second, a bar above, nothing without tqdm."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from interpogate.progress import Progress

SECOND = 1_000_000_000


class Bar:
    """Stands for tqdm's, whose text is not ours to test."""

    made: list[Bar] = []  # noqa: RUF012 (emptied by each test)

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.total: int | None = None
        self.done = 0
        self.is_closed = False
        Bar.made.append(self)

    def update(self, count: int) -> None:
        self.done += count

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture(autouse=True)
def _bar(monkeypatch: pytest.MonkeyPatch) -> None:
    tqdm = pytest.importorskip("tqdm.auto")
    Bar.made.clear()
    monkeypatch.setattr(tqdm, "tqdm", Bar)
    monkeypatch.setattr("interpogate.progress.perf_counter_ns", lambda: 0)


def finish(progress: Progress, *times: float) -> None:
    for time in times:
        progress.started(0, int(time * SECOND))
        progress.finished(0, int(time * SECOND))


def test_a_short_run_shows_nothing() -> None:
    progress = Progress(3)
    finish(progress, 0.1, 0.5, 0.9)
    progress.close()
    assert not Bar.made


def test_a_long_run_shows_how_many_modules_ran_and_clears_away() -> None:
    progress = Progress(4)
    finish(progress, 0.5, 1.2, 1.25, 1.4)
    progress.close()
    bar = Bar.made[0]
    assert (len(Bar.made), bar.done, bar.total, bar.is_closed) == (1, 4, 4, True)
    assert bar.options["leave"] is False


def test_of_a_run_with_more_calls_than_modules_the_end_is_not_known() -> None:
    progress = Progress(1)
    finish(progress, 0.5, 0.6, 1.2)
    assert Bar.made[0].total is None
    assert Bar.made[0].done == 3


def test_what_surely_takes_long_shows_from_its_beginning() -> None:
    with Progress(50_000, "picture", "steps"):
        assert Bar.made[0].options["unit"] == " steps"
    assert Bar.made[0].is_closed


def test_items_are_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with Progress(9) as progress:
        progress.expect(3)
        monkeypatch.setattr("interpogate.progress.perf_counter_ns", lambda: 2 * SECOND)
        assert list(progress.over("abc")) == ["a", "b", "c"]
        progress.finished(0, 4 * SECOND)
    bar = Bar.made[0]
    assert (bar.done, bar.total, bar.is_closed) == (4, None, True)


def test_without_tqdm_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    progress = Progress(1)
    finish(progress, 2, 3)
    progress.close()
    assert not Bar.made

"""An exception raised from another thread ends the block it was meant for, and nothing else."""

from __future__ import annotations

import threading

import pytest

from interpogate.worker.interruption import Interruption


class Stopped(BaseException):
    pass


def _raise_until_done(interruption: Interruption, done: threading.Event) -> int:
    count = 0
    while not done.is_set():
        count += interruption.raise_inside()
    return count


def test_a_loop_in_the_block_ends() -> None:
    interruption, done = Interruption(Stopped), threading.Event()
    other = threading.Thread(target=_raise_until_done, args=(interruption, done))
    other.start()
    try:
        with pytest.raises(Stopped):
            _loop_inside(interruption)
    finally:
        done.set()
        other.join()


def _loop_inside(interruption: Interruption) -> None:
    with interruption.possible():
        while True:
            pass


def test_outside_the_block_nothing_is_raised() -> None:
    interruption = Interruption(Stopped)
    assert not interruption.raise_inside()
    with interruption.possible():
        pass
    assert not interruption.raise_inside()


def test_whenever_it_comes_it_comes_out_of_the_block() -> None:
    interruption, done = Interruption(Stopped), threading.Event()
    other = threading.Thread(target=_raise_until_done, args=(interruption, done))
    other.start()
    try:
        stopped = 0
        while stopped < 200:
            stopped += _was_stopped(interruption)
    finally:
        done.set()
        other.join()


def _was_stopped(interruption: Interruption) -> bool:
    try:
        with interruption.possible():
            sum(range(50))
    except Stopped:
        return True
    return False

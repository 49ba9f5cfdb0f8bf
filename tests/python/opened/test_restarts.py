"""Which ends of a worker are forgiven, and how often."""

from __future__ import annotations

import pytest

from interpogate.opened.restarts import LastMoments, RestartPolicy
from interpogate.opened.worker_process import WorkerExit


class _Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def _last(
    returncode: int = -9, *, ready: bool = True, running: bool = False, asked: bool = False
) -> LastMoments:
    ending = WorkerExit(returncode=returncode)
    return LastMoments(ending=ending, is_ready=ready, is_running=running, is_asked=asked)


@pytest.mark.parametrize("returncode", [-9, -15, -11, 1, 0])
def test_a_ready_worker_with_nothing_to_do_comes_back_however_it_ended(returncode: int) -> None:
    assert RestartPolicy().allows(_last(returncode))


def test_a_worker_that_ended_in_a_run_stays_away() -> None:
    assert not RestartPolicy().allows(_last(running=True))


def test_while_loading_only_a_kill_from_outside_is_forgiven_and_once() -> None:
    assert not RestartPolicy().allows(_last(-11, ready=False))
    assert not RestartPolicy().allows(_last(3, ready=False))
    policy = RestartPolicy()
    assert [policy.allows(_last(-9, ready=False)) for _ in range(2)] == [True, False]


def test_a_kill_while_loading_is_forgiven_again_once_the_model_was_ready() -> None:
    policy = RestartPolicy()
    for _ in range(2):
        assert policy.allows(_last(-9, ready=False))
        policy.ready()


def test_three_in_a_row_are_the_limit() -> None:
    policy = RestartPolicy(clock=_Clock())
    answers = []
    for _ in range(4):
        policy.ready()
        answers.append(policy.allows(_last(-11)))
    assert answers == [True, True, True, False]


def test_kills_from_outside_are_forgiven_longer_but_not_for_ever() -> None:
    policy = RestartPolicy(clock=_Clock())
    answers = []
    for _ in range(21):
        policy.ready()
        answers.append(policy.allows(_last(-9)))
    assert answers == [True] * 20 + [False]


def test_a_worker_that_lived_ready_for_a_while_breaks_the_row() -> None:
    clock = _Clock()
    policy = RestartPolicy(clock=clock)
    for _ in range(20):
        policy.ready()
        clock.now += 2
        assert policy.allows(_last(-11))


def test_a_worker_that_always_ends_at_a_request_is_given_up_however_late_that_comes() -> None:
    clock = _Clock()
    policy = RestartPolicy(clock=clock)
    answers = []
    for _ in range(4):
        policy.ready()
        clock.now += 100
        answers.append(policy.allows(_last(-11, asked=True)))
    assert answers == [True, True, True, False]


def test_a_start_that_the_user_asked_for_counts_anew() -> None:
    policy = RestartPolicy(clock=_Clock())
    for _ in range(4):
        policy.allows(_last(-11))
    policy.forget()
    assert policy.allows(_last(-11))

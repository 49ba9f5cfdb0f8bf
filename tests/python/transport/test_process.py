"""A child that is told to end with its parent does, even when the parent is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from interpogate.transport.process import kill_descendants
from process_marks import ProcessMark
from waiting import wait_until

BACKEND = Path(__file__).resolve().parents[3] / "python_backend"
_CHILD = """
import os, time
from interpogate.transport.process import end_group, end_with_parent
end_with_parent()
assert os.getpgrp() == os.getpid()
"""
_PARENT = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", sys.argv[1]], stdin=subprocess.DEVNULL)
time.sleep(600)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's parent-death signal")


@pytest.fixture
def mark() -> Iterator[ProcessMark]:
    mark = ProcessMark()
    yield mark
    mark.assert_none_left()


def _start(mark: ProcessMark, *arguments: str) -> subprocess.Popen[bytes]:
    environment = {**mark.environment, "PYTHONPATH": str(BACKEND)}
    command = [sys.executable, "-c", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)


def test_a_child_ends_when_its_parent_is_killed(mark: ProcessMark) -> None:
    code = _CHILD + "print('ready', flush=True)\ntime.sleep(600)"
    with _start(mark, _PARENT, code) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        assert len(mark.living()) == 2
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
        wait_until(lambda: not mark.living(), "the child has ended")


def test_ending_the_group_ends_what_user_code_has_started(mark: ProcessMark) -> None:
    code = _CHILD + "import subprocess\nsubprocess.Popen(['sleep', '600'])\nend_group()"
    with _start(mark, code) as child:
        assert child.wait() == -signal.SIGKILL
    wait_until(lambda: not mark.living(), "the grandchild has ended")


def test_ending_the_group_ends_children_in_sessions_of_their_own(mark: ProcessMark) -> None:
    start = "subprocess.Popen(['sleep', '600'], start_new_session=True)"
    code = _CHILD + f"import subprocess\n{start}\nend_group()"
    with _start(mark, code) as child:
        assert child.wait() == -signal.SIGKILL
        wait_until(lambda: not mark.living(), "the grandchild has ended")


def test_what_a_process_has_started_can_be_ended_from_outside(mark: ProcessMark) -> None:
    inner = "import subprocess, time\nsubprocess.Popen(['sleep', '600'], start_new_session=True)\n"
    code = f"{inner}print('ready', flush=True)\ntime.sleep(600)"
    with _start(mark, code) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"ready\n"
        kill_descendants(parent.pid)
        wait_until(lambda: mark.living() == [parent.pid], "only the process itself is left")
        parent.kill()

"""The wire of a child process: nothing but messages reaches it, and nobody else keeps it open."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest

from interpogate.transport.stdio import StdioChannel
from waiting import wait_until

BACKEND = Path(__file__).resolve().parents[3] / "python_backend"
# without PYTHONUNBUFFERED, since what is printed early is meant to wait in the stream's buffer
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(BACKEND), "PYTHONUNBUFFERED": ""}
_CLAIM = "from interpogate.transport.stdio import claim_stdio\nchannel = claim_stdio()\n"
_WAYS_TO_PRINT = {
    "print": "print('noise')",
    "the C level": "import os; os.write(1, b'noise\\n')",
    "a child process": "import subprocess; subprocess.run(['echo', 'noise'], check=True)",
    "the original stream": "import sys; sys.__stdout__.write('noise\\n')",
    "what was printed before": "",
}


def _child(
    code: str, *, before: str = "", stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", f"{before}\n{_CLAIM}{code}\nchannel.send('[1]')\nchannel.close()"],
        input=stdin,
        capture_output=True,
        check=True,
        timeout=60,
        env=ENVIRONMENT,
    )


@pytest.mark.parametrize("way", _WAYS_TO_PRINT)
def test_what_is_printed_goes_to_standard_error(way: str) -> None:
    before = "print('noise')" if way == "what was printed before" else ""
    done = _child(_WAYS_TO_PRINT[way], before=before)
    assert (done.stdout, done.stderr.strip()) == (b"[1]\n", b"noise")


def test_user_code_cannot_read_the_wire() -> None:
    code = "import sys; channel.send(f'[{len(sys.stdin.read())}]'); channel.send(channel.read())"
    assert _child(code, stdin=b"[2]\n").stdout == b"[0]\n[2]\n[1]\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the system cannot fork")
def test_a_forked_child_does_not_keep_the_wire_open() -> None:
    code = "import os, time\nif os.fork() == 0:\n    print(os.getpid()); time.sleep(600)"
    command = [sys.executable, "-c", _CLAIM + code]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        grandchild = int(child.stderr.readline())
        assert child.stdout.read() == b""
        os.kill(grandchild, 9)


def _channels() -> tuple[StdioChannel, int, int]:
    theirs, ours = os.pipe()
    reading, writing = os.pipe()
    return StdioChannel(theirs, writing), ours, reading


def test_lines_are_read_one_by_one_until_the_other_side_closes() -> None:
    channel, writing, _ = _channels()
    os.write(writing, b'{"a": "\xc3\xa9"}\n\n[2]\n[unfinished')
    assert [channel.read(), channel.read()] == ['{"a": "é"}', "[2]"]
    os.close(writing)
    assert channel.read() is None
    channel.close()


def test_messages_from_many_threads_arrive_whole() -> None:
    channel, _, reading = _channels()
    texts = [str(number) * 10_000 for number in range(10)]
    threads = [Thread(target=channel.send, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    received = b""
    while received.count(b"\n") < len(texts):
        received += os.read(reading, 65536)
    for thread in threads:
        thread.join()
    assert sorted(received.decode().split()) == sorted(texts)
    channel.close()


def test_a_reader_that_is_stuck_makes_the_sender_wait_and_one_that_is_gone_frees_it() -> None:
    channel, _, reading = _channels()
    sent: list[int] = []

    def send_much() -> None:
        for number in range(12):
            channel.send("x" * 3_000_000)
            sent.append(number)

    sender = Thread(target=send_much)
    sender.start()
    wait_until(lambda: len(sent) >= 5, "the queue is full")
    sender.join(0.2)
    assert len(sent) < 8
    os.close(reading)
    sender.join()
    assert len(sent) == 12
    channel.close()


def test_a_message_must_stand_on_one_line() -> None:
    channel, _, _ = _channels()
    with pytest.raises(ValueError, match="one line"):
        channel.send("[1,\n2]")
    channel.close()

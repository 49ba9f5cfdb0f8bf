"""Models whose code does what a worker must survive, or at least not pass on.

Each behaves while it is opened and misbehaves when the first dimension of its input is 13.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time

import torch
from torch import Tensor, nn

print("printed while importing")  # noqa: T201 (that is the point)

UNLUCKY = 13
example_inputs = {"x": torch.ones(2, 4)}


class Hostile(nn.Module):
    """Two layers; between them it misbehaves."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        x = self.first(x)
        if x.shape[0] == UNLUCKY:
            self.misbehave()
        return self.second(x)

    def misbehave(self) -> None:
        raise NotImplementedError


class Printing(Hostile):
    """Writes to standard output in every way there is, also what looks like a message."""

    def misbehave(self) -> None:
        lie = '{"jsonrpc": "2.0", "method": "model/changed", "params": {"phase": "failed"}}\n'
        print("printed by forward")  # noqa: T201
        sys.__stdout__.write(lie)  # type: ignore[union-attr]
        os.write(1, lie.encode())
        subprocess.run(["echo", "printed by a child"], check=True)
        sys.stdin.read()


class PrintingWithoutEnd(Hostile):
    """Fills standard error as fast as it can, a hundred thousand lines."""

    def misbehave(self) -> None:
        for number in range(100_000):
            print("line", number)  # noqa: T201


class Exiting(Hostile):
    """Ends the process without a word."""

    def misbehave(self) -> None:
        os._exit(9)


class Quitting(Hostile):
    """Ends the program in the way scripts do."""

    def misbehave(self) -> None:
        sys.exit("enough")


class Crashing(Hostile):
    """Crashes as a faulty extension module does."""

    def misbehave(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)


class Raising(Hostile):
    """Raises midway."""

    def misbehave(self) -> None:
        raise ValueError("no luck with 13 rows")


class Looping(Hostile):
    """Never comes back."""

    def misbehave(self) -> None:
        while True:
            time.sleep(0.01)


class LoopingOverModules(Hostile):
    """Never comes back, but calls a module again and again."""

    def misbehave(self) -> None:
        while True:
            self.first(torch.ones(1, 4))


class HoldingTheInterpreter(Hostile):
    """Never comes back and lets no other thread run either."""

    def misbehave(self) -> None:
        re.fullmatch(r"(a+)+b", "a" * 64)


class ClosingDescriptors(Hostile):
    """Closes every descriptor it can, the wire among them."""

    def misbehave(self) -> None:
        os.closerange(3, 256)


class LeavingProcesses(Hostile):
    """Starts a process and a thread that never end."""

    def misbehave(self) -> None:
        subprocess.Popen(["sleep", "600"])
        threading.Thread(target=threading.Event().wait).start()


class NeedingArguments(nn.Module):
    """Cannot be made without arguments."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layer = nn.Linear(width, width)


def exits() -> nn.Module:
    """End the process while the model is made."""
    os._exit(9)


def quits() -> nn.Module:
    """End the program while the model is made."""
    sys.exit("enough")


def loops() -> nn.Module:
    """Never give a model."""
    while True:
        time.sleep(0.01)


def is_no_model() -> int:
    """Give something else."""
    return 3

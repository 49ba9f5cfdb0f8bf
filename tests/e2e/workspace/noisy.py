"""A model that writes wherever it can."""

import os
import subprocess
import sys

import torch
from torch import nn

print('{"jsonrpc": "2.0", "id": 1, "result": "printed while importing"}')


class NoisyNet(nn.Module):
    """Prints, writes to the descriptor, and lets a child process write."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        print("printed in forward", flush=True)
        os.write(1, b'Content-Length: 5\r\n\r\n{"a":\n')
        subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
        return self.layer(x)

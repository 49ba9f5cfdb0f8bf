"""Connects to a port many times, in a process of its own: `crowd.py PORT COUNT`.

A tenth of the connections ask for something under a wrong name, the others say nothing; a hundred
at a time are open.
"""

from __future__ import annotations

import socket
import sys
from contextlib import suppress

AT_ONCE = 100


def main(port: int, count: int) -> None:
    """Come and go."""
    for _ in range(count // AT_ONCE):
        batch = [socket.create_connection(("127.0.0.1", port)) for _ in range(AT_ONCE)]
        for number, connection in enumerate(batch):
            with suppress(OSError):
                if number % 10 == 0:
                    connection.sendall(b"GET / HTTP/1.1\r\nHost: evil\r\n\r\n")
            connection.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))

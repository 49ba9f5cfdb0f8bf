"""Talks to a web server over plain sockets, as a browser, a stranger or an attacker would."""

from __future__ import annotations

import base64
import json
import os
import socket
import struct
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from waiting import PATIENCE_S

Json = dict[str, Any]
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


class RawConnection(AbstractContextManager["RawConnection"]):
    """A TCP connection that says exactly what it is told to say."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._rest = b""

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def request(self, path: str, *, method: str = "GET", **headers: str | None) -> Answer:
        """One request; a header that is None is left out, `_` in names stands for `-`."""
        named = [(n.replace("_", "-"), v) for n, v in headers.items() if v is not None]
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named)]
        self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return self.answer()

    def upgrade(
        self, *, host: str | None, origin: str | None, token: str | None, path: str = "/socket"
    ) -> Answer:
        """Ask for the WebSocket."""
        key = base64.b64encode(os.urandom(16)).decode()
        protocols = "interpogate" if token is None else f"interpogate, {token}"
        return self.request(
            path,
            Host=host,
            Origin=origin,
            Connection="Upgrade",
            Upgrade="websocket",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key=key,
            Sec_WebSocket_Protocol=protocols,
        )

    def answer(self) -> Answer:
        """The next HTTP response; status 0 if the connection ended instead."""
        while b"\r\n\r\n" not in self._rest:
            if not self._receive():
                return Answer(0, {}, b"")
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(": ") for line in lines)
        headers = {name.lower(): value for name, _, value in pairs}
        while len(self._rest) < int(headers.get("content-length", "0")):
            if not self._receive():
                break
        body = self._rest if "content-length" in headers else b""
        return Answer(int(first.split(" ")[1]), headers, body)

    def ended(self) -> bool:
        """Wait for the other side to close."""
        while self._receive():
            pass
        return True

    def send_frame(self, kind: int, data: bytes) -> None:
        """A whole masked frame."""
        self.send(frame_head(kind, len(data)) + masked(data))

    def receive_frame(self) -> tuple[int, bytes]:
        """The next frame from the server."""
        head = self._exactly(2)
        length = head[1] & 127
        if length == 126:
            length = struct.unpack("!H", self._exactly(2))[0]
        elif length == 127:
            length = struct.unpack("!Q", self._exactly(8))[0]
        return head[0] & 15, self._exactly(length)

    def call(self, method: str, **params: Any) -> Json:
        """A request of a page; gives the whole reply, events that come before it are skipped."""
        text = json.dumps({"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
        self.send_frame(TEXT, text.encode())
        while True:
            kind, data = self.receive_frame()
            assert kind in (TEXT, PING), f"frame {kind} instead of a reply: {data[:200]!r}"
            if kind == PING:
                self.send_frame(PONG, data)
                continue
            message: Json = json.loads(data)
            if message.get("id") == 7:
                return message

    def _exactly(self, count: int) -> bytes:
        while len(self._rest) < count:
            assert self._receive(), "the connection ended"
        piece, self._rest = self._rest[:count], self._rest[count:]
        return piece

    def _receive(self) -> bool:
        try:
            chunk = self._socket.recv(1 << 16)
        except ConnectionResetError:
            chunk = b""
        self._rest += chunk
        return bool(chunk)


def frame_head(kind: int, length: int) -> bytes:
    """The head of a final frame of so many bytes, masked with zeros."""
    first = bytes([0x80 | kind])
    if length < 126:
        size = bytes([0x80 | length])
    elif length < 1 << 16:
        size = bytes([0x80 | 126]) + struct.pack("!H", length)
    else:
        size = bytes([0x80 | 127]) + struct.pack("!Q", length)
    return first + size + bytes(4)


def masked(data: bytes) -> bytes:
    """A mask of zeros changes nothing, and is as valid as any."""
    return data

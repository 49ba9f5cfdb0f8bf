"""A web server in this process, in front of a backend that only echoes."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from interpogate.web.admission import Admission
from interpogate.web.background import BackgroundServer
from interpogate.web.server import listening_socket
from process_marks import ProcessMark
from served_web import HANDSHAKE_S, Served, echo
from waiting import wait_until


@pytest.fixture
def served() -> Iterator[Served]:
    before = threading.active_count()
    listening = listening_socket("127.0.0.1", 0)
    port = listening.getsockname()[1]
    admission = Admission.at("127.0.0.1", port)
    server = BackgroundServer(listening, admission, echo, handshake_s=HANDSHAKE_S)
    yield Served(server, port, admission)
    server.close()
    wait_until(lambda: threading.active_count() <= before, "the server's thread ends")


@pytest.fixture
def mark() -> Iterator[ProcessMark]:
    mark = ProcessMark()
    yield mark
    mark.assert_none_left()

"""What strangers and mishaps do to the server: it stays alive, and its pages notice nothing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from interpogate.transport.bound import MAXIMUM_BYTES
from interpogate.transport.queue import CAPACITY_BYTES
from interpogate.web.door import MOST_WAITING
from served_web import Served
from waiting import wait_until
from web_driver import BINARY, CLOSE, TEXT, RawConnection, frame_head


def _get(served: Served, path: str, *, method: str = "GET") -> tuple[int, bytes]:
    with served.connect() as connection:
        answer = connection.request(path, method=method, Host=served.host)
    return answer.status, answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/../pyproject.toml", "/..%2f..%2fpyproject.toml", "/page.js/../page_files.py", "//page.js",
        "/page.js%00", "/%2e%2e/%2e%2e/etc/passwd", "/..\\..\\windows", "/index.html",
        "/.git/config", "/web/server.py", "http://evil.example/", "*", "/page.js;x", "/PAGE.JS",
    ],
)  # fmt: skip
def test_no_path_leads_to_a_file(served: Served, path: str) -> None:
    status, body = _get(served, path)
    assert status == 404
    assert body == b"There is nothing here.\n"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "HEAD", "TRACE"])
def test_nothing_but_get_is_answered(served: Served, method: str) -> None:
    with served.connect() as connection:
        answer = connection.request("/", method=method, Host=served.host)
        assert answer.status in {0, 405}
    served.assert_alive()


def test_every_document_forbids_what_the_page_does_not_need(served: Served) -> None:
    for path in ("/", "/page.js", "/page.css", "/nothing"):
        with served.connect() as connection:
            headers = connection.request(path, Host=served.host).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; frame-ancestors 'none'")
        assert "server" not in headers


def test_the_page_may_connect_to_its_own_server_only(served: Served) -> None:
    with served.connect() as connection:
        answer = connection.request("/", Host=served.host)
    policy = dict(
        part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
    )
    assert policy["connect-src"] == f"ws://{served.host} wss://{served.host}"
    nonce = policy["script-src"].removeprefix("'nonce-").removesuffix("'")
    assert len(nonce) >= 22
    assert answer.body.decode().count(f'nonce="{nonce}"') == 1
    assert served.token.encode() not in answer.body


def test_each_answer_has_a_nonce_of_its_own(served: Served) -> None:
    assert len({_get(served, "/")[1] for _ in range(3)}) == 3


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00\xff\xfe\r\n\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n",
        b"GET / HTTP/9\r\n\r\n",
        b"A" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
        b"\r\n" * 1000,
        b"GET /socket HTTP/1.1\r\nHost\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n",
    ],
    ids=range(9),
)
def test_garbage_before_the_handshake_is_refused(served: Served, garbage: bytes) -> None:
    with served.connect() as connection:
        try:
            connection.send(garbage)
            status = connection.answer().status
        except (BrokenPipeError, ConnectionResetError):
            status = 0
        assert status not in {101, 200}
    served.assert_alive()


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"null", b"[]", b"17", b'"x"', b"{}", b'{"method": 5}',
        b'{"id": [], "method": "echo"}', b'{"id": 1, "method": "echo", "params": [1]}',
        b"[" * 100_000, b'{"jsonrpc":"2.0","result":1,"id":7}',
    ],
    ids=range(12),
)  # fmt: skip
def test_garbage_in_a_message_disturbs_nothing(served: Served, text: bytes) -> None:
    with served.page() as page:
        page.send_frame(TEXT, text)
        page.send_frame(BINARY, text)
        assert page.call("echo", word="said")["result"] == {"word": "said"}


@pytest.mark.parametrize(
    ("text", "identifier", "code"),
    [
        (b"{", None, -32700),
        (b"[]", None, -32600),
        (b'{"jsonrpc": "2.0", "id": 1.5, "method": "echo"}', 1.5, -32600),
        (b'{"jsonrpc": "2.0", "id": null, "method": "echo"}', None, -32600),
        (b'{"jsonrpc": "2.0", "id": {}, "method": "echo"}', None, -32600),
        (b'{"jsonrpc": "2.0", "id": 3, "method": "echo", "params": [1]}', 3, -32602),
        (b'{"jsonrpc": "2.0", "id": "a", "method": "echo", "params": 1}', "a", -32602),
    ],
)
def test_a_bad_request_of_a_page_is_refused(
    served: Served, text: bytes, identifier: object, code: int
) -> None:
    with served.page() as page:
        page.send_frame(TEXT, text)
        reply = json.loads(page.receive_frame()[1])
        assert (reply["id"], reply["error"]["code"]) == (identifier, code)


def test_a_broken_frame_ends_its_own_connection_only(served: Served) -> None:
    with served.page() as other, served.page() as page:
        page.send(b"\xff" * 64)
        assert page.ended()
        assert other.call("echo", word="here")["result"] == {"word": "here"}


def test_an_oversized_message_ends_its_own_connection_only(served: Served) -> None:
    with served.page() as other, served.page() as page:
        page.send(frame_head(TEXT, MAXIMUM_BYTES + 1))
        kind, data = page.receive_frame()
        assert (kind, data[:2]) == (CLOSE, (1009).to_bytes(2, "big"))
        assert other.call("echo", word="here")["result"] == {"word": "here"}


def test_the_largest_message_passes_both_ways(served: Served) -> None:
    with served.page() as page:
        word = "x" * (MAXIMUM_BYTES - 200)
        assert page.call("echo", word=word)["result"] == {"word": word}
        problem = page.call("large", length=MAXIMUM_BYTES)["error"]["data"]
        assert problem["code"] == "message.tooLarge"


def test_events_go_to_every_page_and_a_closed_one_ends_nothing(served: Served) -> None:
    with served.page() as first:
        with served.page() as second:
            assert second.call("echo")["result"] == {}
            assert first.call("echo")["result"] == {}
            served.server.emit("run/changed", {"runId": 1})
            for page in (first, second):
                kind, data = page.receive_frame()
                assert (kind, json.loads(data)["params"]) == (TEXT, {"runId": 1})
        served.server.emit("run/changed", {"runId": 2})
        assert json.loads(first.receive_frame()[1])["params"] == {"runId": 2}


def test_an_event_over_the_bound_reaches_no_page_and_the_next_one_does(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    with served.page() as page:
        assert page.call("echo")["result"] == {}
        served.server.emit("run/changed", {"text": "x" * MAXIMUM_BYTES})
        served.server.emit("run/changed", {"text": "short"})
        assert json.loads(page.receive_frame()[1])["params"] == {"text": "short"}
    assert "run/changed" in caplog.text
    assert "xxx" not in caplog.text


def test_a_page_that_does_not_read_is_cut_off_and_holds_up_nobody(served: Served) -> None:
    piece = {"text": "x" * 1_000_000}
    with served.page() as slow, served.page() as quick:
        assert quick.call("echo")["result"] == {}
        assert slow.call("echo")["result"] == {}
        sent = 2 * CAPACITY_BYTES // 1_000_000 + 8
        for _ in range(sent):
            served.server.emit("run/events", piece)
            assert json.loads(quick.receive_frame()[1])["params"] == piece
        assert slow.ended()
        assert quick.call("echo", word="here")["result"] == {"word": "here"}
    served.assert_alive()


def test_a_slow_handshake_is_ended_and_holds_up_nobody(served: Served) -> None:
    with served.connect() as slow:
        slow.send(b"GET / HTTP/1.1\r\nHost: ")
        served.assert_alive()
        assert slow.ended()
    served.assert_alive()


def test_many_slow_handshakes_keep_nobody_out(served: Served) -> None:
    crowd: list[RawConnection] = []
    try:
        for _ in range(2 * MOST_WAITING):
            crowd.append(served.connect())
            crowd[-1].send(b"GET /")
        served.assert_alive()
        assert all(connection.ended() for connection in crowd)
    finally:
        for connection in crowd:
            connection.__exit__()
    served.assert_alive()


def test_ten_thousand_connections_leave_the_server_alive(served: Served) -> None:
    crowd = Path(__file__).parents[1] / "drivers" / "crowd.py"
    with served.page() as page:
        for _ in range(10):
            subprocess.run([sys.executable, "-S", str(crowd), str(served.port), "1000"], check=True)
            assert page.call("echo", word="here")["result"] == {"word": "here"}
    served.assert_alive()


def test_more_pages_than_fit_are_refused_and_the_others_stay(served: Served) -> None:
    pages = [served.page() for _ in range(64)]
    try:
        for page in pages:
            page.call("echo")
        with served.connect() as connection:
            answer = connection.upgrade(host=served.host, origin=served.origin, token=served.token)
            assert answer.status == 503
        assert pages[0].call("echo", word="here")["result"] == {"word": "here"}
    finally:
        for page in pages:
            page.__exit__()
    wait_until(lambda: _is_let_in(served), "room for another page")


def _is_let_in(served: Served) -> bool:
    with served.connect() as connection:
        host, origin = served.host, served.origin
        return connection.upgrade(host=host, origin=origin, token=served.token).status == 101

"""Only a right Host, a right Origin and the right token together open the WebSocket."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest

from interpogate.web.admission import new_token
from served_web import Served

Make = Callable[[Served], str | None]

HOSTS: dict[str, Make] = {
    "right": lambda served: served.host,
    "evil name": lambda served: f"evil.example:{served.port}",
    "longer name": lambda served: f"127.0.0.1.evil.com:{served.port}",
    "empty": lambda _: "",
    "other port": lambda served: f"127.0.0.1:{served.port ^ 1}",
    "trailing dot": lambda served: f"127.0.0.1.:{served.port}",
    "absent": lambda _: None,
    "no port": lambda _: "127.0.0.1",
    "other case": lambda served: f"LOCALHOST:{served.port}",
}
ORIGINS: dict[str, Make] = {
    "right": lambda served: served.origin,
    "null": lambda _: "null",
    "evil": lambda _: "http://evil.example",
    "other port": lambda served: f"http://127.0.0.1:{served.port ^ 1}",
    "absent": lambda _: None,
    "other scheme": lambda served: f"https://{served.host}",
    "other local name": lambda served: f"http://localhost:{served.port}",
}
TOKENS: dict[str, Make] = {
    "right": lambda served: served.token,
    "none": lambda _: None,
    "wrong": lambda served: served.token[:-1] + ("A" if served.token[-1] != "A" else "B"),
    "prefix": lambda served: served.token[:-1],
    "old": lambda _: new_token(),
    "longer": lambda served: served.token + "x",
}


def _expected(host: str, origin: str, token: str) -> set[int]:
    if host != "right":
        return {421}
    if (origin, token) != ("right", "right"):
        return {403}
    return {101}


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("origin", ORIGINS)
def test_only_all_three_together_open_the_socket(served: Served, host: str, origin: str) -> None:
    for token, make in TOKENS.items():
        with served.connect() as connection:
            answer = connection.upgrade(
                host=HOSTS[host](served), origin=ORIGINS[origin](served), token=make(served)
            )
        assert answer.status in _expected(host, origin, token), (host, origin, token)
        assert served.token.encode() not in answer.body
        assert served.token not in str(answer.headers)


@pytest.mark.parametrize(
    ("name", "value"),
    [("Host", "127.0.0.1:1"), ("Origin", "http://evil.example"), ("Origin", "null")],
)
def test_a_second_header_of_the_same_name_does_not_help(
    served: Served, name: str, value: str
) -> None:
    lines = [
        "GET /socket HTTP/1.1", f"Host: {served.host}", f"Origin: {served.origin}",
        f"{name}: {value}", "Connection: Upgrade", "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        f"Sec-WebSocket-Protocol: interpogate, {served.token}",
    ]  # fmt: skip
    with served.connect() as connection:
        connection.send("\r\n".join([*lines, "", ""]).encode())
        assert connection.answer().status in {403, 421}


@pytest.mark.parametrize("place", ["/socket?token={}", "/?token={}", "/socket"])
def test_the_token_counts_only_where_the_page_puts_it(served: Served, place: str) -> None:
    with served.connect() as connection:
        answer = connection.upgrade(
            host=served.host, origin=served.origin, token=None, path=place.format(served.token)
        )
        assert answer.status != 101


def test_a_cookie_with_the_token_opens_nothing(served: Served) -> None:
    with served.connect() as connection:
        answer = connection.request(
            "/socket",
            Host=served.host,
            Origin=served.origin,
            Cookie=f"token={served.token}",
            Connection="Upgrade",
            Upgrade="websocket",
            Sec_WebSocket_Version="13",
            Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==",
            Sec_WebSocket_Protocol="interpogate",
        )
        assert answer.status == 403


def test_every_local_name_of_the_server_is_right(served: Served) -> None:
    for name in ("localhost", "[::1]"):
        host = f"{name}:{served.port}"
        with served.connect() as connection:
            answer = connection.upgrade(host=host, origin=f"http://{host}", token=served.token)
            assert answer.status == 101


def test_the_token_is_never_logged(
    served: Served, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("websockets", "websockets.server", "asyncio", "interpogate"):
        caplog.set_level(logging.DEBUG, name)
    for token in (served.token, served.token[:-1]):
        with served.connect() as connection:
            connection.upgrade(host=served.host, origin=served.origin, token=token)
    with served.connect() as connection:
        connection.request(f"/?token={served.token}", Host=served.host)
    with served.page() as page:
        page.call("echo", word="said")
        page.send(b"\xff" * 100)
        assert page.ended()
    captured = capfd.readouterr()
    written = captured.out + captured.err + caplog.text
    assert served.token[:20] not in written

"""A web server in this process, and what its own page would say to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from interpogate.web.admission import Admission
from interpogate.web.background import BackgroundServer
from web_driver import RawConnection

HANDSHAKE_S = 0.6


@dataclass(frozen=True)
class Served:
    """A server that runs, and what its own page would say to it."""

    server: BackgroundServer
    port: int
    admission: Admission

    @property
    def token(self) -> str:
        return self.admission.token

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def connect(self) -> RawConnection:
        return RawConnection(self.port)

    def page(self) -> RawConnection:
        """A connection with everything right."""
        connection = self.connect()
        answer = connection.upgrade(host=self.host, origin=self.origin, token=self.token)
        assert answer.status == 101
        return connection

    def assert_alive(self) -> None:
        """Its page is served, and one more page can connect and ask."""
        with self.connect() as connection:
            assert connection.request("/", Host=self.host).status == 200
        with self.page() as page:
            assert page.call("echo", word="still here")["result"] == {"word": "still here"}


async def echo(method: str, params: dict[str, Any]) -> Any:
    if method == "large":
        return "x" * params["length"]
    return params

"""The server: documents for everyone who names it rightly, a WebSocket for who has the token.

Knows neither models nor method names; what a page asks is answered by whoever made the server.
"""

from __future__ import annotations

import logging
import socket
from functools import partial
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from interpogate.errors import InterpogateError
from interpogate.transport.bound import MAXIMUM_BYTES, MessageTooLarge
from interpogate.transport.events import event_text
from interpogate.web.admission import Admission
from interpogate.web.documents import Document, document_at, entrance, refusal
from interpogate.web.door import Door, WaitingConnection
from interpogate.web.tab import Answer, Tab

PROTOCOL = "interpogate"
SOCKET_PATH = "/socket"
HANDSHAKE_S = 10.0
_MOST_TABS = 64
_BACKLOG = 1024

logger = logging.getLogger(__name__)

# The library writes headers, hence the token, at DEBUG: this logger hears of nothing below CRITICAL
# and is not in the registry, so that no setting of the program around changes that.
_silent = logging.Logger("interpogate.web.connections", level=logging.CRITICAL)  # noqa: LOG001


class CannotListen(InterpogateError):
    """The address is taken or not of this machine."""

    code = "web.cannotListen"
    hint = "Choose another --port, or leave it out for a free one."


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that listens at the first address of `host`; 0 takes a free port.

    Raises `CannotListen`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
        return socket.create_server(address[:2], family=family, backlog=_BACKLOG)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CannotListen(f"Cannot listen at {host}, port {port}: {reason}.") from error


class WebServer:
    """Serves the page on one socket, to any number of tabs up to 64."""

    def __init__(
        self,
        listening: socket.socket,
        admission: Admission,
        answer: Answer,
        *,
        handshake_s: float = HANDSHAKE_S,
    ) -> None:
        self._listening = listening
        self._admission = admission
        self._answer = answer
        self._handshake_s = handshake_s
        self._door = Door()
        self._tabs: set[Tab] = set()
        self._server: Server | None = None

    async def start(self) -> None:
        """Take connections from now on."""
        self._server = await serve(
            self._converse,
            sock=self._listening,
            process_request=self._admit,
            create_connection=partial(WaitingConnection, door=self._door),  # type: ignore[arg-type]
            select_subprotocol=lambda *_: Subprotocol(PROTOCOL),
            compression=None,
            backlog=_BACKLOG,
            server_header=None,
            open_timeout=self._handshake_s,
            close_timeout=2,
            max_size=MAXIMUM_BYTES,
            logger=_silent,
        )

    async def close(self) -> None:
        """End all connections and stop listening."""
        if self._server is None:
            self._listening.close()
            return
        self._server.close()
        await self._server.wait_closed()

    def emit(self, method: str, params: dict[str, Any]) -> None:
        """Send an event to every tab; a state that is too large loses its bulk."""
        if not self._tabs:
            return
        try:
            text = event_text(method, params)
        except MessageTooLarge as error:
            logger.warning("pages were not told %s: %s", method, error)
            return
        for tab in tuple(self._tabs):
            tab.send(text)

    async def _converse(self, connection: ServerConnection) -> None:
        tab = Tab(connection, self._answer)
        self._tabs.add(tab)
        try:
            await tab.converse()
        finally:
            self._tabs.discard(tab)

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        """Let a page's WebSocket in (None), or answer with a document."""
        try:
            document = self._judged(request)
        except InterpogateError as error:
            document = refusal(500, f"{error} {error.own_hint}")
        if document is None:
            self._door.left(connection)
            return None
        return _response(document)

    def _judged(self, request: Request) -> Document | None:
        hosts = request.headers.get_all("Host")
        if not self._admission.knows_host(hosts):
            return refusal(421, "This server is not known by that name.")
        if getattr(request, "method", "GET") != "GET":
            return refusal(405, "Only GET is answered here.")
        if self._admission.tickets.is_ticket(request.path):
            is_good = self._admission.tickets.take(request.path)
            return entrance(self._admission.token if is_good else None)
        if request.path != SOCKET_PATH:
            return document_at(request.path, hosts[0])
        return self._judged_socket(request.headers, hosts[0])

    def _judged_socket(self, headers: Headers, host: str) -> Document | None:
        if not self._admission.knows_origin(headers.get_all("Origin"), host):
            return refusal(403, "Only this server's own page may connect.")
        offered = _offered(headers)
        if not self._admission.knows_token(offered):
            return refusal(403, "The token is missing or is not the right one.")
        if PROTOCOL not in offered:
            return refusal(400, "The page speaks another protocol.")
        if len(self._tabs) >= _MOST_TABS:
            return refusal(503, "Too many pages are open.")
        return None


def _offered(headers: Headers) -> list[str]:
    """The subprotocols: the page puts the token there, since a browser lets it set nothing else."""
    lines = headers.get_all("Sec-WebSocket-Protocol")
    return [word.strip() for line in lines for word in line.split(",")]


def _response(document: Document) -> Response:
    body = document.text.encode()
    fixed = {"Connection": "close", "Content-Length": str(len(body))}
    phrase = HTTPStatus(document.status).phrase
    return Response(document.status, phrase, Headers({**document.headers, **fixed}), body)

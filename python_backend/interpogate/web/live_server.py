"""`interp.serve()`: the page on the model of a running script or notebook.

Called by `interpogate.py` alone, which imports it only when `serve` is called.
"""

from __future__ import annotations

import html
import secrets
from typing import Any

from interpogate.onlookers import Stage
from interpogate.protocol.codec import encode
from interpogate.web.admission import Admission
from interpogate.web.background import BackgroundServer
from interpogate.web.command import page_url
from interpogate.web.documents import page_fragment
from interpogate.web.host import BrowserHost
from interpogate.web.live_backend import LiveBackend
from interpogate.web.live_session import LiveSession
from interpogate.web.server import listening_socket
from interpogate.web.serving import open_in_browser


class LiveServer:
    """A page that shows a live model until `close`, or the end of a `with` block."""

    def __init__(self, stage: Stage, *, host: str, port: int) -> None:
        """Listen, look at the model, and hear of its runs. Raises `CannotListen`."""
        self._server: BackgroundServer | None = None
        listening = listening_socket(host, port)
        self._port = int(listening.getsockname()[1])
        self._host = host
        try:
            model_id = f"live-{secrets.token_hex(3)}"
            self._live = LiveSession(model_id, stage, emit=self._emit)
        except BaseException:
            listening.close()
            raise
        self._backend = LiveBackend(self._live)
        admission = Admission.at(host, self._port)
        self._admission = admission
        answer = BrowserHost(self._backend, model_id).answer
        self._server = BackgroundServer(listening, admission, answer)
        self._onlookers = stage.onlookers
        self._onlookers.append(self._live)

    @property
    def url(self) -> str:
        """The page's whole address; whoever has it can run the model."""
        return page_url(self._host, self._port, page_fragment(self._admission.token))

    def open(self) -> None:
        """Show the page in the user's browser."""
        open_in_browser(page_url(self._host, self._port, self._admission.tickets.new_path()))

    def close(self) -> None:
        """End all connections; the model stays as it is. Closing again does nothing."""
        if self._live in self._onlookers:
            self._onlookers.remove(self._live)
            self._live.close()
            self._backend.close()
        if self._server is not None:
            self._server.close()

    def _emit(self, method: str, message: Any) -> None:
        if self._server is not None:
            self._server.emit(method, encode(message))

    def __enter__(self) -> LiveServer:  # noqa: PYI034 (Self needs Python 3.11)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Interpogate page at {self._host}, port {self._port}; its address is in .url>"

    def _repr_html_(self) -> str:
        url = html.escape(self.url, quote=True)
        return f'<a href="{url}" target="_blank" rel="noopener">Open the live page</a>'

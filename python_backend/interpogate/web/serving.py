"""`interpogate serve`: one model in a worker, shown to any number of tabs until Ctrl-C.

Imports no torch. Called by `command.py`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
import webbrowser
from collections.abc import Callable
from threading import Thread
from typing import Any

from interpogate.opened.models import Models
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import worker_command
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode
from interpogate.web.admission import Admission
from interpogate.web.host import BrowserHost
from interpogate.web.server import WebServer

logger = logging.getLogger(__name__)


class ModelService:
    """The served model, its worker and the pages that show it."""

    def __init__(
        self,
        listening: socket.socket,
        admission: Admission,
        *,
        show_output: Callable[[str], None],
        command: list[str] | None = None,
    ) -> None:
        """Take another command than that of the real worker for tests."""
        self._listening = listening
        self._admission = admission
        self._show_output = show_output
        self._command = command or worker_command()
        self._first_text: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        # Another server must not be taken for this one by a page that comes back.
        self._models = Models(
            emit=self._emit, launch=self._launch, prefix=f"model-{secrets.token_hex(3)}"
        )
        self._server: WebServer | None = None

    async def start(self, request: m.OpenModel) -> None:
        """Open the model and serve it from now on."""
        self._first_text = request.text
        state = await self._models.answer("model/open", encode(request))
        host = BrowserHost(self._models, state["modelId"])
        self._server = WebServer(self._listening, self._admission, host.answer)
        await self._server.start()

    async def close(self) -> None:
        """End all connections, and the worker with everything it has started."""
        if self._server is not None:
            await self._server.close()
        await self._models.close_all()

    def _emit(self, method: str, params: dict[str, Any]) -> None:
        if self._server is not None:
            self._server.emit(method, params)
        if method == "model/changed":
            self._follow(params)

    def _follow(self, state: dict[str, Any]) -> None:
        if state["phase"] == "failed" and state["problem"]:
            self._show_output(state["problem"]["message"])
        if state["phase"] == "ready":
            self._begin_first_run(state["modelId"])

    def _begin_first_run(self, model_id: str) -> None:
        text, self._first_text = self._first_text, None
        if text is not None:
            running = asyncio.create_task(self._run(model_id, text))
            self._tasks.add(running)
            running.add_done_callback(self._tasks.discard)

    async def _run(self, model_id: str, text: str) -> None:
        """The text of the command line is run once, without anybody's click."""
        try:
            await self._models.forward("run/start", {"modelId": model_id, "text": text})
        except RequestFailed as failure:
            logger.warning("the text was not run: %s", failure.problem.code)

    async def _launch(
        self, model_id: str, *, folder: str | None, on_event: OnEvent
    ) -> WorkerClient:
        worker = await WorkerClient.start(
            self._command, folder=folder, on_event=on_event, on_output=self._show_output
        )
        logger.info("%s: worker %d started", model_id, worker.pid)
        return worker


async def serve_until_stopped(service: ModelService, request: m.OpenModel) -> None:
    """Serve until SIGINT or SIGTERM; all workers have ended when it returns."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
    try:
        await service.start(request)
        await stopped.wait()
    finally:
        await service.close()


def open_in_browser(url: str) -> None:
    """Ask the user's browser to open the page, without waiting: some browsers stay in front."""
    Thread(target=_open, args=(url,), name="browser-opener", daemon=True).start()


def _open(url: str) -> None:
    try:
        browser = webbrowser.get()
    except webbrowser.Error:  # there is none; the address is printed
        return
    # A plain one runs inside the terminal, over what is printed there, unless the user named it.
    if type(browser) is not webbrowser.GenericBrowser or "BROWSER" in os.environ:
        browser.open(url)

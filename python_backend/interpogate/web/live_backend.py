"""Answers pages from the session of a script's model, away from the server's event loop.

Quick answers and slow ones (what blocks show may take a second run) have a thread each, as in a
worker. Called by `live_server.py`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import interpogate
from interpogate.errors import InterpogateError
from interpogate.opened import problems
from interpogate.opened.problems import RequestFailed, decoded
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode
from interpogate.protocol.methods import METHODS
from interpogate.web.live_session import LiveSession
from interpogate.worker.handlers import HANDLERS
from interpogate.worker.problems import internal_problem, log_defect, problem_of
from interpogate.worker.slow import SLOW


class LiveBackend:
    """A `host.Backend` of one model that is here already."""

    def __init__(self, live: LiveSession) -> None:
        self._live = live
        self._quick = ThreadPoolExecutor(1, "interpogate-quick")
        self._slow = ThreadPoolExecutor(1, "interpogate-slow")

    async def answer(self, method: str, _params: Any) -> Any:
        """What a server answers itself."""
        state = self._live.session.state
        if method == "session/hello":
            return encode(_welcome())
        if method == "model/list":
            return encode(m.ModelStates(models=(state,)))
        if method == "model/read":
            return encode(state)
        raise RequestFailed.of(_belongs_to_the_script())

    async def forward(self, method: str, params: Any) -> Any:
        """What a worker answers."""
        handler = HANDLERS.get(method)
        if handler is None:
            raise RequestFailed.of(_belongs_to_the_script())
        request = decoded(params, METHODS[method].params)
        if getattr(request, "model_id", self._model_id) != self._model_id:
            raise RequestFailed.of(problems.unknown_model(request.model_id))
        thread = self._slow if method in SLOW else self._quick
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(thread, self._answer, method, handler, request)

    def close(self) -> None:
        """Answer nothing more."""
        for thread in (self._quick, self._slow):
            thread.shutdown(wait=False, cancel_futures=True)

    @property
    def _model_id(self) -> str:
        return self._live.session.state.model_id

    def _answer(self, method: str, handler: Callable[..., Any], request: Any) -> Any:
        try:
            if method == "run/start":
                self._live.refresh()
            if method == "run/cancel":
                self._live.check_cancel(request.run_id)
            return encode(handler(self._live.session, request))
        except InterpogateError as error:
            raise RequestFailed.of(problem_of(error)) from None
        except BaseException as error:  # noqa: BLE001 (an edge: every request has a reply)
            log_defect("a request failed", error)
            raise RequestFailed.of(internal_problem(error)) from None


def _welcome() -> m.Welcome:
    return m.Welcome(
        protocol_version=m.PROTOCOL_VERSION,
        package_version=interpogate.__version__,
        python_version=".".join(map(str, sys.version_info[:3])),
        interpreter=sys.executable,
    )


def _belongs_to_the_script() -> m.Problem:
    return m.Problem(
        code="web.liveModel",
        message="The model belongs to the script that shows it.",
        hint="Load or change it there; the page follows with the next run.",
    )

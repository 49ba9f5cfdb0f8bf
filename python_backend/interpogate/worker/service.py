"""JSON-RPC requests of one worker, dispatched by jsonrpcserver; and the queue of the main thread.

Imports no torch, so that an interpreter without it can still say so. Called by `__main__.py`.
"""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from queue import Queue
from threading import Lock
from typing import TYPE_CHECKING, Any

from jsonrpcserver import Error, Result, Success, dispatch_to_serializable

import interpogate
from interpogate.errors import InterpogateError, NotReady, PackageMissing, shortened
from interpogate.protocol import messages as m
from interpogate.protocol.codec import MalformedMessage, decode, encode
from interpogate.protocol.methods import METHODS
from interpogate.transport.events import event_text
from interpogate.worker.problems import internal_problem, log_defect, problem_of
from interpogate.worker.slow import is_slow

if TYPE_CHECKING:
    from interpogate.worker.session import Session

_SERVER_ERROR = -32000
_INVALID_PARAMS = -32602


@dataclass(frozen=True, kw_only=True)
class LoadModel(m.OpenModel):
    """`OpenModel` as the server passes it on; numbers go on where an earlier worker stopped."""

    model_id: str
    first_graph_version: int = 1
    first_run_id: int = 1
    blocks: tuple[m.Block, ...] = ()


class Service:
    """Receives lines, sends lines; holds the session once torch is imported."""

    def __init__(
        self, send: Callable[[str], None], flush: Callable[[], None] = lambda: None
    ) -> None:
        self._send = send
        self._flush = flush
        self._answering = Lock()
        self._jobs: Queue[Callable[[], None]] = Queue()
        self._session: Session | None = None
        self._methods = {
            "session/hello": self._method(_hello, m.Hello),
            "model/load": self._method(self._load, LoadModel),
        }

    def receive(self, line: str) -> None:
        """Answer one request; what it has the main thread do begins after the reply.

        Slow requests wait for what they have it do, hence not it for them.
        """
        with nullcontext() if is_slow(line) else self._answering:
            self._answer(line)

    def _answer(self, line: str) -> None:
        reply = dispatch_to_serializable(line, methods=self._methods)
        if reply is not None:
            self._send(json.dumps(reply))

    def work(self) -> None:
        """Do the jobs of the main thread for ever."""
        while True:
            job = self._jobs.get()
            with self._answering:  # user code may hold the interpreter: the reply goes first
                pass
            try:
                job()
            except BaseException as error:  # noqa: BLE001 (the worker goes on)
                log_defect("a job failed", error)

    def emit(self, method: str, message: Any) -> None:
        """Send a notification; a state that is too large loses its bulk."""
        self._send(event_text(method, encode(message)))

    def submit(self, job: Callable[[], None]) -> None:
        """Do something on the main thread after what is queued."""
        self._jobs.put(job)

    def _load(self, request: LoadModel) -> m.ModelState:
        state = m.ModelState(
            model_id=request.model_id,
            source=request.source,
            phase="loading",
            message="Importing torch…",
        )
        self.submit(lambda: self._import_and_load(request, state))
        return state

    def _import_and_load(self, request: LoadModel, state: m.ModelState) -> None:
        self.emit("model/changed", state)
        try:
            self._session = self._new_session(request)
            self._session.load(request)
        except InterpogateError as error:
            self._fail(state, problem_of(error))
        except BaseException as error:  # noqa: BLE001 (an edge: the user must hear of it)
            log_defect("loading failed", error)
            self._fail(state, internal_problem(error))

    def _new_session(self, request: LoadModel) -> Session:
        try:
            from interpogate.worker import handlers
            from interpogate.worker.blocks import restore_blocks
            from interpogate.worker.session import Session
            from interpogate.worker.sources import first_shapes
        except ImportError as error:
            raise _cannot_import(error) from error
        session = Session(request.model_id, request.source, self.emit, self.submit, self._flush)
        for name, handler in handlers.HANDLERS.items():
            bound = self._bound(session, handler)
            self._methods[name] = self._method(bound, METHODS[name].params)
        shapes = self._bound(session, first_shapes)
        self._methods["source/shapes"] = self._method(shapes, m.ReadModuleShapes)
        restore = self._bound(session, restore_blocks)
        self._methods["block/restore"] = self._method(restore, m.Blocks)
        return session

    def _bound(self, session: Session, handler: Any) -> Callable[[Any], Any]:
        return lambda message: handler(session, message)

    def _fail(self, state: m.ModelState, problem: m.Problem) -> None:
        failed = m.ModelState(
            model_id=state.model_id,
            source=state.source,
            phase="failed",
            message=problem.message,
            problem=problem,
        )
        self.emit("model/changed", failed)

    def _method(self, handler: Callable[[Any], Any], params: type[Any]) -> Callable[..., Result]:
        def call(**given: Any) -> Result:
            try:
                return Success(encode(handler(decode(given, params))))
            except MalformedMessage as error:
                return Error(_INVALID_PARAMS, shortened(str(error)))
            except InterpogateError as error:
                return _error(problem_of(error))
            except BaseException as error:  # noqa: BLE001 (an edge: every request has a reply)
                log_defect("a request failed", error)
                return _error(internal_problem(error))

        return call


def _error(problem: m.Problem) -> Result:
    return Error(_SERVER_ERROR, problem.message, encode(problem))


def _cannot_import(error: ImportError) -> PackageMissing:
    """Without torch, or with one that cannot be loaded, such as with too little memory."""
    reason = "" if isinstance(error, ModuleNotFoundError) else f": {error}"
    return PackageMissing(
        f"The interpreter {sys.executable} cannot import {error.name or 'torch'}{reason[:300]}.",
        hint="Select an interpreter that has torch, or install torch there."
        if not reason
        else "Give it more memory if that is short, or install torch again.",
    )


def _hello(request: m.Hello) -> m.Welcome:
    if request.protocol_version != m.PROTOCOL_VERSION:
        raise NotReady(
            f"The worker speaks version {m.PROTOCOL_VERSION} of the protocol, "
            f"not {request.protocol_version}.",
            hint="Reload the window.",
        )
    return m.Welcome(
        protocol_version=m.PROTOCOL_VERSION,
        package_version=interpogate.__version__,
        python_version=platform.python_version(),
        interpreter=sys.executable,
    )

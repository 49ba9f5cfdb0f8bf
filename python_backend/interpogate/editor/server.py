"""The language server: every backend method of the protocol as the feature `interpogate/<name>`.

All handlers run on the event loop and none is slow; pygls' thread pool stays empty, since its tasks
would delay every other message. Called by `__main__.py`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.lsp.server import LanguageServer

import interpogate
from interpogate.editor.client_wire import DescriptorWriter, chunks_of
from interpogate.editor.framing import FrameBuffer
from interpogate.editor.language import features
from interpogate.editor.language.language import Language
from interpogate.editor.lsp_protocol import EditorProtocol
from interpogate.opened import problems
from interpogate.opened.models import Models
from interpogate.opened.problems import RequestFailed
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import worker_command
from interpogate.protocol.methods import LSP_PREFIX, methods_of
from interpogate.transport.envelopes import INTERNAL_ERROR

Answer = Callable[[str, Any], Awaitable[Any]]

logger = logging.getLogger(__name__)


class EditorServer(LanguageServer):
    """The server of one connection, and the models that were opened over it."""

    protocol: EditorProtocol

    def __init__(self, *, command: list[str] | None = None) -> None:
        """Take another command than that of the real worker for tests."""
        super().__init__(
            "interpogate",
            interpogate.__version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=EditorProtocol,
        )
        self._command = command or worker_command()
        self._exit_code: asyncio.Future[int] | None = None
        self.models = Models(emit=self._emit, launch=self._launch)
        self.language = Language(self.models, self.protocol.notify, self.protocol.send_request)
        self.language.folder_uris = self._folder_uris
        self._register_features()

    async def serve(self, *, reading: int, writing: int) -> int:
        """Serve until the client says exit, closes the connection or `stop` is called.

        Returns the exit code that LSP asks for. All workers have ended by then.
        """
        self.protocol.set_writer(DescriptorWriter(writing))
        self._exit_code = asyncio.get_running_loop().create_future()
        conversation = asyncio.create_task(self._converse(reading))
        code = await self._exit_code
        conversation.cancel()
        await self.models.close_all()
        return code

    def stop(self, code: int = 0) -> None:
        """End `serve`, as on a signal or when the client is gone."""
        if self._exit_code is not None and not self._exit_code.done():
            self._exit_code.set_result(code)

    def report_server_error(self, error: Exception, source: Any) -> None:
        """Log what pygls caught; a request that failed with a problem is no news for the log."""
        if isinstance(error, _Refusal):
            return
        if isinstance(error, JsonRpcException) and error.code != INTERNAL_ERROR:
            logger.warning("a message was refused with code %d", error.code)
            return
        logger.error("%s", getattr(source, "__name__", source), exc_info=error)

    async def _converse(self, reading: int) -> None:
        frames = FrameBuffer()
        try:
            async for chunk in chunks_of(reading):
                for frame in frames.feed(chunk):
                    self.protocol.receive(frame)
            where = " within a message" if frames.is_within_message else ""
            logger.info("the client closed the connection%s", where)
        except Exception as error:
            logger.exception("the conversation ended (%s)", type(error).__name__)
        finally:
            self.stop()

    def _register_features(self) -> None:
        async def close_models(_params: Any) -> None:
            await self.models.close_all()

        self.feature(lsp.SHUTDOWN)(close_models)
        for method in methods_of("server"):
            self.feature(LSP_PREFIX + method.name)(_handler(method.name, self._answer))
        for method in methods_of("worker"):
            self.feature(LSP_PREFIX + method.name)(_handler(method.name, self.models.forward))
        for name, rows in features.methods().items():
            answer = features.handler(rows, self.language, self.protocol.fits)
            self.feature(name, rows[0].options)(answer)

    async def _answer(self, method: str, params: Any) -> Any:
        answer = await self.models.answer(method, params)
        if method == "model/close":
            self.language.closed_model()
        return answer

    def _folder_uris(self) -> list[str]:
        return [folder.uri for folder in self.workspace.folders.values()]

    def _emit(self, method: str, params: dict[str, Any]) -> None:
        self.protocol.notify(LSP_PREFIX + method, params)
        self.language.told(method, params)

    async def _launch(
        self, model_id: str, *, folder: str | None, on_event: OnEvent
    ) -> WorkerClient:
        def show(line: str) -> None:
            text = lsp.LogMessageParams(type=lsp.MessageType.Log, message=f"[{model_id}] {line}")
            self.window_log_message(text)

        worker = await WorkerClient.start(
            self._command, folder=folder, on_event=on_event, on_output=show
        )
        logger.info("%s: worker %d started", model_id, worker.pid)
        return worker


def _handler(name: str, answer: Answer) -> Callable[[Any], Awaitable[Any]]:
    """What pygls calls: the answer, or an error reply that carries a problem."""

    async def handle(params: Any) -> Any:
        try:
            return await answer(name, params)
        except RequestFailed as failure:
            raise _reply(failure) from None
        except Exception as error:
            logger.exception("%s failed", name)
            raise _reply(RequestFailed.of(problems.internal())) from error

    return handle


class _Refusal(JsonRpcException):
    """An error reply that carries a problem."""


def _reply(failure: RequestFailed) -> _Refusal:
    error = failure.error
    return _Refusal(message=error.get("message"), code=error.get("code"), data=error.get("data"))

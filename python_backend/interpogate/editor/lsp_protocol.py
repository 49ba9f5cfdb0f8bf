"""pygls' protocol; our methods and those about documents are let through as plain JSON values.

pygls would turn parameters into objects and walk every result with its converter; graphs are
megabytes, and completion is asked for at each keystroke. Called by `server.py`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol.types import (
    EXIT,
    INITIALIZE,
    METHOD_TO_TYPES,
    TEXT_DOCUMENT_DID_CHANGE,
    TEXT_DOCUMENT_DID_CLOSE,
    TEXT_DOCUMENT_DID_OPEN,
    ResponseError,
)
from pygls.protocol import (
    JsonRPCNotification,
    JsonRPCRequestMessage,
    JsonRPCResponseMessage,
    LanguageServerProtocol,
    lsp_method,
)

from interpogate.editor.framing import Refused
from interpogate.protocol.methods import LSP_PREFIX
from interpogate.transport.envelopes import (
    INTERNAL_ERROR,
    INVALID_PARAMS,
    INVALID_REQUEST,
    PARSE_ERROR,
    VERSION,
    Envelope,
    Fault,
    envelopes,
)

if TYPE_CHECKING:
    from interpogate.editor.server import EditorServer

logger = logging.getLogger(__name__)

_PLAIN = (JsonRPCNotification, JsonRPCResponseMessage, JsonRPCRequestMessage)
_PREFIXES = (LSP_PREFIX, "textDocument/", "completionItem/")


class EditorProtocol(LanguageServerProtocol):
    """The language server protocol and `interpogate/*` on one connection."""

    _server: EditorServer

    @lsp_method(EXIT)
    def lsp_exit(self, *_params: Any) -> None:  # type: ignore[override]
        """End the server in an orderly way, where pygls would raise `SystemExit` in the loop."""
        logger.info("the editor process ends: the client said exit")
        self._server.stop(0 if self._shutdown else 1)

    @lsp_method(TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: Any) -> None:
        """Take a document; `documents.py` keeps it in place of pygls' workspace."""
        self._server.language.opened(params["textDocument"])

    @lsp_method(TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: Any) -> None:
        """Take a document's changes."""
        self._server.language.changed(params["textDocument"], params["contentChanges"])

    @lsp_method(TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: Any) -> None:
        """Forget a document."""
        self._server.language.closed(params["textDocument"])

    def receive(self, frame: bytes | Refused) -> None:
        """Handle what the client sent; each request has exactly one reply, whatever it is."""
        if isinstance(frame, Refused):
            self._refuse(Fault(PARSE_ERROR, frame.reason, is_asked=frame.is_message))
            return
        for found in envelopes(frame):
            self._handle(found)

    def _handle(self, found: Envelope | Fault) -> None:
        try:
            if isinstance(found, Fault):
                raise found
            self.handle_message(self._structured(found))
        except Fault as fault:
            self._refuse(fault)

    def fits(self, method: str, params: Any) -> bool:
        """Whether parameters are what a method of the protocol takes; True for other methods."""
        kind: Any = METHOD_TO_TYPES.get(method, (None, None, None))[2]
        try:
            return kind is None or self._converter.structure(params, kind) is not None
        except Exception:  # noqa: BLE001 (cattrs raises many kinds)
            return False

    def _structured(self, envelope: Envelope) -> Any:
        """The message as pygls wants it; those of `_PREFIXES` as they are. Raises `Fault`."""
        data, method = envelope.data, envelope.method
        if method is None:
            return self._reply_of(data)
        if self._shutdown and envelope.is_request:
            raise Fault(INVALID_REQUEST, "The server is shutting down.", data["id"])
        if envelope.is_request == _is_notification(method):
            raise Fault(
                INVALID_REQUEST,
                "A notification has no id, a request has one.",
                data.get("id"),
                is_asked=envelope.is_request,
            )
        if method == INITIALIZE:
            self._server.language.client = _taken_capabilities(data.get("params"))
        kind = self.get_message_type(method)
        return _plain(data) if kind is None else self._typed(data, kind)

    def _typed(self, data: dict[str, Any], kind: type[Any]) -> Any:
        try:
            return self._converter.structure(data, kind)
        except Exception:  # noqa: BLE001 (cattrs raises many kinds)
            reason = "The parameters are not those of the method."
            raise Fault(INVALID_PARAMS, reason, data.get("id"), is_asked="id" in data) from None

    def _reply_of(self, data: dict[str, Any]) -> Any:
        """The client's reply; pygls knows to which request."""
        try:
            return super().structure_message(data)
        except Exception:  # noqa: BLE001 (nobody is waiting for an answer to an answer)
            raise Fault(INVALID_REQUEST, "A reply is malformed.", is_asked=False) from None

    def _refuse(self, fault: Fault) -> None:
        logger.warning("a message was refused with code %d: %s", fault.code, fault)
        if fault.is_asked:
            error = ResponseError(code=fault.code, message=str(fault))
            self._send_response(fault.identifier, error=error)

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        """Notifications about documents go out as they are."""
        return None if method.startswith(_PREFIXES) else super().get_message_type(method)

    def _serialize_message(self, data: Any) -> dict[str, Any]:
        """Give untyped messages as they are; what they contain is JSON or is asked for next."""
        if isinstance(data, _PLAIN):
            return {name: getattr(data, name) for name in data.__slots__ if name != "__weakref__"}
        return super()._serialize_message(data)

    def _send_response(
        self, msg_id: str | int | None, result: Any = None, error: ResponseError | None = None
    ) -> None:
        if error is None:
            super()._send_response(msg_id, result)  # type: ignore[arg-type] # may be None
            return
        plain = {"code": error.code, "message": error.message, "data": error.data}
        if error.code == INTERNAL_ERROR:  # pygls sends the exception's text and traceback
            plain = {"code": error.code, "message": "Internal error"}
        self._send_data({"jsonrpc": VERSION, "id": msg_id, "error": plain})

    def _send_data(self, data: Any) -> None:
        try:
            super()._send_data(data)
        except BrokenPipeError:
            self._server.stop()


def _is_notification(method: str) -> bool | None:
    """None where it is not known, as for a method that the server does not have."""
    kinds = METHOD_TO_TYPES.get(method)
    return None if kinds is None else kinds[1] is None


def _plain(data: dict[str, Any]) -> Any:
    rest = {"method": data["method"], "jsonrpc": VERSION, "params": data.get("params")}
    if "id" in data:
        return JsonRPCRequestMessage(id=data["id"], **rest)
    return JsonRPCNotification(**rest)


def _taken_capabilities(params: Any) -> dict[str, Any]:
    """The client's capabilities; pygls is spared those that the language features read themselves.

    Its converter writes code for each of the 80 classes in them, most of them about text documents:
    a tenth of the time from start to reply.
    """
    given = params.get("capabilities") if isinstance(params, dict) else None
    if not isinstance(given, dict):
        return {}
    taken = dict(given)
    for name in ("textDocument", "notebookDocument", "workspace", "window"):
        given.pop(name, None)
    return taken

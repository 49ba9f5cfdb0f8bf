"""pygls' protocol; our methods and those about documents are let through as plain JSON values.

pygls would turn parameters into objects and walk every result with its converter; graphs are
megabytes, and completion is asked for at each keystroke. Called by `server.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol.types import (
    EXIT,
    INITIALIZE,
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

from interpogate.protocol.methods import LSP_PREFIX

if TYPE_CHECKING:
    from interpogate.editor.server import EditorServer

_PLAIN = (JsonRPCNotification, JsonRPCResponseMessage, JsonRPCRequestMessage)
_VERSION = "2.0"
_PREFIXES = (LSP_PREFIX, "textDocument/", "completionItem/")


class EditorProtocol(LanguageServerProtocol):
    """The language server protocol and `interpogate/*` on one connection."""

    _server: EditorServer

    @lsp_method(EXIT)
    def lsp_exit(self, *_params: Any) -> None:  # type: ignore[override]
        """End the server in an orderly way, where pygls would raise `SystemExit` in the loop."""
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

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Leave the messages of `_PREFIXES` as they are; pygls sees to the others."""
        method = data.get("method")
        if "jsonrpc" not in data or not isinstance(method, str):
            return super().structure_message(data)
        if method == INITIALIZE:
            self._server.language.client = _taken_capabilities(data.get("params"))
        if not method.startswith(_PREFIXES):
            return super().structure_message(data)
        rest = {"method": method, "jsonrpc": data["jsonrpc"], "params": data.get("params")}
        if "id" in data:
            return JsonRPCRequestMessage(id=data["id"], **rest)
        return JsonRPCNotification(**rest)

    def get_message_type(self, method: str) -> type[Any] | None:  # type: ignore[override]
        """Notifications about documents go out as they are."""
        return None if method.startswith(_PREFIXES) else super().get_message_type(method)

    def _serialize_message(self, data: Any) -> dict[str, Any]:
        """Give untyped messages as they are; what they contain is JSON or is asked for next."""
        if isinstance(data, _PLAIN):
            return {name: getattr(data, name) for name in data.__slots__ if name != "__weakref__"}
        return super()._serialize_message(data)

    def _send_response(
        self, msg_id: str | int, result: Any = None, error: ResponseError | None = None
    ) -> None:
        if error is None:
            super()._send_response(msg_id, result)
            return
        plain = {"code": error.code, "message": error.message, "data": error.data}
        self._send_data({"jsonrpc": _VERSION, "id": msg_id, "error": plain})

    def _send_data(self, data: Any) -> None:
        try:
            super()._send_data(data)
        except BrokenPipeError:
            self._server.stop()


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

"""pygls' protocol with our own methods let through as plain JSON values.

pygls would turn their parameters into nested named tuples and walk every result with its converter;
graphs are megabytes. Called by `server.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol.types import EXIT, INITIALIZE, ResponseError
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


class EditorProtocol(LanguageServerProtocol):
    """The language server protocol and `interpogate/*` on one connection."""

    _server: EditorServer

    @lsp_method(EXIT)
    def lsp_exit(self, *_params: Any) -> None:  # type: ignore[override]
        """End the server in an orderly way, where pygls would raise `SystemExit` in the loop."""
        self._server.stop(0 if self._shutdown else 1)

    def structure_message(self, data: dict[str, Any]) -> Any:
        """Leave our own messages as they are; pygls sees to the others."""
        method = data.get("method")
        if "jsonrpc" not in data or not isinstance(method, str):
            return super().structure_message(data)
        if method == INITIALIZE:
            _leave_out_unread_capabilities(data.get("params"))
        if not method.startswith(LSP_PREFIX):
            return super().structure_message(data)
        rest = {"method": method, "jsonrpc": data["jsonrpc"], "params": data.get("params")}
        if "id" in data:
            return JsonRPCRequestMessage(id=data["id"], **rest)
        return JsonRPCNotification(**rest)

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


def _leave_out_unread_capabilities(params: Any) -> None:
    """Spare pygls what nothing here reads yet.

    Its converter writes code for each of the 80 classes in a client's capabilities, most of them
    about text documents: a tenth of the time from start to reply.
    """
    if isinstance(params, dict) and isinstance(capabilities := params.get("capabilities"), dict):
        capabilities.pop("textDocument", None)
        capabilities.pop("notebookDocument", None)

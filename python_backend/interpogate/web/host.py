"""What a page in the browser may ask, by the protocol's table.

The backend's methods are passed on, those of a host answered here or refused. No answer takes a
path or code from the page: which model is shown, the command line or the script has said.
Knows no connections. Called by `serving.py` and `live_server.py`.
"""

from __future__ import annotations

from typing import Any, Protocol

from interpogate.opened.problems import RequestFailed, decoded
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode
from interpogate.protocol.methods import METHODS

_METHOD_NOT_FOUND = -32601
# The server alone opens and closes: a page names no source, and a closed tab ends nothing.
_NOT_FOR_PAGES = frozenset(
    {"model/open", "model/close", "page/open", "session/prefer", "code/read", "code/find"}
)


_ACTIONS = {"restart": "model/restart", "stopLoading": "model/stopLoading"}


class Backend(Protocol):
    """Open models: those of workers, or one of this process."""

    async def answer(self, method: str, params: Any) -> Any:
        """The result of a method of the route `server`. Raises `RequestFailed`."""

    async def forward(self, method: str, params: Any) -> Any:
        """The result of a method of the route `worker`. Raises `RequestFailed`."""


class BrowserHost:
    """Answers the pages of one server."""

    def __init__(self, backend: Backend, model_id: str) -> None:
        self._backend = backend
        self._model_id = model_id
        self._host_answers = {
            "page/ready": self._ready,
            "page/selected": self._nothing,
            "problem/act": self._act,
        }

    async def answer(self, method: str, params: dict[str, Any]) -> Any:
        """The result of any request of a page. Raises `RequestFailed`."""
        known = METHODS.get(method)
        if known is None or known.route in {"event", "page"}:
            raise RequestFailed({"code": _METHOD_NOT_FOUND, "message": "There is no such method."})
        if method in _NOT_FOR_PAGES:
            raise RequestFailed.of(_not_from_here())
        if known.route == "server":
            return await self._backend.answer(method, params)
        if known.route == "worker":
            return await self._backend.forward(method, params)
        if method not in self._host_answers:
            raise RequestFailed.of(_not_in_a_browser())
        return await self._host_answers[method](params)

    async def _ready(self, _params: Any) -> Any:
        state = m.HostState(kind="browser", can_insert=False, trusted=True, model_id=self._model_id)
        return encode(state)

    async def _nothing(self, _params: Any) -> Any:
        return {}

    async def _act(self, params: Any) -> Any:
        """Restarting, or not waiting, is all that can be done about a problem from here."""
        wanted = decoded(params, m.ActOnProblem)
        method = _ACTIONS.get(wanted.action)
        if method is None:
            raise RequestFailed.of(_not_in_a_browser())
        await self._backend.answer(method, {"modelId": wanted.model_id or self._model_id})
        return {}


def _not_from_here() -> m.Problem:
    return m.Problem(
        code="web.notFromPage",
        message="A page in the browser cannot open or close models.",
        hint="Name the model where the server is started: interpogate serve MODEL.",
    )


def _not_in_a_browser() -> m.Problem:
    return m.Problem(
        code="web.needsEditor",
        message="A page in the browser cannot do this: it needs an editor.",
        hint="Copy the hook code instead, or open the model in VS Code.",
    )

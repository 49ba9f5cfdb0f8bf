"""All open models by name: answers the methods of the route `server`, hands on the others.

Called by `server.py` with JSON values; knows neither pygls nor processes.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
from typing import Any

import interpogate
from interpogate.opened import problems
from interpogate.opened.last_inputs import InputMemory
from interpogate.opened.opened_model import Emit, OpenedModel
from interpogate.opened.problems import RequestFailed, decoded
from interpogate.opened.watching import Watching
from interpogate.opened.worker_life import Launch
from interpogate.protocol import messages as m
from interpogate.protocol.codec import encode


class Models:
    """The open models. All methods take and give JSON values, or raise `RequestFailed`."""

    def __init__(self, *, emit: Emit, launch: Launch, prefix: str = "model") -> None:
        self._emit = emit
        self._launch = launch
        self._prefix = prefix
        self._numbers = itertools.count(1)
        self._models: dict[str, OpenedModel] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._inputs = InputMemory()
        self._preferences = m.Preferences()
        self._watcher: Watching | None = None
        self._answers = {
            "session/hello": self._hello,
            "session/prefer": self._prefer,
            "model/open": self._open,
            "model/read": self._read,
            "model/list": self._list,
            "model/restart": self._restart,
            "model/stopLoading": self._stop_loading,
            "model/close": self._close,
        }

    def ids(self) -> frozenset[str]:
        """The names of the open models."""
        return frozenset(self._models)

    async def answer(self, method: str, params: Any) -> Any:
        """The result of a method of the route `server`."""
        return encode(await self._answers[method](params))

    async def forward(self, method: str, params: Any) -> Any:
        """The result of a method of the route `worker`, from the model's worker."""
        model_id = params.get("modelId") if isinstance(params, dict) else None
        return await self._named(str(model_id)).request(method, params)

    async def close_all(self) -> None:
        """End every worker, all at the same time, those included that are being ended already."""
        for model in self._models.values():
            self._begin_closing(model)
        self._models.clear()
        if self._closing:
            await asyncio.wait(self._closing)
        if self._watcher is not None:
            watcher, self._watcher = self._watcher, None
            await asyncio.to_thread(watcher.close)

    async def _hello(self, params: Any) -> m.Welcome:
        hello = decoded(params, m.Hello)
        if hello.protocol_version != m.PROTOCOL_VERSION:
            raise RequestFailed.of(problems.other_version(hello.protocol_version))
        return m.Welcome(
            protocol_version=m.PROTOCOL_VERSION,
            package_version=interpogate.__version__,
            python_version=".".join(map(str, sys.version_info[:3])),
            interpreter=sys.executable,
        )

    async def _prefer(self, params: Any) -> m.Nothing:
        self._preferences = decoded(params, m.Preferences)
        await asyncio.gather(*(self._apply(model) for model in self._models.values()))
        return m.Nothing()

    async def _apply(self, model: OpenedModel) -> None:
        if self._preferences.reload_on_change:
            model.follow_files(self._watching().watch)
        else:
            await model.leave_files()

    def _watching(self) -> Watching:
        """One observer for all models, begun with the first of them."""
        if self._watcher is None:
            self._watcher = Watching(loop=asyncio.get_running_loop())
        return self._watcher

    async def _open(self, params: Any) -> m.ModelState:
        request = decoded(params, m.OpenModel)
        model_id = f"{self._prefix}-{next(self._numbers)}"
        model = OpenedModel(model_id, request, emit=self._emit, launch=self._launch)
        model.kept.last = self._inputs.of(request.source, request.folder)
        self._models[model_id] = model
        await self._apply(model)
        return model.start()

    async def _read(self, params: Any) -> m.ModelState:
        return self._referenced(params).state

    async def _list(self, _params: Any) -> m.ModelStates:
        return m.ModelStates(models=tuple(model.state for model in self._models.values()))

    async def _restart(self, params: Any) -> m.ModelState:
        return self._referenced(params).start()

    async def _stop_loading(self, params: Any) -> m.ModelState:
        return self._referenced(params).stop_loading()

    async def _close(self, params: Any) -> m.Nothing:
        model = self._referenced(params)
        del self._models[model.state.model_id]
        await asyncio.shield(self._begin_closing(model))
        return m.Nothing()

    def _begin_closing(self, model: OpenedModel) -> asyncio.Task[None]:
        """Close in a task that nobody cancels, so that no worker stays behind."""
        closing = asyncio.create_task(model.close())
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)
        return closing

    def _referenced(self, params: Any) -> OpenedModel:
        return self._named(decoded(params, m.ModelReference).model_id)

    def _named(self, model_id: str) -> OpenedModel:
        model = self._models.get(model_id)
        if model is None:
            raise RequestFailed.of(problems.unknown_model(model_id))
        return model

"""Workers that cannot be started or never say a word."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

from interpogate.opened.opened_model import OpenedModel
from interpogate.opened.worker_client import OnEvent, WorkerClient
from interpogate.opened.worker_process import WorkerExit
from interpogate.protocol.messages import OpenModel

SILENT = [sys.executable, "-c", "import sys; sys.stdin.read()"]


async def _open(command: list[str], *, hello_s: float) -> tuple[dict[str, Any], OpenedModel]:
    failed: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def emit(_method: str, params: dict[str, Any]) -> None:
        if params["phase"] == "failed":
            failed.set_result(params)

    async def launch(_id: str, *, folder: str | None, on_event: OnEvent) -> WorkerClient:
        return await WorkerClient.start(
            command, folder=folder, on_event=on_event, on_output=lambda _: None
        )

    request = OpenModel(source="demo")
    model = OpenedModel("model-1", request, emit=emit, launch=launch, hello_s=hello_s)
    model.start()
    return await failed, model


def _failure(command: list[str], *, hello_s: float = 60.0) -> dict[str, Any]:
    async def open_and_close() -> dict[str, Any]:
        state, model = await _open(command, hello_s=hello_s)
        await model.close()
        problem: dict[str, Any] = state["problem"]
        return problem

    return asyncio.run(open_and_close())


def test_an_interpreter_that_is_not_there_is_said_with_a_button_to_select_another() -> None:
    problem = _failure(["/no/such/python"])
    assert (problem["code"], problem["action"]) == ("worker.notStarted", "selectInterpreter")
    assert "No such file" in problem["message"]


def test_a_worker_that_never_answers_is_ended() -> None:
    problem = _failure(SILENT, hello_s=0.1)
    assert (problem["code"], problem["action"]) == ("worker.silent", "restart")


def test_every_end_has_words() -> None:
    words: Callable[[int | None], str] = lambda code: WorkerExit(returncode=code).words  # noqa: E731
    assert words(0) == words(None) == "The model's worker ended."
    assert words(1) == "The model's worker ended with exit code 1."
    assert words(-15) == "The model's worker was killed (SIGTERM)."
    assert words(-6) == "The model's worker crashed (SIGABRT)."
    assert words(-99) == "The model's worker crashed (signal 99)."

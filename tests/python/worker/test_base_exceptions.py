"""What is no `Exception` ends a load, a run or a request of the user's code, never the worker."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from service_client import Client

RAISED = (
    "asyncio.CancelledError()",
    "KeyboardInterrupt()",
    "GeneratorExit()",
    "SystemExit(3)",
    "Stop('now')",
)
_FILE = """import asyncio
import os

import torch


class Stop(BaseException):
    pass


class Words:
    def __call__(self, text, **_):
        if text != "fine":
            WORDS
        return {"input_ids": torch.ones(1, 4, dtype=torch.int64)}

    def decode(self, ids, **_):
        return "a"

    def convert_ids_to_tokens(self, ids):
        return ["a" for _ in ids]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        BUILD
        self.first = torch.nn.Embedding(9, 2)

    def forward(self, input_ids):
        if os.path.exists("NOTICE"):
            LATER
        first = self.first(input_ids)
        FORWARD
        return first


class Pipe:
    def __init__(self):
        self.model, self.tokenizer = Net(), Words()


IMPORT
"""
_NAMES = {name: name.partition("(")[0].rpartition(".")[2] for name in RAISED}


def _opened(folder: Path, name: str = "Net", **raised: str) -> Client:
    text = _FILE.replace("NOTICE", str(folder / "raise"))
    for place in ("WORDS", "BUILD", "FORWARD", "LATER", "IMPORT"):
        text = text.replace(place, f"raise {raised[place]}" if place in raised else "pass")
    (folder / "net.py").write_text(text, "utf-8")
    client = Client()
    client.open(f"net.py:{name}", folder)
    return client


@pytest.mark.parametrize("place", ["IMPORT", "BUILD"])
@pytest.mark.parametrize("raised", RAISED)
def test_a_load_fails_with_its_place(tmp_path: Path, raised: str, place: str) -> None:
    state = _opened(tmp_path, **{place: raised}).state
    assert state.phase == "failed"
    assert state.problem is not None
    assert _NAMES[raised] in state.problem.message
    assert state.problem.file == str(tmp_path / "net.py")


@pytest.mark.parametrize("raised", RAISED)
def test_the_opening_trace_and_a_run_fail_with_their_graph_and_place(
    tmp_path: Path, raised: str
) -> None:
    client = _opened(tmp_path, FORWARD=raised)
    assert (client.state.phase, client.state.graph_version) == ("ready", 1)
    assert client.state.problem is not None
    assert _NAMES[raised] in client.state.problem.message
    client.ask("run/start", inputs="input_ids = int64[1, 4]")
    client.work()
    assert client.run.phase == "failed"
    assert client.run.problem is not None
    assert client.run.problem.file == str(tmp_path / "net.py")
    assert _NAMES[raised] in client.run.problem.message
    level = client.level()
    assert level.calls[level.ids.index("first")] == 1


@pytest.mark.parametrize("raised", RAISED)
def test_a_tokenizer_fails_one_request(tmp_path: Path, raised: str) -> None:
    client = _opened(tmp_path, "Pipe", WORDS=raised)
    assert client.state.phase == "ready"
    assert "error" in client.reply("text/tokenize", text="other")
    assert "error" in client.reply("run/start", text="other")
    client.ask("run/start", text="fine")
    client.work()
    assert client.run.phase == "finished"


@pytest.mark.parametrize("raised", RAISED)
def test_a_second_run_for_a_block_says_that_it_failed(tmp_path: Path, raised: str) -> None:
    client = _opened(tmp_path, LATER=raised)
    client.ask("run/start", inputs="input_ids = int64[1, 4]")
    client.work()
    session = client.service._session
    assert session is not None
    session.blocks.memory.drop(1)
    (tmp_path / "raise").touch()
    value = {"side": "output", "keys": []}
    block = {"blockId": 0, "node": "first", "value": value, "kind": "heatmap", "roles": []}
    picture: list[dict[str, object]] = []
    asking = threading.Thread(
        target=lambda: picture.append(_read_block(client, block)), daemon=True
    )
    asking.start()
    client.service._jobs.get(timeout=60)()
    asking.join(60)
    assert picture[0]["problem"] is not None


def _read_block(client: Client, block: dict[str, object]) -> dict[str, object]:
    size = {"width": 10, "height": 10}
    result: dict[str, object] = client.ask("block/read", runId=1, blockId=0, draft=block, **size)
    return result


def test_a_job_that_raises_leaves_the_main_thread_at_work() -> None:
    client, done = Client(), threading.Event()
    threading.Thread(target=client.service.work, daemon=True).start()

    def fails() -> None:
        raise GeneratorExit

    client.service.submit(fails)
    client.service.submit(done.set)
    assert done.wait(60)

"""Blocks as a worker keeps and answers them."""

from __future__ import annotations

import base64
import json
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import torch

from editor_driver import ROOT, EditorDriver
from interpogate.demo import SAMPLE_TEXTS
from interpogate.worker.slow import is_slow
from service_client import Client
from waiting import wait_until

LIST = SAMPLE_TEXTS[1]
MEGABYTE = 1 << 20


def _block(node: str, kind: str = "heatmap", *keys: str, **more: Any) -> dict[str, Any]:
    value = {"side": more.pop("side", "output"), "keys": list(keys)}
    return {"blockId": 0, "node": node, "value": value, "kind": kind, "roles": [], **more}


def _values(picture: dict[str, Any]) -> torch.Tensor:
    assert picture["problem"] is None, picture["problem"]
    (array,) = (one for one in picture["arrays"] if one["name"] == "values")
    data = bytearray(base64.b64decode(array["data"]))
    return torch.frombuffer(data, dtype=torch.float32).reshape(array["shape"])


@pytest.fixture
def client() -> Client:
    client = Client()
    client.open("demo")
    client.ask("run/start", text=LIST)
    client.work()
    return client


def _later(client: Client, method: str, **params: Any) -> Future[Any]:
    """Ask on a thread of its own, as slow requests are, while this one does the main thread's."""
    request = {"jsonrpc": "2.0", "id": "slow", "method": method}
    line = json.dumps({**request, "params": {"modelId": "model-1", **params}})
    executor = ThreadPoolExecutor(1)
    asked = executor.submit(client.service.receive, line)
    executor.shutdown(wait=False)
    return asked


def _working(client: Client, asked: Future[Any]) -> Any:
    wait_until(lambda: asked.done() or not client.service._jobs.empty(), "a job or an answer")
    client.work()
    asked.result(60)
    return [message["result"] for message in client.sent if message.get("id") == "slow"][-1]


def test_blocks_are_numbered_listed_changed_and_removed(client: Client) -> None:
    first = client.ask("block/put", block=_block("transformer.h.0"))
    second = client.ask("block/put", block=_block("lm_head", "bar"))
    assert (first["blockId"], second["blockId"]) == (1, 2)
    client.ask("block/put", block={**first, "kind": "histogram"})
    client.ask("block/remove", blockId=2)
    told = [[b["kind"] for b in one["blocks"]] for one in client.events("block/changed")]
    assert told == [["heatmap"], ["heatmap", "bar"], ["histogram", "bar"], ["histogram"]]
    assert client.ask("block/list") == client.events("block/changed")[-1]
    assert client.ask("block/put", block=_block("lm_head"))["blockId"] == 3


@pytest.mark.parametrize("method", ["block/read", "block/remove"])
def test_a_block_that_is_not_there_is_refused(client: Client, method: str) -> None:
    assert client.refusal(method, blockId=7).code == "block.notFound"
    changed = {**_block("lm_head"), "blockId": 7}
    assert client.refusal("block/put", block=changed).code == "block.notFound"


def test_the_induction_head_of_the_demo_model_is_in_the_picture(client: Client) -> None:
    client.ask("block/put", block=_block("transformer.h.1.attn", "attention", "attention"))
    picture = client.ask("block/read", blockId=1)
    weights = _values(picture)[2]
    tokens = picture["x"]["labels"]
    seen = {token: place for place, token in reversed(list(enumerate(tokens)))}
    repeated = [place for place, token in enumerate(tokens) if seen[token] < place]
    assert len(repeated) >= 4
    for place in repeated:
        assert int(weights[place].argmax()) == seen[tokens[place]] + 1


def test_a_block_shows_every_new_run_and_old_ones_when_asked(client: Client) -> None:
    client.ask("block/put", block=_block("transformer.h.0"))
    before = client.ask("block/read", blockId=1)
    client.ask("run/start", text="Once upon a time")
    client.work()
    after = client.ask("block/read", blockId=1)
    assert (before["runId"], after["runId"]) == (1, 2)
    assert after["y"]["labels"] == ["Once", " upon", " a", " time"]
    assert client.ask("block/read", blockId=1, runId=1) == before
    assert client.refusal("block/read", blockId=1, runId=9).code == "run.notFound"


def test_a_draft_is_read_without_being_kept(client: Client) -> None:
    draft = _block("transformer.h.0", "bar")
    assert client.ask("block/read", blockId=0, draft=draft)["kind"] == "bar"
    place = {"runId": 0, "panel": 0, "row": 0, "column": 1}
    assert client.ask("block/cell", blockId=0, draft=draft, **place)["text"]
    assert client.ask("block/list")["blocks"] == []


def test_what_was_not_kept_comes_from_a_second_run_that_nobody_hears_of(client: Client) -> None:
    before = len(client.sent)
    wanted = _block("transformer.h.1.mlp.act::call:tanh#0", "heatmap", "0")
    picture = _working(client, _later(client, "block/read", blockId=0, draft=wanted))
    assert "second run" in picture["note"]
    assert float(_values(picture).abs().max()) <= 1
    assert [one for one in client.sent[before:] if "method" in one] == []
    again = client.ask("block/read", blockId=0, draft=wanted)
    assert torch.equal(_values(again), _values(picture))


def test_a_watched_operation_needs_no_second_run(client: Client) -> None:
    client.ask("block/put", block=_block("transformer.h.1.mlp.act::call:tanh#0", "heatmap", "0"))
    client.ask("run/start", text="Once upon a time")
    client.work()
    assert "second run" not in client.ask("block/read", blockId=1)["note"]


def test_a_new_run_comes_before_a_second_one(client: Client) -> None:
    wanted = _block("transformer.h.1.mlp.act::call:tanh#0", "heatmap", "0")
    asked = _later(client, "block/read", blockId=0, draft=wanted)
    wait_until(lambda: not client.service._jobs.empty(), "the second run to be queued")
    client.ask("run/start", text="Once upon a time")
    picture = _working(client, asked)
    assert picture["problem"]["message"] == "A new run has come first."
    assert client.run.phase == "finished"


def test_blocks_of_an_earlier_worker_are_taken_over() -> None:
    client = Client()
    kept = [{**_block("transformer.h.0"), "blockId": 4}, {**_block("gone"), "blockId": 6}]
    client.ask("model/load", source="demo", blocks=kept)
    client.work()
    assert [one["blockId"] for one in client.ask("block/list")["blocks"]] == [4, 6]
    early = client.ask("block/read", blockId=4)["problem"]
    assert (early["message"], early["hint"]) == ("There is no run yet.", "Run the model.")
    client.ask("run/start", text=LIST)
    client.work()
    assert client.ask("block/read", blockId=4)["problem"] is None
    gone = client.ask("block/read", blockId=6)["problem"]
    assert gone["message"] == "The model has no node gone any more."
    assert client.ask("block/put", block=_block("lm_head"))["blockId"] == 7


def test_the_memory_for_tensors_is_as_asked_for_and_the_oldest_run_goes() -> None:
    client = Client()
    client.ask("model/load", source="demo", tensorMemoryMb=1)
    client.work()
    session = client.service._session
    assert session is not None
    for _ in range(4):
        client.ask("run/start", text=LIST)
        client.work()
    assert session.blocks.memory.budget == MEGABYTE
    assert 0 < session.blocks.memory.byte_count <= MEGABYTE
    assert session.blocks.memory.of(1) is None
    draft = _block("transformer.h.0")
    asked = _later(client, "block/read", blockId=0, runId=1, draft=draft)
    assert "second run" in _working(client, asked)["note"]


def test_a_generating_run_shows_its_last_step(client: Client) -> None:
    client.ask("block/put", block=_block("transformer.h.0"))
    client.ask("run/start", text="Once upon a time", tokenCount=3)
    client.work()
    picture = client.ask("block/read", blockId=1)
    assert picture["y"]["size"] == 6
    assert picture["y"]["labels"][:4] == ["Once", " upon", " a", " time"]


def test_statistics_of_a_node_come_from_the_run_shown(client: Client) -> None:
    found = client.ask("node/statistics", node="transformer.h.1.attn")
    details = client.ask("node/inspect", node="transformer.h.1.attn")
    for side in ("inputs", "outputs", "parameters"):
        assert len(found[side]) == len(details[side])
    known = [one for one in found["outputs"] if one]
    assert known[0]["count"] == 128 * len(client.run.tokens.ids if client.run.tokens else ())


def test_requests_that_may_take_long_are_told_from_others() -> None:
    assert is_slow('{"jsonrpc": "2.0", "id": 1, "method": "block/read", "params": {}}')
    assert not is_slow('{"jsonrpc": "2.0", "id": 1, "method": "run/cancel", "params": {}}')
    assert not is_slow("{}")


def test_a_run_can_be_cancelled_while_a_block_waits_for_it(editor: EditorDriver) -> None:
    folder = str(ROOT / "tests" / "models")
    more = {"folder": folder, "tensorMemoryMb": 0}
    state = editor.open_until("hostile.py:LoopingOverModules", "ready", "failed", **more)
    assert state["phase"] == "ready"
    started = editor.call("run/start", modelId="model-1", inputs="x = float32[2, 4]")
    editor.wait_event(
        "run/changed", lambda run: run["runId"] == started["runId"] and run["phase"] == "finished"
    )
    endless = editor.call("run/start", modelId="model-1", inputs="x = float32[13, 4]")
    params = {"modelId": "model-1", "blockId": 0, "draft": _block("first", "bar")}
    waiting = editor.send("interpogate/block/read", params)
    editor.call("run/cancel", modelId="model-1", runId=endless["runId"])
    assert "problem" in editor.wait_reply(waiting)

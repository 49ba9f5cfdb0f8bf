"""One worker's answers, spoken to as a server does; the test does the main thread's jobs."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode
from interpogate.worker.service import Service
from service_client import MODELS, Client, opened


@pytest.fixture(scope="module")
def demo() -> Client:
    client = Client()
    client.open("demo")
    return client


def test_opening_goes_through_its_phases_in_order() -> None:
    client = opened("Residual")
    phases = [event["phase"] for event in client.events("model/changed")]
    assert [p for n, p in enumerate(phases) if p not in phases[:n]] == [
        "loading",
        "tracing",
        "ready",
    ]
    assert (client.state.graph_version, client.state.origin) == (1, "fake")
    assert client.state.summary is not None
    assert client.state.summary.example_inputs == "x = float32[1, 11, 8]"


def test_a_request_is_answered_before_what_it_asks_for_begins() -> None:
    sent: list[str] = []
    begun, over = threading.Event(), threading.Event()

    def send(text: str) -> None:
        message = json.loads(text)
        if "id" in message:
            begun.wait(0.2)  # in vain, unless the main thread has begun already
        sent.append(message.get("method", "reply"))
        if message.get("params", {}).get("phase") == "loading":
            begun.set()
        if message.get("params", {}).get("phase") in {"ready", "failed"}:
            over.set()

    service = Service(send)
    threading.Thread(target=service.work, daemon=True).start()
    params = {"modelId": "model-1", "source": "networks.py:Residual", "folder": str(MODELS)}
    request = {"jsonrpc": "2.0", "id": 1, "method": "model/load", "params": params}
    service.receive(json.dumps(request))
    assert over.wait(60)
    assert sent[0] == "reply"


@pytest.mark.parametrize("fails", ["sys.exit(3)", "raise LookupError('none')"])
def test_example_inputs_that_fail_are_told_and_the_modules_are_shown(
    tmp_path: Path, fails: str
) -> None:
    lines = ("import sys", "import torch", "def example_inputs():", f"    {fails}")
    (tmp_path / "bad.py").write_text("\n".join([*lines, "model = torch.nn.Linear(2, 2)"]))
    client = Client()
    client.open("bad.py:model", tmp_path)
    assert client.state.phase == "ready"
    problem = client.state.problem
    assert problem is not None
    assert problem.message.startswith("example_inputs failed: ")
    assert (problem.file, problem.line) == (str(tmp_path / "bad.py"), 4)


def test_no_thread_of_a_run_stays() -> None:
    before = set(threading.enumerate())
    client = opened("Residual")
    client.ask("run/start")
    client.work()
    assert set(threading.enumerate()) <= before


def test_numbers_go_on_where_an_earlier_worker_stopped() -> None:
    client = Client()
    client.ask(
        "model/load",
        source="networks.py:Residual",
        folder=str(MODELS),
        firstGraphVersion=7,
        firstRunId=4,
    )
    client.work()
    assert client.state.graph_version == 7
    assert client.ask("run/start")["runId"] == 4


@pytest.mark.parametrize(
    ("source", "code", "action"),
    [
        ("networks.py:nope", "source.nameNotFound", "openModel"),
        ("networks.py:NeedsArguments", "source.argumentsNeeded", "openFile"),
        ("networks.py:raises_while_building", "model.loadFailed", "restart"),
        ("nowhere.py:Net", "source.notFound", "openModel"),
    ],
)
def test_what_cannot_be_opened_fails_with_a_problem_and_the_one_fix(
    source: str, code: str, action: str
) -> None:
    client = Client()
    state = client.open(source)
    assert state.phase == "failed"
    assert state.problem is not None
    assert (state.problem.code, state.problem.action) == (code, action)
    assert client.reply("graph/read", containers=["."]) is not None


def test_a_run_streams_numbered_events_and_renews_the_graph() -> None:
    client = opened("Residual")
    started = client.ask("run/start", inputs="x = float32[2, 8]")
    assert started["phase"] == "running"
    client.work()
    events = [decode(event, m.RunEvents) for event in client.events("run/events")]
    assert [e.first for e in events] == [
        sum(len(x.kinds) for x in events[:n]) for n in range(len(events))
    ]
    modules = [module for event in events for module in event.modules]
    kinds = [kind for event in events for kind in event.kinds]
    assert kinds.count("started") == kinds.count("finished") == 8
    assert modules[0] == modules[-1] == 0
    assert (client.run.phase, client.run.event_count) == ("finished", 16)
    assert (client.state.graph_version, client.state.origin) == (2, "run")
    assert (2, 8) in client.level().tensors.shapes


def test_missed_events_can_be_read_again() -> None:
    client = opened("Residual")
    client.ask("run/start")
    client.work()
    record = decode(client.ask("run/read", runId=1, first=14), m.RunRecord)
    assert record.events.modules == (8, 0)
    assert record.state.phase == "finished"
    assert client.refusal("run/read", runId=9, first=0).code == "run.notFound"


def test_a_cancelled_run_stops_and_leaves_everything_usable() -> None:
    client = opened("Residual")
    client.ask("run/start")
    assert client.refusal("run/start").code == "run.busy"
    client.ask("run/cancel", runId=1)
    client.work()
    assert [event["phase"] for event in client.events("run/changed")] == ["running", "cancelled"]
    assert client.state.graph_version == 1
    client.ask("run/start")
    client.work()
    assert client.run.phase == "finished"


def test_a_failing_forward_shows_the_graph_up_to_the_failed_node() -> None:
    client = opened("FailsMidway")
    problem = client.state.problem
    assert problem is not None
    assert (problem.code, problem.node) == ("trace.failed", "second")
    client.ask("run/start", inputs="x = float32[3, 4]")
    client.work()
    failed = client.run.problem
    assert client.run.phase == "failed"
    assert failed is not None
    assert (failed.node, failed.action) == ("second", "openFile")
    assert failed.file is not None
    assert Path(failed.file).name == "networks.py"
    level = client.level()
    assert level.calls[level.ids.index("first")] == 1
    details = decode(client.ask("node/inspect", node="second"), m.NodeDetails)
    assert details.problem is not None
    assert "mat1 and mat2" in details.problem.message


def test_inputs_that_do_not_fit_keep_the_graph_and_say_so() -> None:
    client = opened("Residual")
    client.ask("run/start", inputs="y = float32[1, 8]")
    client.work()
    assert client.run.problem is not None
    assert client.run.problem.code == "inputs.invalid"
    assert "'y'" in client.run.problem.message
    assert client.state.graph_version == 1
    assert client.refusal("run/start", inputs="nonsense").code == "inputs.invalid"
    assert client.refusal("run/start", text="hello").code == "inputs.noTokenizer"


def test_the_inspector_shows_parameters_structures_and_source() -> None:
    client = opened("NestedOutput")
    client.ask("run/start")
    client.work()
    details = decode(client.ask("node/inspect", node="."), m.NodeDetails)
    assert [row.key for row in details.outputs] == ["", "mean", "parts", "0", "1"]
    assert details.outputs[0].type_name == "Pair"
    layer = decode(client.ask("node/inspect", node="layer"), m.NodeDetails)
    assert ("in_features", "4") in layer.attributes
    assert [(p.name, p.shape) for p in layer.parameters] == [("weight", (4, 4)), ("bias", (4,))]
    assert layer.call_count == 1
    assert layer.duration_ms is not None
    assert layer.source is not None
    operation = decode(client.ask("node/inspect", node=".::call:mul#0"), m.NodeDetails)
    assert operation.source is not None
    assert Path(operation.source.file).name == "networks.py"


def test_the_tree_and_paths_are_found() -> None:
    client = opened("Residual")
    modules = decode(client.ask("module/children", path="blocks.0"), m.Modules)
    assert (modules.names, modules.class_names) == (("norm", "linear"), ("LayerNorm", "Linear"))
    found = decode(client.ask("graph/locate", path="blocks.1.norm"), m.Location)
    assert found.containers == (".", "blocks", "blocks.1")
    assert "Did you mean" in client.refusal("graph/locate", path="blocks.1.nor").message


def test_modules_are_found_by_words_of_path_and_class() -> None:
    client = opened("Residual")
    found = decode(client.ask("module/find", query="layernorm 1", limit=5), m.Modules)
    assert (found.paths, found.class_names) == (("blocks.1.norm",), ("LayerNorm",))
    assert decode(client.ask("module/find", query="norm", limit=1), m.Modules).paths == (
        "blocks.0.norm",
    )
    assert decode(client.ask("module/find", query="  ", limit=5), m.Modules).paths == ()


def test_malformed_requests_are_refused_and_answered_once() -> None:
    client = opened("Residual")
    assert client.reply("graph/read", containers=5)["error"]["code"] == -32602
    assert client.reply("no/such", x=1)["error"]["code"] == -32601
    assert client.ask("graph/read", containers=["nothing"])["levels"] == []


def test_the_demo_model_tokenizes_runs_and_predicts(demo: Client) -> None:
    summary = demo.state.summary
    assert summary is not None
    assert summary.predicts_tokens
    text = summary.example_text
    tokens = decode(demo.ask("text/tokenize", text=text), m.Tokens)
    demo.ask("run/start", text=text)
    demo.work()
    assert demo.run.tokens == tokens
    last = len(tokens.ids) - 1
    found = decode(demo.ask("prediction/read", runId=demo.run.run_id, position=last), m.Prediction)
    assert found.tokens.texts[0] == " Anna"
    assert list(found.probabilities) == sorted(found.probabilities, reverse=True)
    assert len(found.logits) == 10
    outside = demo.refusal("prediction/read", runId=demo.run.run_id, position=last + 1)
    assert outside.code == "prediction.none"


def test_the_token_dimension_is_marked(demo: Client) -> None:
    demo.ask("run/start", text="Anna and Tom went to the park.")
    demo.work()
    assert demo.run.tokens is not None
    count = len(demo.run.tokens.ids)
    table = demo.level().tensors
    assert ((1, count), 1) in zip(table.shapes, table.token_dimensions, strict=True)


def test_a_text_without_tokens_or_with_too_many_is_refused(demo: Client) -> None:
    assert demo.refusal("run/start", text="").code == "inputs.invalid"
    assert "takes at most" in demo.refusal("run/start", text="Anna " * 500).message


def test_hook_code_repeats_the_run_it_was_observed_in(demo: Client) -> None:
    demo.ask("run/start", text="Tom gave a ball to")
    demo.work()
    node = demo.level().ids[0]
    code = decode(demo.ask("hook/write", node=node, kind="both"), m.HookCode)
    assert 'interp.forward_text("Tom gave a ball to")' in code.text
    assert code.imports == ("from interpogate import Interpogate",)

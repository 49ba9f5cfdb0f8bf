"""`interp.serve()`: the page on a script's own model, while the script goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from interpogate import Interpogate, InterpogateError
from interpogate.demo import demo_directory
from interpogate.errors import NotReady
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.sources import parse_source
from interpogate.onlookers import Stage
from interpogate.trace.keeping import RunTensors
from interpogate.web.live_server import LiveServer
from interpogate.web.live_session import LiveSession
from interpogate.web.server import CannotListen
from interpogate.worker.handlers import HANDLERS
from serve_driver import PageClient
from waiting import wait_until

TEXT = "Anna went home."


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    folder = demo_directory().parent
    return load_model(parse_source("demo", folder), folder, trust_remote_code=False)


@pytest.fixture
def interp(loaded: LoadedModel) -> Iterator[Interpogate]:
    yield Interpogate(loaded.model, loaded.tokenizer)
    hooks = [h for m in loaded.model.modules() for h in m._forward_hooks.values()]
    assert not hooks


@pytest.fixture
def served(interp: Interpogate) -> Iterator[LiveServer]:
    with interp.serve(open_browser=False) as server:
        yield server
    wait_until(lambda: not _threads(), "the server's threads end")


def _threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith("interpogate")]


def _page(server: LiveServer) -> PageClient:
    origin, _, token = server.url.partition("/#token=")
    return PageClient(origin, token)


def test_a_run_of_the_script_streams_into_the_page(interp: Interpogate, served: LiveServer) -> None:
    with _page(served) as page:
        state = page.open_model()
        assert (state["phase"], state["summary"]["className"]) == ("ready", "GPT2LMHeadModel")
        output = interp.forward_text(TEXT)
        run = page.wait_run(1)
        assert (run["phase"], run["text"]) == ("finished", TEXT)
        assert run["tokens"]["texts"] == [token.text for token in interp.run.tokens]  # type: ignore[union-attr]
        assert page.wait_event("run/events")["kinds"][0] == "started"
        found = page.call("prediction/read", modelId=state["modelId"], runId=1, position=3)
        assert found["tokens"]["ids"][0] == int(output.logits[0, 3].argmax())
        levels = page.call("graph/read", modelId=state["modelId"], containers=["."])
        assert levels["graphVersion"] == 2


def test_the_page_runs_the_same_model_with_the_scripts_hooks(
    interp: Interpogate, served: LiveServer
) -> None:
    seen: list[str] = []
    with _page(served) as page, interp.hook() as hook:
        model_id = page.open_model()["modelId"]
        hook.post("transformer.h.1", lambda *_: seen.append(threading.current_thread().name))
        assert page.run(model_id, text=TEXT)["phase"] == "finished"
        assert seen == ["interpogate-runs"]


def test_watched_generation_and_plain_inputs_appear_too(
    interp: Interpogate, served: LiveServer, loaded: LoadedModel
) -> None:
    encoded = loaded.tokenizer(TEXT, return_tensors="pt")
    generate: Any = loaded.model.generate
    with _page(served) as page:
        page.open_model()
        with interp.watch():
            generate(**encoded, max_new_tokens=2)
        assert page.wait_run(1)["phase"] == "finished"
        interp.forward(**encoded)
        run = page.wait_run(2)
        assert run["text"] is None
        assert run["tokens"]["texts"][0] == "Anna"


def test_a_failure_of_the_script_is_shown_and_still_raised(
    served: LiveServer, interp: Interpogate
) -> None:
    def fail(*_: Any) -> None:
        raise ValueError("halfway")

    with _page(served) as page, interp.hook() as hook:
        page.open_model()
        hook.post("transformer.h.1", fail)
        with pytest.raises(ValueError, match="halfway"):
            interp.forward_text(TEXT)
        run = page.wait_run(1)
        assert run["phase"] == "failed"
        assert "halfway" in run["problem"]["message"]


def test_script_and_page_take_turns(interp: Interpogate, served: LiveServer) -> None:
    with _page(served) as page:
        model_id = page.open_model()["modelId"]
        refused: list[Any] = []

        def ask(*_: Any) -> None:
            refused.append(page.problem("run/start", modelId=model_id, text=TEXT))
            refused.append(page.problem("run/cancel", modelId=model_id, runId=1))

        with interp.hook() as hook:
            hook.post("transformer.h.0", ask)
            interp.forward_text(TEXT)
        assert [problem["code"] for problem in refused] == ["run.busy", "run.ofScript"]
        assert page.wait_run(1)["phase"] == "finished"


def test_runs_that_script_and_page_begin_together_have_numbers_of_their_own(
    loaded: LoadedModel,
) -> None:
    asked, go = threading.Event(), threading.Event()

    def tokenizer(*args: Any, **options: Any) -> Any:
        if threading.current_thread().name.startswith("interpogate-quick"):
            asked.set()
            go.wait(30)
        return loaded.tokenizer(*args, **options)

    for name in ("decode", "convert_ids_to_tokens"):
        setattr(tokenizer, name, getattr(loaded.tokenizer, name))
    interp = Interpogate(loaded.model, tokenizer)
    with interp.serve(open_browser=False) as server, _page(server) as page:
        model_id = page.open_model()["modelId"]
        started: list[Any] = []
        start = threading.Thread(
            target=lambda: started.append(page.call("run/start", modelId=model_id, text=TEXT))
        )
        start.start()
        assert asked.wait(30)
        interp.forward(**loaded.tokenizer(TEXT, return_tensors="pt"))
        go.set()
        start.join(30)
        page.wait_run(started[0]["runId"])
        runs = page.call("run/list", modelId=model_id)["runs"]
        assert [(run["runId"], run["phase"]) for run in runs] == [(1, "finished"), (2, "finished")]
        assert [run["text"] for run in runs] == [None, TEXT]


def test_nobody_waits_for_a_second_run_that_a_closed_page_will_not_make(
    interp: Interpogate, loaded: LoadedModel
) -> None:
    live = LiveSession("live-1", Stage(loaded.model, loaded.tokenizer), emit=lambda *_: None)
    live.close()
    with pytest.raises(NotReady):
        live.session.blocks.on_main_thread(lambda _: RunTensors())
    wait_until(lambda: not _threads(), "the run's thread ends")


def test_a_defect_of_an_answer_is_logged_without_what_the_user_typed(
    served: LiveServer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Any, request: Any) -> None:
        raise ValueError(request.text)

    monkeypatch.setitem(HANDLERS, "text/tokenize", fail)
    with _page(served) as page:
        model_id = page.open_model()["modelId"]
        problem = page.problem("text/tokenize", modelId=model_id, text="hidden words")
    assert problem["code"] == "internal"
    assert "ValueError" in caplog.text
    assert "hidden words" not in caplog.text


def test_the_script_waits_for_a_run_of_the_page(interp: Interpogate, served: LiveServer) -> None:
    inside, go = threading.Event(), threading.Event()
    order: list[str] = []

    def hold(*_: Any) -> None:
        if threading.current_thread().name == "interpogate-runs":
            inside.set()
            go.wait(30)
            order.append("page")

    def run_script() -> None:
        interp.forward_text(TEXT)
        order.append("script")

    with _page(served) as page, interp.hook() as hook:
        model_id = page.open_model()["modelId"]
        hook.post("transformer.h.0", hold)
        run_id = page.call("run/start", modelId=model_id, text=TEXT)["runId"]
        assert inside.wait(30)
        script = threading.Thread(target=run_script)
        script.start()
        go.set()
        script.join(30)
        assert page.wait_run(run_id)["phase"] == "finished"
        assert order == ["page", "script"]


def test_blocks_show_runs_of_the_script(interp: Interpogate, served: LiveServer) -> None:
    with _page(served) as page:
        model_id = page.open_model()["modelId"]
        value = {"side": "output", "keys": []}
        wanted = {"blockId": 0, "node": "lm_head", "value": value, "kind": "heatmap", "roles": []}
        block = page.call("block/put", modelId=model_id, block=wanted)
        assert page.wait_event("block/changed")["blocks"][0]["node"] == "lm_head"
        interp.forward_text(TEXT)
        page.wait_run(1)
        picture = page.call("block/read", modelId=model_id, blockId=block["blockId"])
        assert (picture["problem"], picture["runId"]) == (None, 1)
        assert {picture["x"]["size"], picture["y"]["size"]} == {4, 835}


def test_blocks_of_script_and_page_are_the_same(interp: Interpogate, served: LiveServer) -> None:
    with _page(served) as page:
        model_id = page.open_model()["modelId"]
        number = interp.add_visualization("lm_head", kind="heatmap")
        (block,) = page.wait_event("block/changed")["blocks"]
        assert (block["blockId"], block["node"]) == (number, "lm_head")
        page.call("block/remove", modelId=model_id, blockId=number)
        with pytest.raises(InterpogateError):
            interp.remove_visualization(number)


def test_the_page_cannot_load_or_end_the_scripts_model(served: LiveServer) -> None:
    with _page(served) as page:
        model_id = page.open_model()["modelId"]
        assert page.problem("model/restart", modelId=model_id)["code"] == "web.liveModel"
        assert page.problem("model/open", source="evil.py:x")["code"] == "web.notFromPage"
        assert page.problem("node/inspect", modelId="other", node=".")["code"] == "model.unknown"
        assert (
            page.problem("node/inspect", modelId=model_id, node="nowhere")["code"]
            == "path.notFound"
        )


def test_closing_keeps_the_model_and_the_script_running(interp: Interpogate) -> None:
    server = interp.serve(open_browser=False)
    with _page(server) as page:
        page.open_model()
        server.close()
        server.close()
    before = len(_threads())
    interp.forward_text(TEXT)
    assert interp.run is not None
    assert len(_threads()) <= before
    with interp.serve(open_browser=False) as again, _page(again) as page:
        assert page.open_model()["phase"] == "ready"


def test_a_port_that_is_taken_is_refused_and_leaves_nothing(
    interp: Interpogate, served: LiveServer
) -> None:
    port = int(served.url.split(":")[2].split("/")[0])
    with pytest.raises(CannotListen):
        interp.serve(port=port, open_browser=False)


def test_a_model_in_training_is_neither_run_nor_changed_by_the_first_look() -> None:
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    with Interpogate(model).serve(open_browser=False) as server, _page(server) as page:
        assert page.open_model()["phase"] == "ready"
        after = model.state_dict()
        assert model.training
        assert all(torch.equal(before[name], after[name]) for name in before)
        assert torch.equal(state, torch.get_rng_state())


def test_runs_of_a_page_leave_random_state_and_running_statistics_as_the_script_had_them() -> None:
    drawn: list[torch.Tensor] = []
    model = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Dropout(0.5))
    model[2].register_forward_hook(lambda *_: drawn.append(torch.rand(3)))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    state = torch.get_rng_state()
    interp = Interpogate(model)
    with interp.serve(open_browser=False) as server, _page(server) as page:
        model_id = page.open_model()["modelId"]
        drawn.clear()  # the first look is no run
        for _ in range(2):
            assert page.run(model_id, inputs="input = float32[8, 4]")["phase"] == "finished"
        with interp._stage.lock:  # the run's thread puts them back after it has told the page
            assert len(drawn) == 2
            assert model.training
            after = model.state_dict()
            assert all(torch.equal(before[name], after[name]) for name in before)
            assert torch.equal(state, torch.get_rng_state())


def test_a_page_gives_a_lazy_model_its_shapes_and_shows_its_graph() -> None:
    model = nn.Sequential(nn.LazyLinear(4), nn.LazyBatchNorm1d())
    with Interpogate(model).serve(open_browser=False) as server, _page(server) as page:
        state = page.open_model()
        model_id = state["modelId"]
        assert (state["phase"], state["problem"]["code"]) == ("ready", "trace.lazy")
        assert page.run(model_id, inputs="input = float32[8, 6]")["phase"] == "finished"
        assert page.call("graph/locate", modelId=model_id, path="1")["node"] == "1"
        assert page.call("model/read", modelId=model_id)["problem"] is None


def test_modules_that_the_script_exchanges_are_followed() -> None:
    model = nn.Sequential(nn.Linear(4, 4))
    interp = Interpogate(model)
    with interp.serve(open_browser=False) as server, _page(server) as page:
        model_id = page.open_model()["modelId"]
        model.append(nn.Linear(4, 2))
        interp.forward(torch.zeros(1, 4))
        assert page.wait_run(1)["phase"] == "finished"
        assert page.call("graph/locate", modelId=model_id, path="1")["node"] == "1"
        model.append(nn.ReLU())
        assert page.run(model_id, inputs="input = float32[1, 4]")["phase"] == "finished"
        assert page.call("graph/locate", modelId=model_id, path="2")["node"] == "2"


def test_a_page_that_cannot_be_told_is_no_matter_to_the_script(
    interp: Interpogate, served: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no")

    assert served.url
    for name in ("began",):
        monkeypatch.setattr(f"interpogate.web.live_session.LiveSession.{name}", fail)
    interp.forward_text(TEXT)
    assert interp.run is not None


def test_its_texts_do_not_show_the_key(served: LiveServer) -> None:
    token = served.url.partition("token=")[2]
    assert token not in repr(served)
    assert token in served._repr_html_()


class _Stops(nn.Module):
    """Raises what is no `Exception` in its first real forward pass."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 2)
        self.raised: list[BaseException] = [KeyboardInterrupt(), GeneratorExit()]

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        taken: torch.Tensor = self.first(x)
        if type(x) is torch.Tensor and threading.current_thread().name == "interpogate-runs":
            raise self.raised.pop() if self.raised else ValueError("later")
        return taken


def test_what_is_no_exception_ends_a_pages_run_and_the_next_one_is_possible() -> None:
    with Interpogate(_Stops()).serve(open_browser=False) as served, _page(served) as page:
        model_id = page.open_model()["modelId"]
        for expected in ("GeneratorExit", "KeyboardInterrupt", "ValueError"):
            run = page.run(model_id, inputs="x = float32[1, 2]")
            assert run["phase"] == "failed"
            assert expected in run["problem"]["message"]


class _BadTokenizer:
    def __call__(self, *_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt


def test_what_is_no_exception_in_a_tokenizer_ends_one_request_of_a_page() -> None:
    interp = Interpogate(nn.Linear(2, 2), _BadTokenizer())
    with interp.serve(open_browser=False) as served, _page(served) as page:
        model_id = page.open_model()["modelId"]
        assert "error" in page.reply("text/tokenize", modelId=model_id, text="a")
        assert page.run(model_id, inputs="input = float32[1, 2]")["phase"] == "finished"

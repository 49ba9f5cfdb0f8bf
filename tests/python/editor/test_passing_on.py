"""Messages between client and worker: unchanged, once, whatever the worker writes, never logged."""

from __future__ import annotations

import pytest

from editor_driver import EditorDriver, ErrorReply

PRIVATE = "a sentence that only its writer may read"


@pytest.fixture
def ready(editor: EditorDriver) -> EditorDriver:
    editor.open_until("ready", "ready")
    return editor


def test_parameters_reach_the_worker_unchanged(ready: EditorDriver) -> None:
    params = {
        "modelId": "model-1",
        "text": "é 🌳 \u2028 \x00 \ud800",
        "type_name": "Object",
        "nested": {"class": [None, True, 1.5, {"1 bad name": {}}]},
    }
    assert ready.call("text/tokenize", **params)["echo"] == params


def test_a_workers_error_reaches_the_client_unchanged(ready: EditorDriver) -> None:
    with pytest.raises(ErrorReply) as caught:
        ready.call("module/children", modelId="model-1", path="x")
    assert caught.value.error == {
        "code": -32001,
        "message": "No such path.",
        "data": {"code": "path.notFound", "message": "No such path.", "hint": "h", "extra": [1]},
    }


def test_a_reply_of_almost_4_megabytes_arrives(ready: EditorDriver) -> None:
    text = ready.call("node/inspect", modelId="model-1", node="4000000")["text"]
    assert len(text) == 4_000_000


def test_a_request_over_4_megabytes_is_refused(ready: EditorDriver) -> None:
    problem = ready.problem_of("text/tokenize", modelId="model-1", text="x" * 5_000_000)
    assert problem["code"] == "message.tooLarge"


def test_lines_that_are_no_messages_disturb_nothing(ready: EditorDriver) -> None:
    location = ready.call("graph/locate", modelId="model-1", path="garbage")
    assert location == {"node": "a", "containers": ["."]}
    assert ready.call("model/read", modelId="model-1")["phase"] == "ready"
    assert ready.events("run/changed") == ready.events("run/started") == []


def test_of_two_replies_the_first_counts(ready: EditorDriver) -> None:
    assert ready.call("graph/locate", modelId="model-1", path="twice")["node"] == "first"
    assert ready.call("text/tokenize", modelId="model-1", text="")["pid"]


def test_a_cancelled_request_is_answered_once_and_the_worker_goes_on(ready: EditorDriver) -> None:
    never = ready.send("interpogate/graph/locate", {"modelId": "model-1", "path": "never"})
    ready.notify("$/cancelRequest", {"id": never})
    with pytest.raises(ErrorReply, match="cancel"):
        ready.wait_reply(never)
    assert ready.call("graph/locate", modelId="model-1", path="a")["node"] == "a"


def test_what_user_code_prints_is_shown_with_the_models_name(ready: EditorDriver) -> None:
    ready.call("graph/locate", modelId="model-1", path="prints")
    ready.wait_output("[model-1] printed by user code")


def test_an_unknown_method_is_refused(ready: EditorDriver) -> None:
    with pytest.raises(ErrorReply, match="Method Not Found"):
        ready.call("model/explode", modelId="model-1")


def test_no_text_of_the_user_is_ever_logged(ready: EditorDriver) -> None:
    ready.call("text/tokenize", modelId="model-1", text=PRIVATE)
    ready.call("run/start", modelId="model-1", text=PRIVATE)
    for params in ({"modelId": PRIVATE}, {"text": PRIVATE}, [PRIVATE], PRIVATE):
        with pytest.raises(ErrorReply):
            ready.wait_reply(ready.send("interpogate/text/tokenize", params))
        with pytest.raises(ErrorReply):
            ready.wait_reply(ready.send("interpogate/model/open", params))
    with pytest.raises(ErrorReply):
        ready.wait_reply(ready.send("textDocument/" + PRIVATE, {"text": PRIVATE}))
    with pytest.raises(ErrorReply):
        ready.wait_reply(ready.send("workspace/executeCommand", {"command": PRIVATE}))
    ready.notify("textDocument/didOpen", {"text": PRIVATE})
    ready.notify("interpogate/" + PRIVATE, {"text": PRIVATE})
    assert ready.leave() == 0
    assert PRIVATE not in ready.log
    assert PRIVATE not in ready.output

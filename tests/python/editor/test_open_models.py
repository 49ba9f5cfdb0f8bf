"""The life of open models, in a real editor process with a worker that does as it is told."""

from __future__ import annotations

from pathlib import Path

from editor_driver import EditorDriver
from process_marks import ProcessMark


def test_opening_answers_at_once_and_then_tells_each_state(editor: EditorDriver) -> None:
    state = editor.call("model/open", source="ready", folder="/", trustRemoteCode=True)
    assert (state["modelId"], state["phase"], state["source"]) == ("model-1", "starting", "ready")
    editor.wait_phase("model-1", "ready")
    phases = [state["phase"] for state in editor.events("model/changed")]
    assert phases == ["starting", "loading", "ready"]
    assert editor.call("model/read", modelId="model-1")["graphVersion"] == 1


def test_the_worker_is_told_what_to_load(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready", folder="/", trustRemoteCode=True)
    load = editor.call("text/tokenize", modelId="model-1", text="")["load"]
    assert load == load | {
        "modelId": "model-1",
        "source": "ready",
        "folder": "/",
        "trustRemoteCode": True,
        "firstGraphVersion": 1,
        "firstRunId": 1,
        "blocks": [],
    }


def test_two_models_live_side_by_side_until_they_are_closed(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    editor.open_until("ready", "ready")
    models = editor.call("model/list")["models"]
    assert [model["modelId"] for model in models] == ["model-1", "model-2"]
    assert editor.call("model/close", modelId="model-1") == {}
    assert [m["modelId"] for m in editor.call("model/list")["models"]] == ["model-2"]
    assert editor.problem_of("model/read", modelId="model-1")["code"] == "model.unknown"


def test_closing_a_model_ends_its_process_before_it_answers(
    editor: EditorDriver, mark: ProcessMark
) -> None:
    editor.open_until("ready+stubborn+parent", "ready")
    assert len(mark.living()) == 3
    editor.call("model/close", modelId="model-1")
    assert mark.living() == [editor.process.pid]


def test_a_model_can_be_closed_while_it_starts(editor: EditorDriver, mark: ProcessMark) -> None:
    closings = []
    for _ in range(5):
        model_id = editor.open("hanging")
        closings.append(editor.send("interpogate/model/close", {"modelId": model_id}))
    for closing in closings:
        editor.wait_reply(closing)
    assert mark.living() == [editor.process.pid]


def test_restart_gives_a_fresh_process_and_numbers_that_go_on_growing(
    editor: EditorDriver,
) -> None:
    first = editor.open_until("ready", "ready")
    editor.call("run/start", modelId="model-1", text="finish")
    old = editor.call("text/tokenize", modelId="model-1", text="")
    before = editor.event_count
    assert editor.call("model/restart", modelId="model-1")["phase"] == "starting"
    second = editor.wait_phase("model-1", "ready", after=before)
    assert (first["graphVersion"], second["graphVersion"]) == (1, 2)
    new = editor.call("text/tokenize", modelId="model-1", text="")
    assert new["pid"] != old["pid"]
    assert new["load"]["firstRunId"] == 2


def test_restarts_during_a_restart_make_one_process(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    before = editor.event_count
    calls = [editor.send("interpogate/model/restart", {"modelId": "model-1"}) for _ in range(5)]
    for call in calls:
        editor.wait_reply(call)
    editor.wait_phase("model-1", "ready", after=before)
    editor.call("model/close", modelId="model-1")
    assert editor.log.count("started") == 2


def test_restart_ends_a_model_that_never_gets_loaded(editor: EditorDriver) -> None:
    editor.open_until("hanging", "loading")
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    editor.wait_phase("model-1", "loading", after=before)
    assert editor.log.count("started") == 2


def test_the_old_graph_stays_readable_while_the_new_worker_loads(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    levels = editor.call("graph/read", modelId="model-1", containers=["."])
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    assert editor.call("graph/read", modelId="model-1", containers=["."]) == levels
    loading = editor.wait_phase("model-1", "loading", after=before)
    assert loading["graphVersion"] == 1


def test_a_failed_load_is_told_with_the_workers_problem(editor: EditorDriver) -> None:
    state = editor.open_until("wrong", "failed")
    assert state["problem"]["code"] == "source.invalid"
    assert state["problem"]["action"] == "openFile"


def test_a_folder_that_does_not_exist_is_said_in_one_sentence(
    editor: EditorDriver, tmp_path: Path
) -> None:
    state = editor.open_until("ready", "failed", folder=str(tmp_path / "gone"))
    assert state["problem"]["message"] == f"The folder {tmp_path / 'gone'} does not exist."
    phases = [state["phase"] for state in editor.events("model/changed")]
    assert phases == ["starting", "failed"]


def test_another_protocol_version_is_refused_with_what_to_do(editor: EditorDriver) -> None:
    assert editor.call("session/hello", protocolVersion=1)["protocolVersion"] == 1
    problem = editor.problem_of("session/hello", protocolVersion=2)
    assert problem["code"] == "protocol.version"
    assert "Reload the window" in problem["hint"]


def test_a_worker_of_another_version_is_refused(mark: ProcessMark) -> None:
    environment = {**mark.environment, "FAKE_WORKER": "other version"}
    editor = EditorDriver.with_fake_worker(environment=environment)
    editor.initialize()
    state = editor.open_until("ready", "failed")
    assert state["problem"]["code"] == "protocol.version"
    assert editor.leave() == 0


def test_parameters_that_do_not_fit_are_refused(editor: EditorDriver) -> None:
    assert editor.problem_of("model/open", source=3)["code"] == "protocol.malformed"
    assert editor.problem_of("graph/read", containers=[])["code"] == "model.unknown"

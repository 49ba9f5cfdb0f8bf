"""A worker may end at any time, in any way: what the user is told, and what stays.

One that ends in a run stays away; one that ends with nothing to do comes back.
"""

from __future__ import annotations

import os
import signal

import pytest

from editor_driver import EditorDriver
from process_marks import ProcessMark

ENDINGS = {
    "SIGKILL": "The model's worker was killed (SIGKILL).",
    "SIGSEGV": "The model's worker crashed (SIGSEGV).",
    "exit": "The model's worker ended with exit code 7.",
}


def _end_in_a_run(editor: EditorDriver, ending: str) -> dict[str, object]:
    editor.call("run/start", modelId="model-1", text="")
    problem = editor.problem_of("hook/write", modelId="model-1", node=ending)
    editor.wait_phase("model-1", "stopped")
    return problem


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_worker_that_ends_with_nothing_to_do_comes_back(
    editor: EditorDriver, ending: str
) -> None:
    editor.open_until("ready", "ready")
    before = editor.event_count
    editor.problem_of("hook/write", modelId="model-1", node=ending)
    state = editor.wait_phase("model-1", "starting", after=before)
    assert state["message"] == f"{ENDINGS[ending]} Starting it again…"
    assert editor.wait_phase("model-1", "ready", after=before)["graphVersion"] == 2
    assert editor.call("text/tokenize", modelId="model-1", text="")["pid"]


def test_a_worker_that_ends_again_and_again_stays_away(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    for _ in range(3):
        before = editor.event_count
        editor.problem_of("hook/write", modelId="model-1", node="SIGSEGV")
        editor.wait_phase("model-1", "ready", after=before)
    editor.problem_of("hook/write", modelId="model-1", node="SIGSEGV")
    state = editor.wait_phase("model-1", "stopped")
    assert state["problem"]["action"] == "restart"


@pytest.mark.parametrize("ending", ENDINGS)
def test_the_end_is_told_in_words_with_a_button_to_restart(
    editor: EditorDriver, ending: str
) -> None:
    editor.open_until("ready", "ready")
    problem = _end_in_a_run(editor, ending)
    state = editor.wait_phase("model-1", "stopped")
    assert state["problem"]["message"] == problem["message"] == ENDINGS[ending]
    assert (problem["code"], problem["action"]) == ("worker.stopped", "restart")
    assert (state["graphVersion"], state["phase"]) == (1, "stopped")


def test_every_pending_request_is_answered_when_the_worker_is_killed(
    editor: EditorDriver,
) -> None:
    editor.open_until("ready", "ready")
    pid = editor.call("text/tokenize", modelId="model-1", text="")["pid"]
    never = {"modelId": "model-1", "path": "never"}
    pending = [editor.send("interpogate/graph/locate", never) for _ in range(20)]
    editor.call("text/tokenize", modelId="model-1", text="")
    os.kill(pid, signal.SIGKILL)
    for identifier in pending:
        with pytest.raises(Exception, match="was killed"):
            editor.wait_reply(identifier)


def test_a_run_under_way_fails_with_the_worker(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    run = editor.call("run/start", modelId="model-1", text="")
    editor.problem_of("hook/write", modelId="model-1", node="SIGKILL")
    failed = editor.wait_event("run/changed", lambda state: state["phase"] == "failed")
    assert failed["runId"] == run["runId"] == 1
    assert failed["problem"]["code"] == "worker.stopped"


def test_one_that_ends_over_the_inputs_of_a_run_stays_away_too(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    before = editor.event_count
    problem = editor.problem_of("run/start", modelId="model-1", text="SIGKILL")
    state = editor.wait_phase("model-1", "stopped", "starting", after=before)
    assert (state["phase"], state["problem"]["action"]) == ("stopped", "restart")
    assert problem["message"] == ENDINGS["SIGKILL"]


def test_a_run_that_had_ended_stays_as_it_was(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    editor.call("run/start", modelId="model-1", text="finish")
    before = editor.event_count
    editor.problem_of("hook/write", modelId="model-1", node="SIGKILL")
    editor.wait_phase("model-1", "ready", after=before)
    phases = [state["phase"] for state in editor.events("run/changed")]
    assert phases == ["running", "finished"]


def test_a_run_under_way_is_cancelled_by_a_restart(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    editor.call("run/start", modelId="model-1", text="")
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    editor.wait_phase("model-1", "ready", after=before)
    phases = [state["phase"] for state in editor.events("run/changed")]
    assert phases == ["running", "cancelled"]


def test_the_last_graph_can_still_be_read_and_other_requests_say_why_not(
    editor: EditorDriver,
) -> None:
    editor.open_until("ready", "ready")
    levels = editor.call("graph/read", modelId="model-1", containers=[".", "h"])
    _end_in_a_run(editor, "SIGKILL")
    assert editor.call("graph/read", modelId="model-1", containers=[".", "h"]) == levels
    again = editor.call("graph/read", modelId="model-1", containers=["never read", "h"])
    assert [level["container"] for level in again["levels"]] == ["h"]
    problem = editor.problem_of("text/tokenize", modelId="model-1", text="")
    assert (problem["code"], problem["action"]) == ("worker.stopped", "restart")


def test_restart_after_the_end_brings_the_same_model_back(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    _end_in_a_run(editor, "SIGKILL")
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    state = editor.wait_phase("model-1", "ready", after=before)
    assert (state["source"], state["graphVersion"], state["problem"]) == ("ready", 2, None)


def test_a_worker_that_dies_while_loading_makes_the_model_fail(editor: EditorDriver) -> None:
    state = editor.open_until("dies", "failed", "stopped")
    assert state["phase"] == "failed"
    assert state["problem"]["message"] == "The model's worker ended with exit code 3."
    editor.wait_output("farewell of a worker")
    assert "farewell of a worker" not in str(state)


def test_a_worker_that_dies_before_its_first_word_makes_the_model_fail(
    mark: ProcessMark,
) -> None:
    environment = {**mark.environment, "FAKE_WORKER": "dies at once"}
    editor = EditorDriver.with_fake_worker(environment=environment)
    editor.initialize()
    state = editor.open_until("ready", "failed")
    assert state["problem"]["message"] == "The model's worker ended with exit code 4."
    assert editor.leave() == 0


def test_what_the_worker_has_started_ends_with_it(editor: EditorDriver, mark: ProcessMark) -> None:
    editor.open_until("ready+parent", "ready")
    _end_in_a_run(editor, "SIGKILL")
    assert mark.living() == [editor.process.pid]


def test_one_models_end_does_not_touch_another(editor: EditorDriver) -> None:
    editor.open_until("ready", "ready")
    editor.open_until("ready", "ready")
    _end_in_a_run(editor, "SIGSEGV")
    assert editor.call("text/tokenize", modelId="model-2", text="")["pid"]

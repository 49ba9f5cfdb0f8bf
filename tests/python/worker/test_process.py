"""The real worker process with hostile user code: no message is disturbed, no process stays."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from editor_driver import ROOT, EditorDriver
from process_marks import ProcessMark
from waiting import wait_until

MODELS = ROOT / "tests" / "models"
UNLUCKY = "x = float32[13, 4]"
LUCKY = "x = float32[2, 4]"

Json = dict[str, Any]


def _open(editor: EditorDriver, name: str, folder: Path = MODELS) -> Json:
    file = "hostile.py" if folder == MODELS else "broken.py"
    return editor.open_until(f"{file}:{name}", "ready", "failed", folder=str(folder))


def _ready(editor: EditorDriver, name: str) -> Json:
    state = _open(editor, name)
    assert state["phase"] == "ready", state["problem"]
    return state


def _run(editor: EditorDriver, inputs: str) -> int:
    return int(editor.call("run/start", modelId="model-1", inputs=inputs)["runId"])


def _end_of(editor: EditorDriver, run_id: int) -> Json:
    return editor.wait_event(
        "run/changed", lambda run: run["runId"] == run_id and run["phase"] != "running"
    )


def _worker(editor: EditorDriver, mark: ProcessMark) -> int:
    (pid,) = set(mark.living()) - {editor.process.pid}
    return pid


@pytest.mark.parametrize("name", ["Printing", "PrintingWithoutEnd"])
def test_a_model_that_prints_disturbs_no_message(editor: EditorDriver, name: str) -> None:
    _ready(editor, name)
    assert _end_of(editor, _run(editor, UNLUCKY))["phase"] == "finished"
    assert editor.call("model/read", modelId="model-1")["phase"] == "ready"
    editor.wait_output("printed while importing")
    assert editor.leave() == 0


def test_what_a_model_prints_is_shown(editor: EditorDriver) -> None:
    _ready(editor, "Printing")
    _run(editor, UNLUCKY)
    for text in ("printed by forward", "printed by a child", '"phase": "failed"'):
        editor.wait_output(text)


def test_a_model_that_prints_without_end_does_not_flood_the_output(editor: EditorDriver) -> None:
    _ready(editor, "PrintingWithoutEnd")
    assert _end_of(editor, _run(editor, UNLUCKY))["phase"] == "finished"
    editor.call("model/close", modelId="model-1")
    assert "lines left out" in editor.output
    assert "line 99999" in editor.output
    assert len(editor.output.splitlines()) < 50_000


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Exiting", "The model's worker ended with exit code 9."),
        ("Crashing", "The model's worker crashed (SIGSEGV)."),
    ],
)
def test_a_model_that_ends_the_process_stops_and_can_be_restarted(
    editor: EditorDriver, name: str, words: str
) -> None:
    _ready(editor, name)
    levels = editor.call("graph/read", modelId="model-1", containers=["."])
    run_id = _run(editor, UNLUCKY)
    run = _end_of(editor, run_id)
    assert (run["phase"], run["problem"]["message"]) == ("failed", words)
    stopped = editor.wait_phase("model-1", "stopped")
    assert (stopped["problem"]["action"], stopped["summary"] is None) == ("restart", False)
    assert editor.call("graph/read", modelId="model-1", containers=["."]) == levels
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    ready = editor.wait_phase("model-1", "ready", after=before)
    assert ready["graphVersion"] > levels["graphVersion"]
    assert _end_of(editor, _run(editor, LUCKY))["runId"] == run_id + 1


def test_a_worker_killed_during_a_run_is_told_and_comes_back(
    editor: EditorDriver, mark: ProcessMark
) -> None:
    _ready(editor, "Looping")
    run_id = _run(editor, UNLUCKY)
    os.kill(_worker(editor, mark), signal.SIGKILL)
    assert _end_of(editor, run_id)["phase"] == "failed"
    stopped = editor.wait_phase("model-1", "stopped")
    assert stopped["problem"]["message"] == "The model's worker was killed (SIGKILL)."
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    editor.wait_phase("model-1", "ready", after=before)
    assert _end_of(editor, _run(editor, LUCKY))["phase"] == "finished"


@pytest.mark.parametrize("name", ["Raising", "Quitting"])
def test_a_model_that_raises_fails_its_run_only(editor: EditorDriver, name: str) -> None:
    _ready(editor, name)
    run = _end_of(editor, _run(editor, UNLUCKY))
    assert run["phase"] == "failed"
    assert run["problem"]["file"].endswith("hostile.py")
    assert "Traceback" not in run["problem"]["message"]
    assert _end_of(editor, _run(editor, LUCKY))["phase"] == "finished"


def test_a_run_that_calls_modules_without_end_can_be_cancelled(editor: EditorDriver) -> None:
    _ready(editor, "LoopingOverModules")
    run_id = _run(editor, UNLUCKY)
    editor.wait_event("run/events", lambda events: events["first"] > 10)
    editor.call("run/cancel", modelId="model-1", runId=run_id)
    assert _end_of(editor, run_id)["phase"] == "cancelled"
    assert _end_of(editor, _run(editor, LUCKY))["phase"] == "finished"


def test_a_loop_that_calls_no_module_can_be_cancelled(editor: EditorDriver) -> None:
    _ready(editor, "Looping")
    run_id = _run(editor, UNLUCKY)
    editor.call("run/cancel", modelId="model-1", runId=run_id)
    assert _end_of(editor, run_id)["phase"] == "cancelled"
    assert _end_of(editor, _run(editor, LUCKY))["phase"] == "finished"


def test_requests_are_answered_while_the_model_loops(editor: EditorDriver) -> None:
    _ready(editor, "Looping")
    _run(editor, UNLUCKY)
    levels = editor.call("graph/read", modelId="model-1", containers=["."])["levels"]
    assert {"first", "second"} <= set(levels[0]["ids"])


def test_a_model_that_holds_the_interpreter_can_be_restarted(editor: EditorDriver) -> None:
    _ready(editor, "HoldingTheInterpreter")
    _run(editor, UNLUCKY)
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    editor.wait_phase("model-1", "ready", after=before)


def test_a_model_that_closes_the_wire_is_told_to_have_stopped(editor: EditorDriver) -> None:
    _ready(editor, "ClosingDescriptors")
    _run(editor, UNLUCKY)
    assert editor.wait_phase("model-1", "stopped")["problem"]["action"] == "restart"


@pytest.mark.parametrize("name", ["Looping", "HoldingTheInterpreter", "LeavingProcesses"])
def test_closing_a_busy_model_leaves_no_process(
    editor: EditorDriver, mark: ProcessMark, name: str
) -> None:
    _ready(editor, name)
    _run(editor, UNLUCKY)
    editor.wait_event("run/changed")
    editor.call("model/close", modelId="model-1")
    assert mark.living() == [editor.process.pid]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs Linux's parent-death signal")
@pytest.mark.parametrize("name", ["Looping", "HoldingTheInterpreter"])
def test_killing_the_editor_process_ends_its_workers(
    editor: EditorDriver, mark: ProcessMark, name: str
) -> None:
    _ready(editor, name)
    _run(editor, UNLUCKY)
    editor.wait_event("run/changed")
    editor.process.kill()
    editor.wait_end()
    wait_until(lambda: not mark.living(), "the worker has ended", patience_s=10)


@pytest.mark.parametrize(
    ("name", "code", "action"),
    [
        ("NeedingArguments", "source.argumentsNeeded", "openFile"),
        ("Missing", "source.nameNotFound", "openModel"),
        ("is_no_model", "source.notAModel", "openModel"),
        ("quits", "model.loadFailed", "restart"),
        ("exits", "worker.stopped", "restart"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_sentence(
    editor: EditorDriver, name: str, code: str, action: str
) -> None:
    state = _open(editor, name)
    assert state["phase"] == "failed"
    assert (state["problem"]["code"], state["problem"]["action"]) == (code, action)
    assert "\n" not in state["problem"]["message"]


def test_a_syntax_error_names_the_line_and_mending_it_helps(
    editor: EditorDriver, tmp_path: Path
) -> None:
    file = tmp_path / "broken.py"
    file.write_text("from torch import nn\nmodel = nn.Linear(2, 2\n")
    problem = _open(editor, "model", tmp_path)["problem"]
    assert (problem["code"], problem["action"]) == ("source.invalid", "openFile")
    assert (problem["file"], problem["line"]) == (str(file), 2)
    file.write_text("from torch import nn\nmodel = nn.Linear(2, 2)\n")
    before = editor.event_count
    editor.call("model/restart", modelId="model-1")
    editor.wait_phase("model-1", "ready", after=before)


def test_a_model_that_is_loading_without_end_can_be_closed(
    editor: EditorDriver, mark: ProcessMark
) -> None:
    editor.open_until("hostile.py:loops", "loading", folder=str(MODELS))
    editor.wait_output("printed while importing")
    editor.call("model/close", modelId="model-1")
    assert mark.living() == [editor.process.pid]


def test_files_called_like_standard_modules_do_not_break_the_worker(
    editor: EditorDriver, tmp_path: Path
) -> None:
    for name in ("json", "queue", "threading", "interpogate", "jsonrpcserver"):
        (tmp_path / f"{name}.py").write_text("raise RuntimeError('shadowed')")
    (tmp_path / "broken.py").write_text("from torch import nn\nmodel = nn.Linear(2, 2)\n")
    state = _open(editor, "model", tmp_path)
    assert state["phase"] == "ready", state["problem"]
    assert _end_of(editor, _run(editor, "input = float32[3, 2]"))["phase"] == "finished"


def test_an_interpreter_without_torch_is_said_with_a_button_to_select_another(
    mark: ProcessMark, tmp_path: Path
) -> None:
    (tmp_path / "torch.py").write_text("raise ImportError('not installed', name='torch')")
    environment = {**mark.environment, "PYTHONPATH": str(tmp_path)}
    editor = EditorDriver.start(environment=environment)
    editor.initialize()
    problem = editor.open_until("demo", "ready", "failed")["problem"]
    assert (problem["code"], problem["action"]) == ("package.missing", "selectInterpreter")
    assert "cannot import torch" in problem["message"]
    assert editor.leave() == 0

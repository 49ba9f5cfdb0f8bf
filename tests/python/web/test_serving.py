"""The real `interpogate serve`: a model in a worker, pages over WebSockets, and an orderly end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from process_marks import ProcessMark
from serve_driver import ServeProcess
from waiting import wait_until

TEXT = "Anna went home."
NETWORKS = Path(__file__).resolve().parents[2] / "models" / "networks.py"
REFUSED = ("model/open", "model/close", "page/open", "hook/insert", "source/open", "text/copy")


@pytest.fixture
def demo(mark: ProcessMark) -> Iterator[ServeProcess]:
    with ServeProcess(environment=mark.environment) as server:
        yield server
    assert server.token not in server.log


def test_two_tabs_see_the_same_run_and_a_closed_one_ends_nothing(demo: ServeProcess) -> None:
    with demo.page() as first:
        state = first.open_model()
        assert state["source"] == "demo"
        with demo.page() as second:
            assert second.open_model()["modelId"] == state["modelId"]
            run = second.run(state["modelId"], text=TEXT)
            assert run["phase"] == "finished"
        assert first.wait_run(run["runId"])["tokens"] == run["tokens"]
        assert first.wait_event("run/events")["runId"] == run["runId"]
        again = first.run(state["modelId"], text=TEXT)
        assert again["phase"] == "finished"
        found = first.call(
            "prediction/read", modelId=state["modelId"], runId=again["runId"], position=0
        )
        assert len(found["probabilities"]) == 10


def test_a_page_can_look_at_everything_and_restart(demo: ServeProcess) -> None:
    with demo.page() as page:
        model_id = page.open_model()["modelId"]
        levels = page.call("graph/read", modelId=model_id, containers=["."])["levels"]
        assert "transformer" in levels[0]["ids"]
        code = page.call("hook/write", modelId=model_id, node="transformer.h.0", kind="post")
        assert 'hook.post("transformer.h.0"' in code["text"]
        mark = len(page.events)
        page.call("problem/act", modelId=model_id, action="restart")
        page.wait_event("model/changed", lambda state: state["phase"] == "ready", after=mark)


def test_a_page_names_no_model_and_no_file(demo: ServeProcess) -> None:
    with demo.page() as page:
        host = page.call("page/ready")
        assert (host["kind"], host["canInsert"]) == ("browser", False)
        for method in REFUSED:
            asked = {"source": "evil.py:x", "modelId": host["modelId"], "node": ".", "text": "x"}
            problem = page.problem(method, kind="pre", **asked)
            assert problem["message"].endswith(".")
            assert problem["code"] in {"web.notFromPage", "web.needsEditor"}
        assert page.problem("worker/secret")["code"] == -32601
        assert page.problem("model/changed")["code"] == -32601
        assert [model["source"] for model in page.call("model/list")["models"]] == ["demo"]
        assert page.problem("problem/act", modelId=None, action="openFile")["hint"]


def test_a_worker_that_dies_is_told_and_there_is_another_soon(
    demo: ServeProcess, mark: ProcessMark
) -> None:
    with demo.page() as page:
        page.open_model()
        worker = next(pid for pid in mark.living() if pid != demo.process.pid)
        seen = len(page.events)
        os.kill(worker, signal.SIGKILL)
        page.wait_event("model/changed", lambda state: "killed" in state["message"], after=seen)
        page.wait_event("model/changed", lambda state: state["phase"] == "ready", after=seen)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_server_and_worker_with_exit_code_0(
    mark: ProcessMark, number: signal.Signals
) -> None:
    server = ServeProcess(environment=mark.environment)
    with server.page() as page:
        page.open_model()
        assert len(mark.living()) == 2
        assert server.end(number) == 0
    mark.assert_none_left()
    assert "Traceback" not in server.log


def test_the_end_does_not_wait_for_loading(mark: ProcessMark) -> None:
    server = ServeProcess(environment=mark.environment)
    assert server.url
    assert server.end() == 0
    assert "Traceback" not in server.log


def test_device_dtype_and_text_reach_the_model(mark: ProcessMark) -> None:
    arguments = ("--dtype", "float64", "--device", "cpu", "--text", TEXT)
    with ServeProcess(*arguments, environment=mark.environment) as server, server.page() as page:
        state = page.open_model()
        assert state["summary"]["dtype"] == "float64"
        assert state["summary"]["exampleText"] == TEXT
        wait_until(lambda: page.call("model/list")["models"][0]["runId"] == 1, "the first run")
        record = page.call("run/read", modelId=state["modelId"], runId=1, first=0)
        assert record["state"]["phase"] in {"running", "finished"}


def test_a_device_that_is_not_there_is_said_in_the_page(mark: ProcessMark) -> None:
    server = ServeProcess("--device", "nowhere", environment=mark.environment)
    with server, server.page() as page:
        problem = page.open_model()["problem"]
    assert problem["message"].startswith("The model cannot be put on nowhere")
    assert problem["message"] in server.log
    assert "cpu" in problem["hint"]


def test_a_model_of_the_folder_is_served_and_its_prints_are_shown(
    mark: ProcessMark, tmp_path: Path
) -> None:
    (tmp_path / "mine.py").write_text(
        "from torch import nn\nprint('loading mine')\nclass Mine(nn.Linear):\n"
        "    def __init__(self):\n        super().__init__(3, 2)\n"
    )
    (tmp_path / "pyproject.toml").write_text("[tool.interpogate]\ndtype = 'float64'\n")
    environment = mark.environment
    with ServeProcess("mine.py:Mine", environment=environment, folder=tmp_path) as server:
        with server.page() as page:
            state = page.open_model()
            assert state["summary"]["dtype"] == "float64"
            assert page.run(state["modelId"])["phase"] == "finished"
        wait_until(lambda: "loading mine" in server.log, "what the model printed")


def test_a_changed_file_is_loaded_anew_and_every_tab_sees_it(
    mark: ProcessMark, tmp_path: Path
) -> None:
    file = tmp_path / "mine.py"
    text = "from torch import nn\nmodel = nn.Sequential(nn.Linear(3, 2))\n"
    file.write_text(text)
    server = ServeProcess("mine.py:model", environment=mark.environment, folder=tmp_path)
    with server, server.page() as page:
        assert page.open_model()["summary"]["moduleCount"] == 2
        file.write_text(text.replace("2))", "2), nn.ReLU())"))
        page.wait_event(
            "model/changed",
            lambda state: state["phase"] == "ready" and state["summary"]["moduleCount"] == 3,
        )


def test_the_users_browser_is_asked_to_open_the_page(mark: ProcessMark, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\n')
    browser.chmod(0o755)
    environment = {**mark.environment, "BROWSER": f"{browser} %s"}
    opened = tmp_path / "opened"
    with ServeProcess(environment=environment, flags=()) as server:
        wait_until(lambda: opened.exists() and opened.read_text() != "", "the browser")
        address = opened.read_text().strip()
        assert server.token not in address, "every user of the machine can read it"
        with urlopen(address) as page:  # noqa: S310 (of the server that was just started)
            assert page.url.endswith(f"#token={server.token}")


def test_the_token_of_the_environment_stays_from_start_to_start(mark: ProcessMark) -> None:
    token = "A" * 43
    environment = {**mark.environment, "INTERPOGATE_TOKEN": token}
    with ServeProcess(environment=environment) as server:
        assert server.token == token


def test_nothing_secret_is_logged_with_every_debug_switch_on(mark: ProcessMark) -> None:
    environment = {**mark.environment, "PYTHONASYNCIODEBUG": "1", "PYTHONDEVMODE": "1"}
    with ServeProcess(environment=environment) as server, server.page() as page:
        state = page.open_model()
        page.run(state["modelId"], text="a very private text")
        page.problem("run/start", modelId=state["modelId"], text=5)
    assert server.token not in server.log
    assert "private" not in server.log


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--port", "x"), "--port must be a whole number from 0 to 65535, not 'x'."),
        (("--dtype", "float8"), "--dtype must be one of float32"),
        (("--host", "not a host"), "--host must be a host name or an address"),
        (("--allow-host", "*"), "--allow-host must be host names"),
    ],
)
def test_a_bad_value_is_one_sentence_and_exit_code_2(
    mark: ProcessMark, arguments: tuple[str, ...], words: str
) -> None:
    server = ServeProcess(*arguments, environment=mark.environment)
    assert server.wait_end() == 2
    assert words in server.log
    assert server.log.count("\n") == 1
    assert server.printed == ""


def test_a_port_that_is_taken_is_one_sentence(demo: ServeProcess, mark: ProcessMark) -> None:
    port = demo.origin.rpartition(":")[2]
    second = ServeProcess("--port", port, environment=mark.environment)
    assert second.wait_end() == 1
    assert f"Cannot listen at 127.0.0.1, port {port}" in second.log
    assert second.log.count("\n") == 1


def test_listening_for_everyone_warns_and_keeps_the_checks(mark: ProcessMark) -> None:
    arguments = ("--host", "0.0.0.0", "--allow-host", "box.lan")  # noqa: S104
    with ServeProcess(*arguments, environment=mark.environment) as server:
        assert server.url.startswith("http://127.0.0.1:")
        wait_until(lambda: "Warning: 0.0.0.0 can be reached" in server.log, "the warning")
        with server.page() as page:
            assert page.call("page/ready")["kind"] == "browser"


def test_without_the_package_the_command_says_what_to_install(mark: ProcessMark) -> None:
    blocked = "import sys; sys.modules['websockets'] = None; from interpogate.__main__ import main"
    command = f"{blocked}; sys.exit(main(['serve', '--no-browser']))"
    environment = mark.environment
    done = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "Serving needs the package websockets. Install it with: pip install 'interpogate[serve]'\n"
    )


def test_the_server_process_never_imports_torch(mark: ProcessMark) -> None:
    script = (
        "import sys, interpogate.__main__, interpogate.web.serving;"
        "sys.exit(any(name in sys.modules for name in ('torch', 'numpy', 'transformers')))"
    )
    assert (
        subprocess.run([sys.executable, "-c", script], env=mark.environment, check=False).returncode
        == 0
    )

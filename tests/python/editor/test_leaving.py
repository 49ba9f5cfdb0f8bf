"""However the editor process ends, no worker and nothing that a worker has started stays behind."""

from __future__ import annotations

import signal

import pytest

from editor_driver import EditorDriver
from process_marks import ProcessMark

_HARD_TO_END = "ready+stubborn+parent"


@pytest.fixture
def two_models(editor: EditorDriver, mark: ProcessMark) -> EditorDriver:
    editor.open_until(_HARD_TO_END, "ready")
    editor.open_until("hanging", "loading")
    assert len(mark.living()) == 4
    return editor


def test_shutdown_ends_the_workers_and_exit_the_process(
    two_models: EditorDriver, mark: ProcessMark
) -> None:
    two_models.wait_reply(two_models.send("shutdown", None))
    assert mark.living() == [two_models.process.pid]
    two_models.notify("exit", None)
    assert two_models.wait_end() == 0


def test_exit_without_shutdown_ends_the_workers_too(two_models: EditorDriver) -> None:
    two_models.notify("exit", None)
    assert two_models.wait_end() == 1


def test_exit_while_shutdown_is_under_way_ends_the_workers_too(two_models: EditorDriver) -> None:
    two_models.send("shutdown", None)
    two_models.notify("exit", None)
    two_models.wait_end()


def test_the_end_of_standard_input_ends_all(two_models: EditorDriver) -> None:
    assert two_models.close_stdin() == 0


def test_sigterm_ends_all(two_models: EditorDriver) -> None:
    two_models.process.send_signal(signal.SIGTERM)
    assert two_models.wait_end() == 0


def test_a_client_that_is_gone_within_a_message_ends_all(two_models: EditorDriver) -> None:
    stdin = two_models.process.stdin
    assert stdin is not None
    stdin.write(b"Content-Length: 100\r\n\r\n{")
    assert two_models.close_stdin() == 0


def test_a_client_that_no_longer_reads_ends_all(editor: EditorDriver) -> None:
    editor.open_until(_HARD_TO_END, "ready")
    stdout = editor.process.stdout
    assert stdout is not None
    editor.notify("exit", None)
    assert editor.wait_end() == 1

"""However long a text is, the end of a load and of a run arrives, and runs can be listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from interpogate.errors import MOST_CHARACTERS, InterpogateError
from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode
from service_client import Client

_LONG = "('wrong ' * 1_000_000)"
_RAISES = {
    "import": f"raise RuntimeError{_LONG}\nmodel = None",
    "factory": f"def model():\n    raise RuntimeError{_LONG}",
    "name": "def model():\n    raise type('Wrong' * 1_000_000, (Exception,), {})('short')",
}
_NET = """import torch


class Words:
    def __call__(self, text, **_):
        ids = [1] * len(text)
        return {"input_ids": torch.tensor([ids])}

    def decode(self, ids, **_):
        return "é" * 10

    def convert_ids_to_tokens(self, ids):
        return ["é" * 10 for _ in ids]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Embedding(2, 2)

    def forward(self, input_ids):
        FORWARD


class Pipe:
    model, tokenizer = Net(), Words()


pipe = Pipe()
"""


def _opened(folder: Path, text: str, name: str = "model") -> Client:
    (folder / "long.py").write_text(text, "utf-8")
    client = Client()
    client.open(f"long.py:{name}", folder)
    return client


@pytest.mark.parametrize("where", _RAISES)
def test_a_load_that_fails_with_megabytes_of_text_is_reported(tmp_path: Path, where: str) -> None:
    state = _opened(tmp_path, _RAISES[where]).state
    assert state.phase == "failed"
    assert state.problem is not None
    assert "rong" in state.problem.message
    assert len(state.problem.message) == MOST_CHARACTERS
    assert state.problem.file == str(tmp_path / "long.py")


@pytest.mark.parametrize(
    "raised", [f"ValueError{_LONG}", "type('Wrong' * 1_000_000, (Exception,), {})"]
)
def test_a_run_that_fails_with_megabytes_of_text_ends_and_can_be_read(
    tmp_path: Path, raised: str
) -> None:
    client = _opened(tmp_path, _NET.replace("FORWARD", f"raise {raised}"), "Net")
    client.ask("run/start", inputs="input_ids = int64[1, 4]")
    client.work()
    assert client.run.phase == "failed"
    assert client.run.problem is not None
    assert len(client.run.problem.message) <= MOST_CHARACTERS
    assert client.ask("run/read", runId=1, first=0)["state"]["phase"] == "failed"
    assert [run["phase"] for run in client.ask("run/list")["runs"]] == ["failed"]


def test_a_run_whose_text_and_tokens_are_too_large_for_the_wire_ends_and_says_so(
    tmp_path: Path,
) -> None:
    client = _opened(tmp_path, _NET.replace("FORWARD", "return self.first(input_ids)"), "pipe")
    client.ask("run/start", text="é" * 500_000)
    client.work()
    assert client.run.phase == "finished"
    assert (client.run.text, client.run.tokens) == (None, None)
    assert "too large to be shown" in client.run.note
    assert client.ask("run/read", runId=1, first=0)["state"]["phase"] == "finished"


def test_a_list_of_runs_with_long_inputs_is_answered(tmp_path: Path) -> None:
    client = _opened(tmp_path, _NET.replace("FORWARD", "return self.first(input_ids)"), "Net")
    for _ in range(5):
        client.ask("run/start", inputs=f"input_ids = {[[1] * 400_000]}")
        client.work()
    runs = decode(client.ask("run/list"), m.Runs).runs
    assert [run.phase for run in runs] == ["finished"] * 5
    assert all("too large to be shown" in run.note for run in runs)


def test_a_model_whose_example_text_is_too_large_for_the_wire_becomes_ready(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text(
        _NET.replace("FORWARD", "return self.first(input_ids)"), "utf-8"
    )
    client = Client()
    client.ask("model/load", source="long.py:pipe", folder=str(tmp_path), text="é" * 800_000)
    client.work()
    assert client.state.phase == "ready"
    assert client.state.problem is not None
    assert client.state.problem.code == "message.tooLarge"
    assert client.state.summary is not None
    assert client.state.summary.example_text == ""


def test_a_problem_leads_to_no_part_of_a_name() -> None:
    problem = m.Problem(code="a", message="b", hint="c" * 9_999, node="d" * 9_999, file="/e")
    assert (len(problem.hint), problem.node, problem.file) == (MOST_CHARACTERS, None, "/e")


def test_a_short_text_of_an_error_stays_as_it_is() -> None:
    assert str(InterpogateError("x" * MOST_CHARACTERS)) == "x" * MOST_CHARACTERS
    assert str(InterpogateError("x" * 9_999)).endswith("x…")

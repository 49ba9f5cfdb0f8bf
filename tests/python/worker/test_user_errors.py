"""What the user's code raises is called theirs, with its place, and never a fault of ours."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from interpogate.protocol import messages as m
from service_client import Client

HEAD = "import torch\nfrom torch import nn\n"
TOKENIZER = """
class Tokenizer:
    def __call__(self, *_, **__): raise RuntimeError("vocabulary file is missing")
    def decode(self, *_, **__): return ""
    def get_vocab(self): raise RuntimeError("vocabulary file is missing")
class Net(nn.Embedding):
    def __init__(self): super().__init__(10, 4)
    def forward(self, input_ids): return super().forward(input_ids)
class Pipe:
    def __init__(self): self.model, self.tokenizer = Net(), Tokenizer()
def pipe(): return Pipe()
"""


def opened(folder: Path, text: str, name: str = "Net") -> Client:
    (folder / "own.py").write_text(HEAD + text, "utf-8")
    client = Client()
    client.open(f"own.py:{name}", folder)
    return client


@pytest.mark.parametrize("method", ["run/start", "text/tokenize"])
def test_a_tokenizer_that_raises_is_the_users(tmp_path: Path, method: str) -> None:
    client = opened(tmp_path, TOKENIZER, "pipe")
    assert client.state.phase == "ready"
    assert client.state.problem is not None
    assert "vocabulary file is missing" in client.state.problem.message
    refused = client.refusal(method, text="hi")
    assert refused.message == "The tokenizer failed: RuntimeError: vocabulary file is missing"
    assert (refused.file, refused.line) == (str(tmp_path / "own.py"), 5)


def test_half_of_a_character_is_named_by_its_position() -> None:
    client = Client()
    client.open("demo")
    for method in ("run/start", "text/tokenize"):
        assert client.refusal(method, text="smile \ud83d").message.startswith("Character 7 of")
    client.ask("run/start", text="Anna went")
    client.work()
    reference = {"runId": client.run.run_id, "position": 1}
    assert client.refusal("prediction/find", **reference, text="\udc00").code == "inputs.invalid"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (
            "class Net(nn.Module):\n    def __init__(self): pass",
            "Net does not call super().__init__()",
            3,
        ),
        ("def Net():\n    raise MemoryError", "Net() failed: MemoryError", 4),
        ("raise MemoryError", "MemoryError", 3),
    ],
)
def test_what_a_class_lacks_is_said_with_its_place(
    tmp_path: Path, text: str, message: str, line: int
) -> None:
    problem = opened(tmp_path, text).state.problem
    assert problem is not None
    assert message in problem.message
    assert (problem.code != "internal", problem.line) == (True, line)


@pytest.mark.parametrize("source", ["a" * 5000, "\0", "\ud800", "~nobody_at_all", "a\0.py:Net"])
def test_a_source_that_can_name_nothing_is_not_found(source: str) -> None:
    problem = Client().open(source).problem
    assert problem is not None
    assert problem.code == "source.notFound"
    assert len(problem.message) < 200


def ran(folder: Path, line: str, inputs: str = "x = float32[1, 2]") -> m.Problem:
    body = f"    def forward(self, x):\n        {line}\n        return self.a(x)\n"
    start = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    part = "        self.a = nn.Linear(2, 2)\n"
    client = opened(folder, f"example_inputs = torch.ones(1, 2)\n{start}{part}{body}")
    client.ask("run/start", inputs=inputs)
    client.work()
    assert client.run.problem is not None
    return client.run.problem


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("x = (lambda f: f(f))(lambda f: f(f))", "RecursionError: maximum recursion depth"),
        ("raise EOFError('when reading a line')", "EOFError: when reading a line"),
        ("x = {}['weights']", "KeyError: 'weights'"),
        ("raise ValueError('no licence')", "ValueError: no licence"),
        ("x = len(3)", "TypeError: object of type 'int' has no len()"),
    ],
)
def test_an_error_of_the_users_logic_is_no_misfit_of_inputs(
    tmp_path: Path, line: str, message: str
) -> None:
    problem = ran(tmp_path, line)
    assert problem.message.startswith(f"The forward pass failed before any module ran: {message}")
    assert (problem.code, problem.line) == ("run.failed", 9)


@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("pass", "y = float32[1, 2]"),
        ("pass", "x = float32[1, 2]\nz = float32[1]"),
        ("a, b, c = x.shape", "x = float32[1, 2]"),
    ],
)
def test_arguments_that_cannot_be_bound_or_have_a_wrong_shape_do_not_fit(
    tmp_path: Path, line: str, inputs: str
) -> None:
    problem = ran(tmp_path, line, inputs)
    assert problem.code == "inputs.invalid"
    assert problem.message.startswith("The inputs do not fit the model: ")


def test_a_failed_guess_says_that_it_was_one_and_how_to_give_inputs(tmp_path: Path) -> None:
    text = "class Net(nn.Module):\n    def forward(self, x): return x['image']"
    problem = opened(tmp_path, text).state.problem
    assert problem is not None
    assert problem.message.startswith("The trace on guessed inputs (x = ")
    assert "example_inputs" in problem.hint


def test_given_inputs_that_fail_are_no_guess(tmp_path: Path) -> None:
    text = "class Net(nn.Module):\n    def forward(self, x): return x['image']"
    problem = opened(tmp_path, f"example_inputs = torch.ones(1)\n{text}").state.problem
    assert problem is not None
    assert problem.message.startswith("The trace on your example_inputs failed")


@pytest.mark.parametrize("call", ["breakpoint()"])
def test_a_debugger_that_nobody_can_answer_is_said_at_its_line(
    tmp_path: Path, call: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("sys.breakpointhook", sys.breakpointhook)
    problem = ran(tmp_path, call)
    assert (problem.file, problem.line) == (str(tmp_path / "own.py"), 9)
    if call == "breakpoint()":
        assert "breakpoint() was called, and there is no terminal" in problem.message


def test_a_model_without_weights_runs_with_shapes_and_says_so(tmp_path: Path) -> None:
    text = "with torch.device('meta'): net = nn.Sequential(nn.Linear(3, 2), nn.ReLU())"
    client = opened(tmp_path, text, "net")
    assert client.state.summary is not None
    assert client.state.summary.title == "net (without weights)"
    client.ask("run/start")
    client.work()
    assert (client.run.phase, client.run.note) == (
        "finished",
        "The model has no weights: the run shows shapes, not values.",
    )
    assert (1, 2) in client.level().tensors.shapes

"""`python -m interpogate`: help, a tree, and errors in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from interpogate import __version__
from interpogate.__main__ import main

INIT = "def __init__(self): super().__init__(2, 2)"
NETWORKS = Path(__file__).resolve().parents[2] / "models" / "networks.py"


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "print a model's modules" in " ".join(capsys.readouterr().out.split())


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--version"])
    assert capsys.readouterr().out.strip() == __version__


def test_tree_prints_modules_with_the_shapes_of_a_trace(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tree", f"{NETWORKS}:Residual"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Residual, 203 parameters → float32[1, 11, 3]"
    assert lines[3] == "      norm LayerNorm, 16 parameters → float32[1, 11, 8]"
    assert len(lines) == 9


def test_what_cannot_be_loaded_is_one_line_with_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tree", "nothing.py:x"]) == 1
    captured = capsys.readouterr()
    assert not captured.out
    assert captured.err.count("\n") == 1
    assert "nothing.py" in captured.err


def test_tree_prints_names_that_no_terminal_can_hold(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = ("from torch import nn", "net = nn.Sequential()")
    names = ("half \\ud83d", "\\x1b[31mred")
    added = (f"net.add_module('{name}', nn.Linear(2, 2))" for name in names)
    (tmp_path / "odd_names.py").write_text("\n".join([*lines, *added]), "utf-8")
    assert main(["tree", f"{tmp_path}/odd_names.py:net"]) == 0
    printed = capsys.readouterr().out
    assert "half \ufffd Linear" in printed
    assert "\ufffd[31mred Linear" in printed


def test_a_failed_guess_says_that_it_was_one_and_how_to_give_inputs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "from torch import nn\nclass Net(nn.Module):\n    def forward(self, x): return x['a']\n"
    file = tmp_path / "takes_a_dict.py"
    file.write_text(text, "utf-8")
    assert main(["tree", f"{file}:Net"]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("The trace on guessed inputs (x = ")
    assert f"({file}, line 3). These inputs were a guess. Give the file" in last
    assert main(["export", f"{file}:Net", "-o", str(tmp_path / "page.html")]) == 1
    assert "These inputs were a guess." in capsys.readouterr().err


def test_the_arguments_of_the_command_are_its_own_again(tmp_path: Path) -> None:
    file, own = tmp_path / "reads_arguments.py", sys.argv
    call = "def forward(self, x): assert len(sys.argv) == 1; return x"
    head = "import sys\nfrom torch import nn\nassert sys.argv == [__file__]\n"
    file.write_text(f"{head}class Net(nn.Linear):\n    {INIT}\n    {call}\n", "utf-8")
    assert main(["export", f"{file}:Net", "-o", str(tmp_path / "page.html")]) == 0
    assert sys.argv is own


def test_a_directory_with_only_a_configuration_is_an_architecture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import GPT2Config

    config = GPT2Config(n_layer=1, n_embd=8, n_head=2, architectures=["GPT2LMHeadModel"])
    bare, picture = str(tmp_path / "bare"), tmp_path / "bare.svg"
    config.save_pretrained(bare)
    assert main(["tree", bare]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Without weights: shapes only, on the device meta."
    assert lines[1].startswith("GPT2LMHeadModel, ")
    assert "float32[1, 11, 50257]" in lines[1]
    assert main(["export", bare, "--expand", "transformer.h.0", "-o", str(picture)]) == 0
    assert "GPT2LMHeadModel (without weights)" in picture.read_text("utf-8")

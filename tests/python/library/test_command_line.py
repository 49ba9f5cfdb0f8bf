"""`python -m interpogate`: help, a tree, and errors in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from interpogate import __version__
from interpogate.__main__ import main

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

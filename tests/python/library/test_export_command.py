"""`interpogate export`: one file in each format, and failures in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from interpogate.__main__ import main

BROKEN = Path(__file__).resolve().parents[2] / "e2e" / "workspace" / "broken.py"
NETWORKS = Path(__file__).resolve().parents[2] / "models" / "networks.py"
FIRST_BYTES = {".html": b"<!doctype html>", ".svg": b"<svg", ".png": b"\x89PNG"}


@pytest.mark.parametrize("suffix", FIRST_BYTES)
def test_a_run_on_a_text_becomes_a_file(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"model{suffix}"
    assert main(["export", "demo", "--text", "Anna went home.", "-o", str(file)]) == 0
    assert file.read_bytes().lstrip().startswith(FIRST_BYTES[suffix])
    assert capsys.readouterr().out == f"{file}\n"


def test_without_a_text_inputs_that_fit_are_run(tmp_path: Path) -> None:
    file = tmp_path / "model.html"
    source = f"{NETWORKS}:Residual"
    assert main(["export", source, "--dtype", "float64", "-o", str(file)]) == 0
    assert file.stat().st_size > 10_000


def test_a_run_that_fails_is_written_as_far_as_it_came(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.html"
    assert main(["export", f"{BROKEN}:RaisesMidway", "-o", str(file)]) == 1
    assert file.exists()
    captured = capsys.readouterr()
    assert f"{file} shows how far it came." in captured.err
    assert not captured.out


@pytest.mark.parametrize("name", ["model.pdf", "model", "model.HTM"])
def test_another_kind_of_file_is_refused_before_anything_is_loaded(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export", "no.such:model", "-o", str(tmp_path / name)]) == 2
    words = "is none of the files that can be written: .html, .svg, .png."
    assert capsys.readouterr().err == f"{name} {words}\n"


def test_a_text_for_a_model_without_tokenizer_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "model.html"
    assert main(["export", f"{NETWORKS}:Residual", "--text", "x", "-o", str(file)]) == 1
    assert "tokenizer" in capsys.readouterr().err
    assert not file.exists()


def test_a_file_that_cannot_be_written_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "missing" / "model.html"
    assert main(["export", f"{NETWORKS}:Residual", "-o", str(file)]) == 1
    assert capsys.readouterr().err.count("\n") == 1

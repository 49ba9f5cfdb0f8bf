"""The examples: each script runs, each notebook is its script with fresh outputs."""

from __future__ import annotations

import re
import runpy
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import nbformat
import pytest
import torch
from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

from interpogate.demo import demo_directory
from notebooks import EXAMPLES, executed, from_script, names, outputs

NAMES = names()
MAXIMUM_BYTES = 1_000_000
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def committed(name: str) -> Any:
    return nbformat.read(EXAMPLES / f"{name}.ipynb", as_version=4)


def script(name: str) -> str:
    return (EXAMPLES / f"{name}.py").read_text("utf-8")


def shapes_of(notebook: Any) -> list[tuple[str, ...]]:
    """What stands below each cell: kinds of outputs, words without their numbers."""
    return [_shape(cell) for cell in notebook.cells if cell.cell_type == "code"]


def _shape(cell: Any) -> tuple[str, ...]:
    kinds = [str(sorted(out.data)) for out in cell.outputs if "data" in out]
    return (NUMBER.sub("#", printed(cell.outputs)), *kinds)


def printed(found: Iterable[Any]) -> str:
    return "".join(out.text for out in found if out.get("name") == "stdout")


def run(name: str, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> None:
    mpl.use("Agg")
    monkeypatch.setattr("sys.argv", [f"{name}.py", *arguments])
    monkeypatch.syspath_prepend(str(EXAMPLES))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runpy.run_path(str(EXAMPLES / f"{name}.py"))


def test_all_examples_are_here() -> None:
    assert {"simple", "logit_lens", "object_detection", "visualization_zoo"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_notebook_has_the_cells_of_its_script(name: str) -> None:
    wanted = [(cell.cell_type, cell.source) for cell in from_script(script(name)).cells]
    found = [(cell.cell_type, cell.source) for cell in committed(name).cells]
    assert found == wanted, "run: python scripts/notebooks.py"


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_begins_with_what_one_learns(name: str) -> None:
    title, _, rest = committed(name).cells[0].source.partition("\n\n")
    assert title.startswith("# ")
    assert rest.replace("\n", " ").startswith("You learn ")


@pytest.mark.parametrize("name", NAMES)
def test_a_committed_notebook_is_small_and_tells_of_no_machine(name: str) -> None:
    text = (EXAMPLES / f"{name}.ipynb").read_text("utf-8")
    assert len(text.encode()) < MAXIMUM_BYTES
    assert not re.search(r"/(?:home|root|Users|tmp|site-packages)/", text)
    assert not [out for out in outputs(committed(name)) if out.output_type == "error"]
    assert not [out for out in outputs(committed(name)) if out.get("name") == "stderr"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_run_anew_says_what_the_committed_one_says(name: str) -> None:
    assert shapes_of(executed(from_script(script(name)))) == shapes_of(committed(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_prints_what_its_notebook_shows(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(name, monkeypatch)
    shown = printed(outputs(committed(name)))
    assert NUMBER.sub("#", capsys.readouterr().out) == NUMBER.sub("#", shown)


def test_the_logit_lens_takes_other_models_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(demo_directory())
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=5,
        num_attention_heads=4, num_key_value_heads=2,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    run("logit_lens", monkeypatch, "--model", str(tmp_path), "--text", "Anna and Tom")
    said = capsys.readouterr().out
    assert said.startswith("model.layers.0 … model.layers.4 LlamaRMSNorm")
    assert len(said.splitlines()) == 6

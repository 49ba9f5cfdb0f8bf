"""Model sources: what each form names, and one clear sentence for each that names nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from interpogate.errors import InterpogateError, SourceNotFound
from interpogate.model.load import LoadedModel, load_model
from interpogate.model.sources import parse_source

MODELS = Path(__file__).parents[2] / "models"


def load(text: str, folder: Path = MODELS) -> LoadedModel:
    return load_model(parse_source(text, folder), folder, trust_remote_code=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("demo", ("demo", "", "")),
        ("networks.py:Residual", ("file", str(MODELS / "networks.py"), "Residual")),
        ("networks:Residual", ("import", "networks", "Residual")),
        ("package.module:make.it", ("import", "package.module", "make.it")),
        ("openai-community/gpt2", ("pretrained", "openai-community/gpt2", "")),
    ],
)
def test_a_source_is_parsed(text: str, expected: tuple[str, str, str]) -> None:
    source = parse_source(text, MODELS)
    assert (source.kind, source.location, source.name) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "No model was named."),
        ("missing.py:Net", "There is no file missing.py"),
        ("networks.py", "say which model in it is meant"),
        (".", "has no config.json"),
        ("./nowhere", "There is no model at './nowhere'."),
        ("two words", "There is no model at 'two words'."),
    ],
)
def test_a_source_that_names_nothing_is_refused(text: str, message: str) -> None:
    with pytest.raises(SourceNotFound, match=message):
        parse_source(text, MODELS)


@pytest.mark.parametrize(
    ("name", "class_name"),
    [("Residual", "Residual"), ("residual", "Residual"), ("small_network", "Sequential")],
)
def test_a_class_an_instance_and_a_function_are_models(name: str, class_name: str) -> None:
    loaded = load(f"networks.py:{name}")
    assert type(loaded.model).__name__ == class_name
    assert not loaded.model.training


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("networks.py:nope", "source.nameNotFound", "has no 'nope'. Models in it: Residual,"),
        ("networks.py:NeedsArguments", "source.argumentsNeeded", "needs the argument width"),
        ("networks.py:raises_while_building", "model.loadFailed", "RuntimeError: no such weights"),
        ("networks.py:a_number", "source.notAModel", "is a int, not an nn.Module"),
        ("no_such_module_anywhere:Net", "source.notFound", "no Python module"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_sentence(text: str, code: str, message: str) -> None:
    with pytest.raises(InterpogateError) as caught:
        load(text)
    assert caught.value.code == code
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code", "message", "line"),
    [
        ("x = 1\ndef f(:\n", "source.invalid", "has a syntax error in line 2", 2),
        ("import nothing_like_this\n", "package.missing", "needs the package 'nothing_like_", 1),
        ("x = 1\nraise ValueError('no')\n", "source.invalid", "ValueError: no", 2),
        ("import sys\nsys.exit(1)\n", "source.invalid", "SystemExit: 1", 2),
    ],
)
def test_a_file_that_cannot_be_imported_names_its_line(
    tmp_path: Path, content: str, code: str, message: str, line: int
) -> None:
    (tmp_path / "broken_file.py").write_text(content, "utf-8")
    with pytest.raises(InterpogateError) as caught:
        load("broken_file.py:Net", tmp_path)
    assert (caught.value.code, caught.value.line) == (code, line)
    assert message in str(caught.value)


def test_a_file_may_be_called_like_a_module_in_use(tmp_path: Path) -> None:
    import json

    (tmp_path / "json.py").write_text("from torch import nn\nnet = nn.Linear(1, 1)\n", "utf-8")
    load("json.py:net", tmp_path)
    assert json.loads("1") == 1

"""Code that comes with a model runs only where it was permitted."""

from __future__ import annotations

from pathlib import Path

import pytest
from remote_code import write_model

from interpogate.errors import RemoteCodeRefused
from interpogate.model.load import load_model
from interpogate.model.sources import parse_source


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "own"))
    written = tmp_path / "tiny"
    write_model(written)
    return written


def test_it_is_refused_and_nothing_of_it_ran(folder: Path) -> None:
    source = parse_source(str(folder), folder)
    with pytest.raises(RemoteCodeRefused, match="Python code of its own") as caught:
        load_model(source, folder, trust_remote_code=False)
    assert caught.value.action == "trustRemoteCode"
    assert not (folder / "ran").exists()


def test_it_runs_where_it_is_permitted(folder: Path) -> None:
    source = parse_source(str(folder), folder)
    loaded = load_model(source, folder, trust_remote_code=True)
    assert type(loaded.model).__name__ == "TinyModel"
    assert (folder / "ran").exists()

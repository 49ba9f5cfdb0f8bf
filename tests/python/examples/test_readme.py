"""The README's quick start runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate.demo import demo_directory

ROOT = Path(__file__).resolve().parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))


def test_there_is_a_quick_start() -> None:
    assert any("from interpogate import Interpogate" in block for block in BLOCKS)


@pytest.mark.parametrize("code", BLOCKS, ids=lambda code: code.strip().splitlines()[0])
def test_python_of_the_readme_runs(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {
        "model": AutoModelForCausalLM.from_pretrained(demo_directory()),
        "tokenizer": AutoTokenizer.from_pretrained(demo_directory()),
    }
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 (our own page)
    for name in re.findall(r'to_html\("([^"]+)"\)', code):
        assert "interpogate-snapshot" in (tmp_path / name).read_text("utf-8")
    if "print(" in code:
        assert capsys.readouterr().out

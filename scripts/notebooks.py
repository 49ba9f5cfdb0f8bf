"""Makes the notebooks of `examples/` from its scripts, with outputs.

`python scripts/notebooks.py [NAME…]` executes them; a script's cells begin with `# %%`. What
differs from run to run or tells of this machine is left out. Called by people and by the tests,
which execute each notebook anew and compare.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
_MARKER = re.compile(r"^# %%(?: \[(markdown)\])?$", re.MULTILINE)
_LINT_REMARK = re.compile(r"\s*# noqa.*$", re.MULTILINE)
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
_LIMIT_S = 240
# Bars of weights that load, and that there are no widgets for them, say nothing to a reader.
_QUIET = {
    "TQDM_DISABLE": "1",
    "PYTHONWARNINGS": "ignore:IProgress not found",
    "HF_HUB_OFFLINE": "1",
}


def main() -> None:
    """Execute the notebooks that are named, or all, and write them."""
    for name in sys.argv[1:] or names():
        notebook = executed(from_script((EXAMPLES / f"{name}.py").read_text("utf-8")))
        nbformat.write(notebook, EXAMPLES / f"{name}.ipynb")
        sys.stdout.write(f"{name}.ipynb {(EXAMPLES / f'{name}.ipynb').stat().st_size // 1000} kB\n")


def names() -> list[str]:
    """Scripts that are notebooks too."""
    return [file.stem for file in sorted(EXAMPLES.glob("*.py")) if _MARKER.match(file.read_text())]


def from_script(text: str) -> Any:
    """The notebook of a script, without outputs."""
    parts = _MARKER.split(text)[1:]
    kinds, bodies = parts[::2], parts[1::2]
    cells = [_cell(kind, body, n) for n, (kind, body) in enumerate(zip(kinds, bodies, strict=True))]
    metadata = {"kernelspec": _KERNEL, "language_info": {"name": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def _cell(kind: str | None, body: str, number: int) -> Any:
    name = f"cell-{number}"
    if kind is None:
        return nbformat.v4.new_code_cell(_LINT_REMARK.sub("", body.strip()), id=name)
    lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
    return nbformat.v4.new_markdown_cell("\n".join(lines), id=name)


def executed(notebook: Any) -> Any:
    """The notebook with outputs. Raises `CellExecutionError`."""
    client = NotebookClient(
        notebook, timeout=_LIMIT_S, record_timing=False, resources={"metadata": {"path": EXAMPLES}}
    )
    backend = str(EXAMPLES.parent / "python_backend")
    client.execute(env={**os.environ, **_QUIET, "PYTHONPATH": backend})
    notebook.metadata["language_info"] = {"name": "python"}
    for output in outputs(notebook):
        output.get("metadata", {}).clear()
    return notebook


def outputs(notebook: Any) -> Iterator[Any]:
    """All outputs of all cells."""
    for cell in notebook.cells:
        yield from cell.get("outputs", ())


if __name__ == "__main__":
    main()

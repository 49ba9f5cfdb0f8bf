"""Writes saved pictures of the demo model for the page's browser tests: a document and a cell.

`python saved_picture.py FOLDER` leaves `picture.html` and `cell.html` there; the page must
have been built. Called by `saved.test.mjs`.
"""

from __future__ import annotations

import sys
from pathlib import Path

from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate import Interpogate
from interpogate.demo import SAMPLE_TEXT, demo_directory
from interpogate.notebook.document import document, frame
from interpogate.notebook.picture import Picture, picture_of


def demo_picture() -> Picture:
    """One run of the demo model on its sample text."""
    folder = demo_directory()
    model = AutoModelForCausalLM.from_pretrained(folder)
    interp = Interpogate(model, AutoTokenizer.from_pretrained(folder))
    interp.forward_text(SAMPLE_TEXT)
    live = tuple(interp.node(module.path) for module in interp.graph.tree.modules)
    return picture_of(interp.graph, live, interp.run, text=SAMPLE_TEXT)


def main() -> None:
    """Write both pages."""
    folder = Path(sys.argv[1])
    picture = demo_picture()
    (folder / "picture.html").write_text(document(picture, "Demo model"), encoding="utf-8")
    cell = frame(picture, "Demo model", width="800", height=450)
    page = f'<!doctype html><meta charset="utf-8"><body style="margin:0">{cell}'
    (folder / "cell.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()

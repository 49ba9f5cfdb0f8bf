"""Which open model a document speaks of: its own, else the one that is looked at, else the last.

Called by `language.py`.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from interpogate.editor.language.documents import Document
from interpogate.editor.language.mirror import Mirror


def model_of(
    document: Document, together: Sequence[Document], mirrors: Sequence[Mirror], selected: str
) -> Mirror | None:
    """The model of a document, given in the order of opening; None if none is open.

    `together` are all cells of the document's notebook, or the document alone.
    """
    if len(mirrors) == 1:
        return mirrors[0]
    ranked = sorted(mirrors, key=lambda mirror: mirror.model_id == selected)
    for is_so in (_is_file_of, _is_made_in):
        own = [mirror for mirror in ranked if is_so(document, together, mirror)]
        if own:
            return own[-1]
    return ranked[-1] if ranked else None


def is_own(document: Document, together: Sequence[Document], mirror: Mirror) -> bool:
    """Whether a document surely speaks of a model."""
    return _is_file_of(document, together, mirror) or _is_made_in(document, together, mirror)


def _is_file_of(document: Document, _together: Sequence[Document], mirror: Mirror) -> bool:
    file = (mirror.state.get("summary") or {}).get("file")
    return bool(file and document.path) and _same_file(str(document.path), str(file))


def _same_file(one: str, other: str) -> bool:
    return one == other or os.path.realpath(one) == os.path.realpath(other)


def _is_made_in(_document: Document, together: Sequence[Document], mirror: Mirror) -> bool:
    """Whether the text makes such a model: names its source, or calls its class."""
    texts = [cell.text for cell in together]
    # To find a word alone is a hundred times quicker, and most texts have none.
    return any(
        word in text and re.search(sign, text) for word, sign in _signs(mirror) for text in texts
    )


def _signs(mirror: Mirror) -> list[tuple[str, str]]:
    """Patterns that say so, each with a word that is in all it finds."""
    source = str(mirror.state.get("source", ""))
    class_name = (mirror.state.get("summary") or {}).get("className")
    signs = [(source, rf"""(["']){re.escape(source)}\1""")]
    if source == "demo":
        signs = [("demo_", r"\bdemo_(?:directory|model)\b")]
    if class_name:
        signs.append((class_name, rf"(?<![\w.])(?<!class ){re.escape(class_name)}\s*[(.]"))
    return signs

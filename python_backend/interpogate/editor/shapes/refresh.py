"""Tells the client to ask for hints again when a model has a new graph, lost its worker or is gone.

Called by `language.py` for every event of a model, and by nothing else.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

logger = logging.getLogger(__name__)


def told(language: Language, method: str, params: Json) -> None:
    """An event of a model: remember who looked last, and refresh what depends on it."""
    if method != "model/changed":
        return
    seen: dict[str, tuple[int, str]] = language.memory.setdefault("shapes.seen", {})
    now = (params["graphVersion"], params["phase"])
    before = seen.get(params["modelId"], (0, ""))
    if now == before:
        return
    seen[params["modelId"]] = now
    if now[0] != before[0]:
        _note_latest(language, params["modelId"])
    if now[0] != before[0] or "ready" in (now[1], before[1]):
        refresh(language)


def refresh(language: Language) -> None:
    """Ask the client to ask again, if it can."""
    if language.client_has("workspace.inlayHint.refreshSupport"):
        language.request(lsp.WORKSPACE_INLAY_HINT_REFRESH)


def _note_latest(language: Language, model_id: str) -> None:
    latest: dict[str, int] = language.memory.setdefault("shapes.latest", {})
    latest[model_id] = max(latest.values(), default=0) + 1

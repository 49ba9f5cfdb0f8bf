"""The one table of language features: which module answers which method.

Each module has `answer(language, params)`, plain or async; it is imported when first asked, since
the start of the process is timed. Several rows may have the same method: lists are joined, of other
answers the first one counts. Called by `server.py`.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams

from interpogate.protocol.methods import LSP_PREFIX

if TYPE_CHECKING:
    from interpogate.editor.language.language import Language

logger = logging.getLogger(__name__)

_LISTS = frozenset(
    f"textDocument/{name}"
    for name in ("codeAction", "codeLens", "documentLink", "inlayHint", "inlineValue", "references")
)


@dataclass(frozen=True)
class Feature:
    """One row: a request of the language server protocol and who answers it."""

    method: str
    module: str
    """Below `interpogate.editor`."""
    options: Any = None
    """What the server says of it at the start, of lsprotocol's type; of several rows the first."""


FEATURES: tuple[Feature, ...] = (
    Feature(
        "textDocument/completion",
        "language.completion",
        lsp.CompletionOptions(trigger_characters=['"', "'", "."], resolve_provider=True),
    ),
    Feature("completionItem/resolve", "language.completion_details"),
    Feature("textDocument/hover", "language.hover"),
    Feature("textDocument/documentLink", "language.links", lsp.DocumentLinkOptions()),
    Feature("textDocument/definition", "language.definition"),
    Feature("textDocument/references", "language.references"),
    Feature(
        "textDocument/codeAction",
        "language.code_actions",
        lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix]),
    ),
    Feature(LSP_PREFIX + "model/select", "language.selection"),
    Feature("textDocument/inlayHint", "shapes.hints", lsp.InlayHintOptions()),
    Feature("textDocument/hover", "shapes.hover"),
    Feature(LSP_PREFIX + "code/locate", "shapes.locate"),
)


def methods() -> dict[str, tuple[Feature, ...]]:
    """The rows by method."""
    names = dict.fromkeys(feature.method for feature in FEATURES)
    return {name: tuple(row for row in FEATURES if row.method == name) for name in names}


_SMALL = 10_000
"""Characters of a document that is never large: what prepares others is not even imported."""

Fits = Callable[[str, Any], bool]
"""Whether parameters are what a method of the language server protocol takes."""


def handler(
    rows: Iterable[Feature], language: Language, fits: Fits
) -> Callable[[Any], Awaitable[Any]]:
    """What pygls calls for a method. Parameters are checked where they lead to an error."""

    async def handle(params: Any) -> Any:
        await _prepare(language, params)
        found: list[Any] = []
        for row in rows:
            answer = await _answer(row, language, params, fits)
            if answer and row.method not in _LISTS:
                return answer
            found += answer or ()
        return found or None

    return handle


async def _prepare(language: Language, params: Any) -> None:
    """Have what is slow to find out of a large document found out in a thread."""
    about = params.get("textDocument") if isinstance(params, dict) else None
    uri = about.get("uri") if isinstance(about, dict) else None
    document = language.documents.get(uri) if isinstance(uri, str) else None
    if document is not None and len(document.text) > _SMALL:
        from interpogate.editor.language.preparing import prepared

        await prepared(language.documents, document.uri)


async def _answer(row: Feature, language: Language, params: Any, fits: Fits) -> Any:
    """An answer, or None where it fails: nobody waits for a language feature's excuse."""
    try:
        answer = import_module(f"interpogate.editor.{row.module}").answer(language, params)
        return await answer if inspect.isawaitable(answer) else answer
    except Exception:
        if not fits(row.method, params):
            raise JsonRpcInvalidParams from None
        logger.exception("%s failed in %s", row.method, row.module)
        return None

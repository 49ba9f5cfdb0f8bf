"""What the workers of all open models observed in the files that are open here, kept per graph.

Asks each worker once for a file and graph; the worker compares the file's text with what ran, the
features compare the document's text with that. Called by the features of this folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from interpogate.opened.problems import RequestFailed
from interpogate.protocol.source_text import text_digest

if TYPE_CHECKING:
    from interpogate.editor.language.documents import Document
    from interpogate.editor.language.language import Language

Json = dict[str, Any]

_NAME = "shapes"
_MOST_FILES = 200


class Observations:
    """The answers of workers, by model, graph version and file."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int, str], Json] = {}

    async def read(self, language: Language, state: Json, file: str) -> Json | None:
        """What a model observed in a file; None if it cannot be asked and never was."""
        key = (state["modelId"], state["graphVersion"], file)
        if key not in self._known:
            answer = await _asked(language, "code/read", {"modelId": key[0], "file": file})
            if answer is None or not answer["digest"]:  # a changed file may change back
                return answer
            self._keep((key[0], answer["graphVersion"], file), answer)
            return answer
        return self._known[key]

    def _keep(self, key: tuple[str, int, str], answer: Json) -> None:
        old = [k for k in self._known if k[0] == key[0] and k[1] < key[1]]
        for stale in old:
            del self._known[stale]
        self._known[key] = answer
        while len(self._known) > _MOST_FILES:
            del self._known[next(iter(self._known))]


def observations_of(language: Language) -> Observations:
    """Those of one connection."""
    known: Observations = language.memory.setdefault(_NAME, Observations())
    return known


async def valid_observations(language: Language, document: Document) -> list[Json]:
    """What was observed in a document whose text still is what ran; the latest look first."""
    if document.path is None or not document.uri.startswith("file:"):
        return []
    states = await models_with_graph(language)
    found = [await observations_of(language).read(language, s, document.path) for s in states]
    digest = digest_of(document)
    return [one for one in found if one and one["digest"] == digest]


async def models_with_graph(language: Language) -> list[Json]:
    """The states of the models that have looked at their code, the one that looked last first.

    A model whose worker has ended or loads anew is one of them: what it observed still stands.
    """
    states = (await language.models.answer("model/list", {}))["models"]
    seeing = [state for state in states if state["graphVersion"]]
    latest: dict[str, int] = language.memory.get("shapes.latest", {})
    return sorted(seeing, key=lambda state: -latest.get(state["modelId"], 0))


async def find_modules(language: Language, state: Json, wanted: Json) -> Json | None:
    """The worker's answer to `code/find`; None if it cannot be asked."""
    return await _asked(language, "code/find", {"modelId": state["modelId"], **wanted})


async def _asked(language: Language, method: str, params: Json) -> Json | None:
    try:
        answer: Json | None = await language.models.forward(method, params)
    except RequestFailed:
        return None
    return answer


def digest_of(document: Document) -> str:
    """The digest of a document's text."""
    name = "shapes.digest"
    if name not in document.memory:
        document.memory[name] = text_digest(document.text)
    return str(document.memory[name])

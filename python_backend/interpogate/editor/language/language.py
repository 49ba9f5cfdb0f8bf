"""What all language features stand on: open documents, open models, a way to the client.

Lives on the event loop; nothing in it is slow. Called by `server.py` and by the features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from interpogate.editor.language.diagnostics import Diagnostics
from interpogate.editor.language.documents import Document, Documents, path_of
from interpogate.editor.language.mirrors import Mirrors
from interpogate.editor.shapes import refresh
from interpogate.opened.models import Models

if TYPE_CHECKING:
    from interpogate.editor.language.mirror import Mirror

Json = dict[str, Any]
Notify = Callable[[str, Any], None]
Request = Callable[[str], Any]


class Language:
    """The footing of the language features of one connection."""

    def __init__(self, models: Models, notify: Notify, request: Request) -> None:
        self.models = models
        self.notify = notify
        self.request = request
        self.documents = Documents()
        self.mirrors = Mirrors(models, self._mirrored)
        self.diagnostics = Diagnostics(self)
        self.folder_uris: Callable[[], Iterable[str]] = tuple
        """The workspace's folders, as the client named them."""
        self.client: Json = {}
        """The client's capabilities as it sent them."""
        self.memory: dict[str, Any] = {}
        """What features keep, by names of their own."""

    def client_has(self, path: str) -> bool:
        """Whether the client says so, such as `workspace.inlayHint.refreshSupport`."""
        found: Any = self.client
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        return bool(found)

    def mirror_of(self, document: Document) -> Mirror | None:
        """The model that a document speaks of, if one is open."""
        from interpogate.editor.language.choice import model_of

        together = self.documents.together(document)
        return model_of(document, together, self.mirrors.all(), self.mirrors.selected)

    def opened(self, item: Json) -> None:
        """A document was opened."""
        self._look_at(self.documents.open(item))

    def changed(self, identifier: Json, changes: list[Json]) -> None:
        """A document has a new version."""
        changed = self.documents.change(identifier, changes)
        if changed is not None:
            self._look_at(changed)

    def closed(self, identifier: Json) -> None:
        """A document was closed."""
        closed = self.documents.get(identifier["uri"])
        self.documents.close(identifier["uri"])
        self.diagnostics.clear(identifier["uri"])
        if closed is not None:
            self._look_at(closed)

    def _look_at(self, document: Document) -> None:
        """Warn anew; what one cell of a notebook says counts for all of them."""
        for together in self.documents.together(document):
            if self.documents.get(together.uri) is not None:
                self.diagnostics.schedule(together.uri)

    def closed_model(self) -> None:
        """A model was closed: nothing is said of it any more."""
        self.diagnostics.schedule_all()

    def told(self, method: str, params: Json) -> None:
        """An event of a model is on its way to the client."""
        refresh.told(self, method, params)
        self.mirrors.told(method, params)

    def folders(self) -> tuple[str, ...]:
        """Absolute paths of the workspace's folders."""
        paths = (path_of(uri) for uri in self.folder_uris())
        return tuple(path for path in paths if path)

    def _mirrored(self, _mirror: Mirror) -> None:
        """What is known of a model's modules has changed."""
        self.diagnostics.schedule_all()

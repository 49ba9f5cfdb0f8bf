"""What is kept of all open models, in the order of opening.

What it stands on is imported with the first model: the start of the process is timed. Called by
`language.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from interpogate.opened.models import Models

if TYPE_CHECKING:
    from interpogate.editor.language.mirror import Mirror

Json = dict[str, Any]


class Mirrors:
    """The mirrors of one connection."""

    def __init__(self, models: Models, changed: Callable[[Mirror], None]) -> None:
        self._models = models
        self._changed = changed
        self._mirrors: dict[str, Mirror] = {}
        self.selected = ""
        """The model that is looked at, as the client says."""

    def told(self, method: str, params: Json) -> None:
        """An event of a model."""
        if method == "model/changed":
            model_id = params["modelId"]
            if model_id not in self._mirrors:
                from interpogate.editor.language.mirror import Mirror

                self._mirrors[model_id] = Mirror(self._models.forward, self._changed)
            self._mirrors[model_id].note(params)

    def all(self) -> tuple[Mirror, ...]:
        """Those of the models that are still open."""
        open_now = self._models.ids()
        for model_id in [name for name in self._mirrors if name not in open_now]:
            self._mirrors.pop(model_id).close()
        return tuple(self._mirrors.values())

    def get(self, model_id: str) -> Mirror | None:
        """That of one model."""
        return next((mirror for mirror in self.all() if mirror.model_id == model_id), None)

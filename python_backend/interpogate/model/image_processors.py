"""The image processor that came with a model: of its directory, or named by the user's file.

Called by the worker when images are given for the first time.
"""

from __future__ import annotations

from typing import Any

from interpogate.model.load import LoadedModel


def image_processor_of(loaded: LoadedModel) -> Any:
    """A transformers image processor, or anything called like one; None if there is none."""
    own = getattr(loaded, "image_processor", None)
    if own is not None or loaded.source.kind != "pretrained":
        return own
    from transformers import AutoImageProcessor

    try:
        return AutoImageProcessor.from_pretrained(  # type: ignore[no-untyped-call]
            loaded.source.location, local_files_only=True, trust_remote_code=False
        )
    except BaseException:  # noqa: BLE001 (most models have none; each way of it fails differently)
        return None

"""The bundled demo model: where its files lie, and texts that show what it learned.

Imports neither torch nor transformers, so that any process may ask for the folder or the texts.
The model is loaded from `demo_directory()` like any other local directory. `stories` makes the text
that it was trained on, `measurements` what its card claims; `scripts/train_demo_model.py` makes the
folder.
"""

from pathlib import Path

SAMPLE_TEXT = "When Anna and Tom went to the park, Tom gave a ball to"
"""The model goes on with " Anna": one head moves the name that was not said twice."""

SAMPLE_TEXTS = (
    SAMPLE_TEXT,
    "List: river lamp Kate honey blue drum river lamp Kate honey blue",
    "Once upon a time there was a small bird near the lake. Emma",
)
"""Name moving, induction, and the start of a story."""


def demo_directory() -> Path:
    """Return the folder with the model's files: configuration, weights, tokenizer, card."""
    return Path(__file__).resolve().parent / "model"

"""What a page's heading says of a loaded model."""

from __future__ import annotations

from collections import Counter
from typing import Any

from interpogate.model.inputs import InputShape, example_sentence, model_device
from interpogate.model.load import LoadedModel
from interpogate.model.tokens import can_generate
from interpogate.protocol.messages import ModelSummary
from interpogate.trace.exchange import is_without_weights
from interpogate.trace.members import all_parameters, attribute
from interpogate.trace.modules import ModelModules
from interpogate.trace.values import dtype_name


def summary(
    loaded: LoadedModel, modules: ModelModules, inputs: tuple[InputShape, ...]
) -> ModelSummary:
    """Facts for the heading and the run bar."""
    root = modules.tree.modules[0]
    takes_text = loaded.tokenizer is not None
    return ModelSummary(
        title=f"{loaded.source.title}{_without_weights(loaded)}",
        class_name=root.class_name,
        module_count=len(modules.live),
        parameter_count=root.parameter_count,
        dtype=main_dtype(loaded.model),
        device=str(model_device(loaded.model)),
        takes_text=takes_text,
        predicts_tokens=takes_text and predicts_tokens(loaded.model),
        example_text=example_text(loaded),
        example_inputs="" if takes_text else "\n".join(map(str, inputs)),
        file=loaded.file,
    )


def title_without_weights(loaded: LoadedModel) -> str | None:
    """A picture's title that says so where there are no weights; else None."""
    note = _without_weights(loaded)
    return f"{type(loaded.model).__name__}{note}" if note else None


def _without_weights(loaded: LoadedModel) -> str:
    """A model on the device `meta` has shapes and nothing in them."""
    return " (without weights)" if is_without_weights(loaded.model) else ""


def example_text(loaded: LoadedModel) -> str:
    """A text to start with; empty for a model that takes none."""
    if loaded.tokenizer is None:
        return ""
    return example_sentence(loaded)


def predicts_tokens(model: Any) -> bool:
    """Whether each position has next tokens: decoders only, no encoder, no encoder-decoder."""
    config = attribute(model, "config")
    if config is None or attribute(config, "is_encoder_decoder", False):
        return False
    return can_generate(model)


def main_dtype(model: Any) -> str:
    """The dtype of most parameters; empty without any."""
    sizes: Counter[str] = Counter()
    for parameter in all_parameters(model):
        sizes[dtype_name(parameter.dtype)] += 1
    return sizes.most_common(1)[0][0] if sizes else ""

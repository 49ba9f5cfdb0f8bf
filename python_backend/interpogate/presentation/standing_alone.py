"""Code that stands alone in a file: it loads the open model first.

Called by the worker's handlers, which know where the model came from.
"""

from __future__ import annotations

from pathlib import Path

from interpogate.codegen.loading import ModelOrigin, with_loading
from interpogate.codegen.text import CodeText, is_name
from interpogate.codegen.watching import Style
from interpogate.model.load import LoadedModel
from interpogate.protocol import messages as m


def standing_alone(code: m.HookCode, loaded: LoadedModel, style: Style) -> m.HookCode:
    """The same code behind lines that load the model; names that cannot be imported stay out."""
    origin = _origin(loaded)
    if origin is None:
        return code
    text = with_loading(CodeText(code.text, code.snippet, code.imports), origin, style)
    return m.HookCode(path=code.path, text=text.text, snippet=text.snippet, imports=text.imports)


def _origin(loaded: LoadedModel) -> ModelOrigin | None:
    source = loaded.source
    location = _location(loaded)
    names = [*location.removesuffix(".py").split("."), *loaded.expression.split("(")[0].split(".")]
    if source.kind in ("file", "import") and not all(is_name(name) for name in names):
        return None
    if source.kind == "pretrained" and not _is_of_transformers(loaded):
        return None
    return ModelOrigin(
        kind="import" if source.kind == "file" and "." in loaded.module_name else source.kind,
        location=location,
        expression=loaded.expression,
        class_name=type(loaded.model).__name__,
        is_pipeline=loaded.is_pipeline,
        has_tokenizer=loaded.tokenizer is not None,
    )


def _location(loaded: LoadedModel) -> str:
    """A file in a package is imported by its module's name."""
    source = loaded.source
    if source.kind != "file":
        return source.location
    return loaded.module_name if "." in loaded.module_name else Path(source.location).name


def _is_of_transformers(loaded: LoadedModel) -> bool:
    """Not a class of the model's own code, which only its files have."""
    return type(loaded.model).__module__.startswith("transformers.")

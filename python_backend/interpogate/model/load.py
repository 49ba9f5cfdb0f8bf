"""From a parsed source to a live model, in the process that is meant to run user code.

Called by the worker. Failures of the user's code become errors with the file and line to look at.
"""

from __future__ import annotations

import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

import torch
from torch import nn

from interpogate.errors import ArgumentsNeeded, LoadFailed, NameNotFound, NoDebugger, NotAModel
from interpogate.model.examples import written_examples
from interpogate.model.pretrained import load_failed, load_pretrained
from interpogate.model.python_modules import import_module, importable, run_file
from interpogate.model.sources import ModelSource
from interpogate.trace.members import attribute, evaluating
from interpogate.trace.source import class_source

_NOTHING = object()


@dataclass(frozen=True)
class LoadedModel:
    """A model in evaluation mode and what came with it."""

    model: nn.Module
    source: ModelSource
    tokenizer: Any = None
    examples: Any = None
    """`example_inputs` of the user's file: a dict, tuple or tensor, or a function returning one."""
    sample_text: str = ""
    image_processor: Any = None
    """`image_processor` of the user's file or pipeline, if there is one."""
    expression: str = ""
    """What made it in the user's file, such as `SmallNet()`; empty for pretrained ones."""
    is_pipeline: bool = False
    """Whether that gives an object with `model` and `tokenizer`."""
    module_name: str = ""
    """Python's name of the module that it is in, such as `whisper.model`."""

    @property
    def file(self) -> str | None:
        """The Python file it was loaded from."""
        return self.source.location if self.source.kind == "file" else None


def load_model(source: ModelSource, folder: Path, *, trust_remote_code: bool) -> LoadedModel:
    """Load what `source` names. Raises subclasses of `InterpogateError` only."""
    importable(folder)
    # Its code is run as `python FILE` would: our own arguments are none of its.
    sys.argv = [source.location]
    if not _has_terminal() and "PYTHONBREAKPOINT" not in os.environ:
        sys.breakpointhook = _no_debugger
    match source.kind:
        case "demo":
            return _demo(source)
        case "pretrained":
            return _pretrained(source, trust_remote_code=trust_remote_code)
        case "file":
            return _from_module(source, run_file(Path(source.location), folder))
        case "import":
            return _from_module(source, import_module(source.location))


def _has_terminal() -> bool:
    try:
        return sys.stdin.isatty()
    except (AttributeError, ValueError):
        return False


def _no_debugger(*_: Any, **__: Any) -> NoReturn:
    raise NoDebugger("breakpoint() was called, and there is no terminal for a debugger here.")


def _demo(source: ModelSource) -> LoadedModel:
    from interpogate.demo import SAMPLE_TEXT, demo_directory

    model, tokenizer = load_pretrained(str(demo_directory()), trust_remote_code=False)
    return LoadedModel(evaluating(model), source, tokenizer, sample_text=SAMPLE_TEXT)


def _pretrained(source: ModelSource, *, trust_remote_code: bool) -> LoadedModel:
    model, tokenizer = load_pretrained(source.location, trust_remote_code=trust_remote_code)
    return LoadedModel(evaluating(model), source, tokenizer)


def _from_module(source: ModelSource, module: ModuleType) -> LoadedModel:
    found = _named(source, module)
    made = found if isinstance(found, nn.Module) else _made(source, found)
    model = made if isinstance(made, nn.Module) else attribute(made, "model")
    if not isinstance(model, nn.Module):
        raise NotAModel(f"{source.name} is a {type(made).__name__}, not an nn.Module.")
    check_initialized(model)
    is_pipeline = model is not made
    processor = attribute(made, "image_processor") if is_pipeline else None
    return LoadedModel(
        evaluating(model),
        source,
        attribute(made, "tokenizer") if is_pipeline else None,
        written_examples(model, made, module),
        image_processor=processor or attribute(module, "image_processor"),
        expression=source.name if found is model else f"{source.name}()",
        is_pipeline=is_pipeline,
        module_name=module.__name__,
    )


def check_initialized(model: nn.Module) -> None:
    """Raises `LoadFailed` for a model whose class forgot `super().__init__()`."""
    if isinstance(model, torch.jit.ScriptModule) or "_modules" in vars(model):
        return
    kind = type(model)
    place = class_source(kind)
    raise LoadFailed(
        f"{kind.__name__} does not call super().__init__(), so torch knows no parts of it.",
        hint="Call it in the first line of __init__ and restart the model.",
        file=place.file if place else None,
        line=place.line if place else 0,
    )


def _named(source: ModelSource, module: ModuleType) -> Any:
    found: Any = module
    for part in source.name.split("."):
        found = attribute(found, part, _NOTHING) if part else _NOTHING
        if found is _NOTHING:
            raise NameNotFound(_unknown_name(source, module))
    return found


def _unknown_name(source: ModelSource, module: ModuleType) -> str:
    names = ", ".join(model_names(module)) or "none"
    file = Path(source.location).name
    if not source.name:
        return f"Say which model in {file} is meant. Models in it: {names}."
    return f"{file} has no {source.name!r}. Models in it: {names}."


def model_names(module: ModuleType) -> list[str]:
    """Names of the modules and module classes that a Python module defines itself."""
    return [
        name
        for name, value in vars(module).items()
        if isinstance(value, nn.Module)
        or (
            inspect.isclass(value)
            and issubclass(value, nn.Module)
            and value.__module__ == module.__name__
        )
    ]


def _made(source: ModelSource, factory: Any) -> Any:
    if not callable(factory):
        return factory
    needed = _needed_arguments(factory)
    if needed:
        raise _arguments_needed(source, factory, needed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        try:
            return factory()
        except BaseException as error:
            raise load_failed(f"{source.name}() failed", error) from error


def _needed_arguments(factory: Any) -> list[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    optional = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in optional]


def _arguments_needed(source: ModelSource, factory: Any, needed: list[str]) -> ArgumentsNeeded:
    try:
        line = inspect.getsourcelines(factory)[1]
        file = inspect.getsourcefile(factory)
    except (OSError, TypeError):
        line, file = 1, None
    plural = "s" if len(needed) > 1 else ""
    return ArgumentsNeeded(
        f"{source.name} needs the argument{plural} {', '.join(needed)}.",
        hint=f"Write a function without arguments that returns {source.name}(…), and open that.",
        file=file,
        line=line,
    )

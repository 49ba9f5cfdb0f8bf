"""From a parsed source to a live model, in the process that is meant to run user code.

Called by the worker. Failures of the user's code become errors with the file and line to look at.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import torch
from torch import nn

from interpogate.errors import (
    ArgumentsNeeded,
    InterpogateError,
    LoadFailed,
    NameNotFound,
    NotAModel,
    PackageMissing,
    RemoteCodeRefused,
    SourceInvalid,
    SourceNotFound,
)
from interpogate.model.sources import ModelSource
from interpogate.trace.source import failure_source

_HUB_TIMEOUT_S = 5.0


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

    @property
    def file(self) -> str | None:
        """The Python file it was loaded from."""
        return self.source.location if self.source.kind == "file" else None


def load_model(source: ModelSource, folder: Path, *, trust_remote_code: bool) -> LoadedModel:
    """Load what `source` names. Raises subclasses of `InterpogateError` only."""
    _importable(folder)
    match source.kind:
        case "demo":
            return _demo(source)
        case "pretrained":
            return _pretrained(source, source.location, trust_remote_code=trust_remote_code)
        case "file":
            return _from_module(source, _run_file(Path(source.location)))
        case "import":
            return _from_module(source, _import(source.location))


def _importable(folder: Path) -> None:
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def _demo(source: ModelSource) -> LoadedModel:
    from interpogate.demo import SAMPLE_TEXT, demo_directory

    loaded = _pretrained(source, str(demo_directory()), trust_remote_code=False)
    return LoadedModel(loaded.model, source, loaded.tokenizer, sample_text=SAMPLE_TEXT)


def _pretrained(source: ModelSource, name: str, *, trust_remote_code: bool) -> LoadedModel:
    transformers = _transformers()
    options = {
        "trust_remote_code": trust_remote_code,
        "local_files_only": Path(name).is_dir() or not _is_hub_reachable(),
    }
    try:
        config = transformers.AutoConfig.from_pretrained(name, **options)
        importlib.invalidate_caches()  # code of its own was just written below folders already read
        model = _pretrained_class(transformers, config).from_pretrained(name, **options)
    except (OSError, ValueError) as error:
        if not trust_remote_code and "trust_remote_code=True" in str(error):
            raise RemoteCodeRefused(f"{name!r} comes with Python code of its own.") from error
        raise SourceNotFound(
            f"transformers cannot load {name!r}: {_first_line(error)}",
            hint="Name a directory that save_pretrained() wrote, or an id within reach.",
        ) from error
    except BaseException as error:
        raise _failed(f"Loading {name!r} failed", error) from error
    return LoadedModel(model.eval(), source, _tokenizer(transformers, name, options))


def _transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise PackageMissing(
            f"The interpreter {sys.executable} has no transformers, which this model needs.",
        ) from error
    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return transformers


def _pretrained_class(transformers: Any, config: Any) -> Any:
    for name in getattr(config, "architectures", None) or ():
        if hasattr(transformers, name):
            return getattr(transformers, name)
    own = [name for name in getattr(config, "auto_map", None) or () if name.startswith("AutoModel")]
    return getattr(transformers, min(own, key=_preference), None) if own else transformers.AutoModel


def _preference(auto_class: str) -> tuple[bool, bool]:
    """Of the classes a repository offers: the one that predicts tokens, then any with a head."""
    return auto_class != "AutoModelForCausalLM", auto_class == "AutoModel"


def _is_hub_reachable() -> bool:
    """Ask once, since the hub's client repeats a failed connection for half a minute."""
    if any(getproxies().get(scheme) for scheme in ("https", "all")):
        return True
    host = urlsplit(os.environ.get("HF_ENDPOINT", "https://huggingface.co"))
    try:
        socket.create_connection((host.hostname or "", host.port or 443), _HUB_TIMEOUT_S).close()
    except OSError:
        return False
    return True


def _tokenizer(transformers: Any, name: str, options: dict[str, Any]) -> Any:
    try:
        return transformers.AutoTokenizer.from_pretrained(name, **options)
    except BaseException:  # noqa: BLE001 (many models come without one; each fails in its own way)
        return None


def _run_file(file: Path) -> ModuleType:
    _importable(file.parent)
    # A file may be called like a module in use; that one must stay what it is.
    name = f"opened_{file.stem}" if file.stem in sys.modules else file.stem
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise SourceInvalid(f"{file.name} is no Python file.", file=str(file), line=1)
    loader, module = spec.loader, importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _no_bytecode():
        _running(lambda: loader.exec_module(module), file.name, file=str(file))
    return module


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Two saves within a second would load the first one's bytecode; and the folder stays clean."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def _import(name: str) -> ModuleType:
    try:
        found = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        found = None
    if found is None:
        raise SourceNotFound(
            f"There is no Python module {name!r} in the selected interpreter or the workspace.",
        )
    module: ModuleType = _running(lambda: importlib.import_module(name), name, file=found.origin)
    return module


def _running(action: Callable[[], Any], what: str, *, file: str | None) -> Any:
    try:
        return action()
    except SyntaxError as error:
        raise SourceInvalid(
            f"{what} has a syntax error in line {error.lineno}: {error.msg}.",
            file=error.filename or file,
            line=error.lineno or 1,
        ) from error
    except ImportError as error:
        raise _missing_package(what, error, file) from error
    except BaseException as error:
        place = failure_source(error.__traceback__)
        raise SourceInvalid(
            f"Importing {what} failed: {type(error).__name__}: {_first_line(error)}",
            file=place.file if place else file,
            line=place.line if place else 1,
        ) from error


def _missing_package(what: str, error: ImportError, file: str | None) -> InterpogateError:
    if isinstance(error, ModuleNotFoundError) and error.name:
        return PackageMissing(
            f"{what} needs the package {error.name!r}, which {sys.executable} does not have.",
        )
    return SourceInvalid(f"Importing {what} failed: {_first_line(error)}", file=file, line=1)


def _from_module(source: ModelSource, module: ModuleType) -> LoadedModel:
    found = _named(source, module)
    model = found if isinstance(found, nn.Module) else _made(source, found)
    expression = source.name if found is model else f"{source.name}()"
    tokenizer, processor = None, getattr(module, "image_processor", None)
    is_pipeline = not isinstance(model, nn.Module)
    if not isinstance(model, nn.Module) and isinstance(getattr(model, "model", None), nn.Module):
        tokenizer = getattr(model, "tokenizer", None)  # a transformers pipeline
        processor = getattr(model, "image_processor", None) or processor
        model = model.model
    if not isinstance(model, nn.Module):
        raise NotAModel(f"{source.name} is a {type(model).__name__}, not an nn.Module.")
    examples = getattr(model, "example_inputs", None) or getattr(module, "example_inputs", None)
    return LoadedModel(
        model.eval(),
        source,
        tokenizer,
        examples,
        image_processor=processor,
        expression=expression,
        is_pipeline=is_pipeline,
    )


def _named(source: ModelSource, module: ModuleType) -> Any:
    found: Any = module
    for part in source.name.split("."):
        if not part or not hasattr(found, part):
            raise NameNotFound(_unknown_name(source, module))
        found = getattr(found, part)
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
            raise _failed(f"{source.name}() failed", error) from error


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


def _failed(what: str, error: BaseException) -> LoadFailed:
    place = failure_source(error.__traceback__)
    return LoadFailed(
        f"{what}: {type(error).__name__}: {_first_line(error)}",
        file=place.file if place else None,
        line=place.line if place else 0,
    )


def _first_line(error: BaseException) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")

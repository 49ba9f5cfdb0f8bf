"""Models of transformers: a directory that `save_pretrained` wrote, or an id.

A directory with only `config.json` becomes the architecture without weights, on the device `meta`.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

import torch
from torch import nn

from interpogate.errors import LoadFailed, PackageMissing, RemoteCodeRefused, SourceNotFound
from interpogate.model.python_modules import first_line
from interpogate.trace.source import failure_source

_HUB_TIMEOUT_S = 5.0
_WEIGHT_FILES = frozenset(
    {".safetensors", ".bin", ".pt", ".pth", ".h5", ".msgpack", ".ckpt", ".gguf"}
)
_META_HINT = (
    "To see the architecture without weights, open a function that returns the model built under "
    'torch.device("meta").'
)


def load_pretrained(name: str, *, trust_remote_code: bool) -> tuple[nn.Module, Any]:
    """The model and its tokenizer; None without one, and where no values can be computed.

    Raises `PackageMissing`, `RemoteCodeRefused`, `SourceNotFound`, `LoadFailed`.
    """
    transformers = _transformers()
    options = {
        "trust_remote_code": trust_remote_code,
        "local_files_only": Path(name).is_dir() or not _is_hub_reachable(),
    }
    try:
        config = transformers.AutoConfig.from_pretrained(name, **options)
        importlib.invalidate_caches()  # code of its own was just written below folders already read
        kind = _pretrained_class(transformers, config)
        if not has_weights(name):
            return _architecture(kind, config, trust_remote_code=trust_remote_code), None
        model = kind.from_pretrained(name, **options)
    except (OSError, ValueError) as error:
        if not trust_remote_code and "trust_remote_code=True" in str(error):
            raise RemoteCodeRefused(f"{name!r} comes with Python code of its own.") from error
        raise SourceNotFound(
            f"transformers cannot load {name!r}: {first_line(error)}",
            hint="Name a directory that save_pretrained() wrote, or an id within reach.",
        ) from error
    except BaseException as error:
        raise load_failed(f"Loading {name!r} failed", error) from error
    return model, _tokenizer(transformers, name, options)


def has_weights(name: str) -> bool:
    """Whether a directory holds more than a configuration; True for what is not a directory."""
    folder = Path(name)
    return not folder.is_dir() or any(
        _WEIGHT_FILES.intersection(file.suffixes) for file in folder.iterdir()
    )


def _architecture(kind: Any, config: Any, *, trust_remote_code: bool) -> Any:
    try:
        with torch.device("meta"):
            if hasattr(kind, "from_config"):
                return kind.from_config(config, trust_remote_code=trust_remote_code)
            return kind._from_config(config)
    except BaseException as error:
        failed = load_failed("The directory has no weights, and without them", error)
        raise LoadFailed(
            str(failed), hint=_META_HINT, file=failed.file, line=failed.line
        ) from error


def load_failed(what: str, error: BaseException) -> LoadFailed:
    """The error for code of the user's or of a library that raised while it built a model."""
    place = failure_source(error.__traceback__)
    return LoadFailed(
        f"{what}: {type(error).__name__}: {first_line(error)}",
        file=place.file if place else None,
        line=place.line if place else 0,
    )


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

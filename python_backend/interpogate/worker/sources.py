"""Which files a model was loaded from, so that the server can watch them. Called by `session.py`.

The model's own file, the Python modules of the user that it imported, the files of a local
transformers directory; never what is installed.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import interpogate
from interpogate.errors import SourceNotFound
from interpogate.graph.graph import Graph
from interpogate.model.sources import ModelSource, parse_source
from interpogate.presentation.module_table import module_shapes
from interpogate.protocol import messages as m
from interpogate.protocol.source_text import text_digest
from interpogate.trace.loaded_text import read_source

if TYPE_CHECKING:
    from interpogate.worker.session import Session

_MOST_FILES = 1_000
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_MODEL_FILES = frozenset({".json", ".safetensors", ".bin", ".model", ".txt", ".py", ".jinja"})
_OWN = str(Path(interpogate.__file__).parent) + os.sep


@dataclass(frozen=True, kw_only=True)
class SourceFiles:
    """The event `source/files`, which only worker and server know."""

    model_id: str
    files: tuple[str, ...]


class LoadedTexts:
    """The texts of the user's Python files as they were loaded, by their digests."""

    def __init__(self, files: Iterable[str]) -> None:
        self._digests = {os.path.realpath(file): _digest(file) for file in files}

    def is_changed(self, file: str, digest: str) -> bool:
        """Whether a file has another text now; False for one that was not the user's."""
        return self._digests.get(os.path.realpath(file), digest) != digest


def _digest(file: str) -> str:
    """Empty for what is no Python text."""
    try:
        return text_digest(read_source(file)) if file.endswith(".py") else ""
    except (OSError, SyntaxError, ValueError):
        return ""


def first_shapes(session: Session, request: m.ReadModuleShapes) -> m.ModuleShapes:
    """What the first look saw, whatever has run since: two workers' first looks can be compared.

    Answers `source/shapes`, which only worker and server know.
    """
    opened = session.opened
    graph = Graph(opened.modules.tree, opened.look.recording, opened.look.origin)
    return module_shapes(graph, session.state.graph_version, request.first)


def source_files(text: str, folder: Path) -> tuple[str, ...]:
    """Absolute paths, the model's own file first, by the name that the user gave it."""
    try:
        source = parse_source(text, folder)
    except SourceNotFound:
        return _named_file(text, folder)
    own = _own_files(source, text, folder)
    real = {os.path.realpath(file) for file in own}
    roots = tuple({str(root).rstrip(os.sep) + os.sep for root in _roots(source, folder)})
    imported = [file for file in _imported(roots) if os.path.realpath(file) not in real]
    return tuple(dict.fromkeys([*own, *imported]))[:_MOST_FILES]


def _own_files(source: ModelSource, text: str, folder: Path) -> tuple[str, ...]:
    if source.kind == "file":
        return _named_file(text, folder)
    if source.kind == "pretrained" and Path(source.location).is_dir():
        files = sorted(Path(source.location).iterdir())
        return tuple(str(file) for file in files if file.suffix in _MODEL_FILES)
    return ()


def _named_file(text: str, folder: Path) -> tuple[str, ...]:
    """The file as it was named: a link may come to stand for another file."""
    path = text.strip().rpartition(":")[0]
    if "\0" in path:
        return ()
    named = folder / os.path.expanduser(path)  # noqa: PTH111 (raises for a `~` of nobody)
    return (os.path.abspath(named),) if path.endswith(".py") else ()  # noqa: PTH100 (keeps links)


def _roots(source: ModelSource, folder: Path) -> Iterator[Path]:
    yield folder
    yield folder.resolve()
    if source.kind == "file":
        yield Path(source.location).parent
    if source.kind == "import":
        package = sys.modules.get(source.location.partition(".")[0])
        places = list(getattr(package, "__path__", ()))
        yield from (Path(place) for place in places)


def _imported(roots: tuple[str, ...]) -> Iterator[str]:
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and file.endswith(".py") and _is_users(file, roots):
            yield os.path.abspath(file)  # noqa: PTH100 (keeps links)


def _is_users(file: str, roots: tuple[str, ...]) -> bool:
    if not file.startswith(roots) or file.startswith((_OWN, _standard_library())):
        return False
    return _INSTALLED.isdisjoint(Path(file).parts)


def _standard_library() -> str:
    return sysconfig.get_path("stdlib") + os.sep

"""Which package a Python file belongs to, read from the folders around it. Imports nothing.

A file with relative imports works only as a module of its package.
"""

from __future__ import annotations

import ast
import tokenize
from dataclasses import dataclass
from pathlib import Path

_INIT = "__init__.py"


@dataclass(frozen=True)
class PackagedFile:
    """A file as a module of a package."""

    file: Path
    folders: tuple[Path, ...]
    """The packages around it, the topmost first; never empty."""
    is_needed: bool
    """Whether the file has relative imports, so that it cannot run without its package."""

    @property
    def root(self) -> Path:
        """The folder from which the topmost package is imported."""
        return self.folders[0].parent

    @property
    def name(self) -> str:
        """The module's name from there, such as `whisper.model`."""
        names = [folder.name for folder in self.folders]
        return ".".join(names if self.file.name == _INIT else [*names, self.file.stem])


def packaged(file: Path, workspace: Path) -> PackagedFile | None:
    """The file in its package; None for a file that is in none and needs none.

    Folders without `__init__.py` count where the relative imports need them: then all below
    `workspace`, from where such modules are named.
    """
    levels = _relative_levels(file)
    regular = _regular_packages(file.parent)
    count = len(regular)
    if levels > count:
        count = max(levels, _depth(file.parent, workspace))
    folders = [file.parent, *file.parent.parents][:count]
    named = [folder for folder in folders if folder.name and "." not in folder.name]
    if not named or named != folders:
        return None
    return PackagedFile(file, tuple(reversed(folders)), is_needed=levels > 0)


def _regular_packages(folder: Path) -> list[Path]:
    found = []
    while (folder / _INIT).is_file() and folder.name and "." not in folder.name:
        found.append(folder)
        folder = folder.parent
    return found


def _depth(folder: Path, workspace: Path) -> int:
    workspace = workspace.resolve()
    return len(folder.relative_to(workspace).parts) if folder.is_relative_to(workspace) else 0


def _relative_levels(file: Path) -> int:
    """How many folders up the file's relative imports reach; 0 without any."""
    try:
        with tokenize.open(file) as stream:
            tree = ast.parse(stream.read())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 0  # running the file says what is wrong with it
    return max((n.level for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)), default=0)

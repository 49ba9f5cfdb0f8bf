"""The modules of a model, depth first, as the model declares them."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches

from interpogate.errors import PathNotFound


@dataclass(frozen=True)
class Source:
    """A place in a file; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Parameter:
    """A parameter or buffer that belongs to a module itself."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    is_buffer: bool
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Module:
    """One module instance. The first of its names is its path, the others are `other_paths`."""

    index: int
    path: str
    name: str
    parent: int
    """Index of the parent; -1 for the root."""
    class_name: str
    qualified_name: str
    children: tuple[int, ...]
    last: int
    """Index of the last module inside; its own for a leaf."""
    parameters: tuple[Parameter, ...]
    parameter_count: int
    attributes: tuple[tuple[str, str], ...]
    other_paths: tuple[str, ...]
    signature: str
    """Equal for modules of equal structure."""
    is_library: bool
    """Whether the class belongs to torch itself."""
    registered: tuple[tuple[str, int], ...] = ()
    """Every submodule by its own name, also those whose path is elsewhere; names may share one."""


@dataclass(frozen=True)
class ModuleTree:
    """All modules, parents before children; row 0 is the root, whose path is `.`."""

    modules: tuple[Module, ...]
    paths: dict[str, int] = field(repr=False)
    """Every name of every module."""

    def at(self, path: str) -> Module:
        """The module at a path. Raises `PathNotFound` with the nearest names."""
        try:
            return self.modules[self.paths[path or "."]]
        except KeyError:
            raise PathNotFound(self._unknown(path)) from None

    def _unknown(self, path: str) -> str:
        near = get_close_matches(path, self.paths, n=3, cutoff=0.5)
        ending = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
        return f"The model has no module at {path!r}.{ending}"

    def ancestors(self, index: int) -> tuple[int, ...]:
        """Module indices from the root down to `index`, both included."""
        chain = [index]
        while self.modules[chain[-1]].parent >= 0:
            chain.append(self.modules[chain[-1]].parent)
        return tuple(reversed(chain))

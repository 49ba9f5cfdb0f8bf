"""Places in files as a picture tells them: it is handed on, so it keeps no folder of a machine."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from interpogate.protocol import messages as m

Told = TypeVar("Told", m.NodeDetails, m.ModelState, m.RunState)


def portable(told: Told) -> Told:
    """The same message with places that mean the same on another machine."""
    values = ((field.name, getattr(told, field.name)) for field in fields(told))
    places = {name: v for name, v in values if isinstance(v, (m.SourceLocation, m.Problem))}
    moved: dict[str, Any] = {
        name: replace(place, file=_moved(place.file)) for name, place in places.items()
    }
    return replace(told, **moved)


def _moved(file: str | None) -> Any:
    return None if file is None else portable_path(file)


@cache
def portable_path(file: str) -> str:
    """A path below the folder that it was imported from, else the file's name alone."""
    path = Path(file)
    if "ipykernel" in path.parent.name:
        return "notebook cell"
    inside = [path.relative_to(folder) for folder in _roots() if path.is_relative_to(folder)]
    return min(inside, key=lambda found: len(found.parts)).as_posix() if inside else path.name


def _roots() -> Iterator[str]:
    yield from (folder for folder in sys.path if folder)
    yield from set(sysconfig.get_paths().values())
    yield str(Path.cwd())

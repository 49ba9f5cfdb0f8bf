"""Runs a Python file or imports a module; what goes wrong there becomes an error for the user.

Knows nothing of models.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

from interpogate.errors import InterpogateError, PackageMissing, SourceInvalid, SourceNotFound
from interpogate.model.packages import PackagedFile, packaged
from interpogate.trace.source import failure_source

_RELATIVE_HINT = "Name it package.module:NAME, from the folder above its topmost package."


def importable(folder: Path) -> None:
    """Let Python find modules in a folder, before those of the same name elsewhere."""
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))


def run_file(file: Path, workspace: Path) -> ModuleType:
    """The module that a file makes, as a part of its package if it lies in one.

    Raises `SourceInvalid`, `PackageMissing`.
    """
    found = packaged(file, workspace)
    name = None if found is None else _name_in_package(found)
    if name is None or found is None:
        importable(file.parent)
        return _run(_free_name(file.stem, file), file, file.name)
    if file.name == "__init__.py":
        return sys.modules[name]
    module = _run(name, file, file.name)
    parent, _, own = name.rpartition(".")
    setattr(sys.modules[parent], own, module)
    return module


def import_module(name: str) -> ModuleType:
    """The module of a dotted name. Raises `SourceNotFound`, `SourceInvalid`, `PackageMissing`."""
    if not all(part.isidentifier() for part in name.split(".")):
        raise _no_module(name)
    try:
        module: ModuleType = running(lambda: importlib.import_module(name), name, file=None)
    except InterpogateError as error:
        if _is_missing_itself(error.__cause__, name):
            raise _no_module(name) from error.__cause__
        raise
    return module


def _is_missing_itself(error: BaseException | None, name: str) -> bool:
    if not isinstance(error, ModuleNotFoundError) or not error.name:
        return False
    return f"{name}.".startswith(f"{error.name}.") and not failure_source(error.__traceback__)


def _no_module(name: str) -> SourceNotFound:
    return SourceNotFound(
        f"There is no Python module {name!r} in the selected interpreter or the workspace.",
    )


def _name_in_package(found: PackagedFile) -> str | None:
    """The module's name once the packages around it are imported.

    None if that fails and the file does not need them: it can run alone.
    """
    importable(found.root)
    names = found.name.split(".")
    names[0] = _free_name(names[0], found.folders[0])
    begun = set(sys.modules)
    try:
        for depth, folder in enumerate(found.folders, start=1):
            _import_package(".".join(names[:depth]), folder)
    except InterpogateError:
        if found.is_needed:
            raise
        for name in set(sys.modules) - begun:
            if f"{name}.".startswith(f"{names[0]}."):
                del sys.modules[name]  # an import by the file itself says what is wrong
        return None
    _beside(found)
    return ".".join(names)


def _beside(found: PackagedFile) -> None:
    """A script in a folder that is a package by accident imports its neighbours by plain names."""
    if not found.is_needed:
        importable(found.file.parent)
    elif str(found.file.parent) not in sys.path:
        sys.path.append(str(found.file.parent))


def _free_name(name: str, place: Path) -> str:
    """A file may be called like a module in use; that one must stay what it is."""
    while name in sys.modules and not _is_at(sys.modules[name], place):
        name = f"opened_{name}"
    return name


def _is_at(module: ModuleType, folder: Path) -> bool:
    return str(folder) in [str(path) for path in getattr(module, "__path__", ())]


def _import_package(name: str, folder: Path) -> None:
    init = folder / "__init__.py"
    if name in sys.modules:
        return
    if init.is_file():
        _run(name, init, f"the package {folder.name}", [str(folder)])
        return
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = [str(folder)]
    sys.modules[name] = importlib.util.module_from_spec(spec)


def _run(name: str, file: Path, what: str, locations: list[str] | None = None) -> ModuleType:
    known = sys.modules.get(name)
    if known is not None and getattr(known, "__file__", None) == str(file):
        return known  # its package imported it
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=locations)
    if spec is None or spec.loader is None:
        raise SourceInvalid(f"{file.name} is not a Python file.", file=str(file), line=1)
    loader, module = spec.loader, importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    with _no_bytecode():
        running(lambda: loader.exec_module(module), what, file=str(file))
    return module


@contextmanager
def _no_bytecode() -> Iterator[None]:
    """Two saves within a second would load the first one's bytecode; and the folder stays clean."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def running(action: Callable[[], Any], what: str, *, file: str | None) -> Any:
    """What `action` returns. Raises `SourceInvalid` and `PackageMissing` with the place."""
    try:
        return action()
    except SyntaxError as error:
        raise SourceInvalid(
            f"{_capital(what)} has a syntax error in line {error.lineno or 1}: {error.msg}.",
            file=error.filename or file,
            line=error.lineno or 1,
        ) from error
    except BaseException as error:
        raise _import_failed(what, error, file) from error


def _import_failed(what: str, error: BaseException, file: str | None) -> InterpogateError:
    found = failure_source(error.__traceback__)
    place = (found.file, found.line) if found else (file, 1)
    if isinstance(error, ModuleNotFoundError) and error.name and _is_foreign(error.name):
        return PackageMissing(
            f"{_capital(what)} needs the package {error.name!r}, "
            f"which {sys.executable} does not have.",
            file=place[0],
            line=place[1] if found else 0,
        )
    kind = "" if isinstance(error, ImportError) else f"{type(error).__name__}: "
    return SourceInvalid(
        f"Importing {what} failed: {kind}{first_line(error)}",
        hint=_RELATIVE_HINT if "relative import" in str(error) else None,
        file=place[0],
        line=place[1],
    )


def _is_foreign(name: str) -> bool:
    """Whether a missing module is of a package that is missing as a whole."""
    package = name.partition(".")[0]
    return package not in sys.modules and PathFinder.find_spec(package) is None


def _capital(text: str) -> str:
    return f"The{text[3:]}" if text.startswith("the ") else text


def first_line(error: BaseException) -> str:
    """What an exception says, in one line."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "no message")

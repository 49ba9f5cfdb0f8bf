"""What a model source string names. Reads no file but asks whether it exists; imports nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from interpogate.errors import SourceNotFound

_LONGEST_SHOWN = 80
_LONGEST_IDENTIFIER = 200

Kind = Literal["demo", "pretrained", "file", "import"]


@dataclass(frozen=True)
class ModelSource:
    """A parsed source."""

    kind: Kind
    location: str
    """A directory or transformers id, a file, or a module to import; empty for the demo."""
    name: str = ""
    """Name inside the file or module."""

    @property
    def title(self) -> str:
        """Short name for tabs."""
        if self.kind == "demo":
            return "Demo model"
        location = Path(self.location)
        plain = location.parent.name if location.name == "model" else location.name
        return self.name or plain or self.location


def parse_source(text: str, folder: Path) -> ModelSource:
    """Parse `demo`, a directory, `path/file.py:name`, `package.module:name` or a transformers id.

    Relative paths start from `folder`. Raises `SourceNotFound`.
    """
    text = text.strip()
    try:
        return _parsed(text, folder)
    except (OSError, ValueError, RuntimeError) as error:
        # A name that is too long, holds NUL or half of a character, or `~` of nobody.
        raise SourceNotFound(f"There is no model at {_shown(text)}.") from error


def _parsed(text: str, folder: Path) -> ModelSource:
    if text in ("demo", ""):
        return _demo(text)
    path, _, name = text.rpartition(":")
    if path.endswith(".py"):
        return _file(path, name, folder)
    directory = (folder / Path(text).expanduser()).resolve()
    if directory.is_dir():
        return _directory(directory, text)
    if text.endswith(".py"):
        raise SourceNotFound(
            f"{text} is a file: say which model in it is meant.",
            hint=f"Write {text}:NAME, where NAME is a module, a class or a function.",
        )
    if path and name.replace(".", "_").isidentifier():
        return ModelSource("import", path, name)
    return _identifier(text)


def _demo(text: str) -> ModelSource:
    if not text:
        raise SourceNotFound("No model was named.")
    return ModelSource("demo", "")


def _file(path: str, name: str, folder: Path) -> ModelSource:
    file = (folder / Path(path).expanduser()).resolve()
    if not file.is_file():
        raise SourceNotFound(f"There is no file {path} in {folder}.")
    return ModelSource("file", str(file), name)


def _directory(directory: Path, text: str) -> ModelSource:
    if not (directory / "config.json").is_file():
        raise SourceNotFound(
            f"The directory {text} has no config.json, so it holds no transformers model.",
            hint="Name a directory that save_pretrained() wrote, or path/file.py:name.",
        )
    return ModelSource("pretrained", str(directory))


def _identifier(text: str) -> ModelSource:
    is_path = text.startswith((".", "/", "~")) or any(c.isspace() for c in text) or ":" in text
    if is_path or len(text) > _LONGEST_IDENTIFIER or not text.isprintable():
        raise SourceNotFound(f"There is no model at {_shown(text)}.")
    return ModelSource("pretrained", text)


def _shown(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")

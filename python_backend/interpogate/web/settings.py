"""What `interpogate serve` was told: flag over environment over `pyproject.toml` over default.

Who can reach the server is never taken from `pyproject.toml`: a cloned folder brings that.

Reads the environment and one file, starts nothing. Called by `command.py`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from interpogate.errors import InterpogateError
from interpogate.web.admission import TOKEN_LENGTH, is_host, is_token

DTYPES = ("float32", "float16", "bfloat16", "float64")
_DEVICE = re.compile(r"[a-z]+(?::\d+)?")
_TRUTH = {"1": True, "true": True, "yes": True, "on": True}
_TRUTH |= {"0": False, "false": False, "no": False, "off": False, "": False}
_MAXIMUM_PORT = (1 << 16) - 1


# Who hands over a folder must not decide who reaches this machine.
_NEVER_FROM_A_FOLDER = ("host", "allow_host")


class SettingInvalid(InterpogateError):
    """A value that a setting cannot have."""

    code = "web.settingInvalid"
    hint = "See interpogate serve --help."


@dataclass(frozen=True, kw_only=True)
class ServeSettings:
    """All settings, checked."""

    host: str = "127.0.0.1"
    port: int = 0
    text: str | None = None
    no_browser: bool = False
    device: str | None = None
    dtype: str | None = None
    tensor_memory: int | None = None
    """Megabytes."""
    allow_host: tuple[str, ...] = ()
    token: str | None = field(default=None, repr=False)
    ignored: tuple[str, ...] = ()
    """What the folder's `pyproject.toml` may not set, and does."""


def read_settings(
    flags: Mapping[str, Any], environment: Mapping[str, str], folder: Path
) -> ServeSettings:
    """Settings from the flags that were given, the environment, and the folder's `pyproject.toml`.

    Raises `SettingInvalid` with one sentence that names the place of the bad value.
    """
    from_file = _file_values(folder / "pyproject.toml")
    ignored = tuple(name for name in _NEVER_FROM_A_FOLDER if from_file.pop(name, None) is not None)
    found: dict[str, Any] = {}
    for name, read in _READERS.items():
        for place, value in _places(name, flags, environment, from_file):
            if value is not None:
                found[name] = read(value, place)
                break
    token = environment.get("INTERPOGATE_TOKEN") or None
    return ServeSettings(**found, token=_token(token) if token else None, ignored=ignored)


def _places(
    name: str, flags: Mapping[str, Any], environment: Mapping[str, str], file: Mapping[str, Any]
) -> list[tuple[str, Any]]:
    written, variable = name.replace("_", "-"), f"INTERPOGATE_{name.upper()}"
    return [
        (f"--{written}", flags.get(name)),
        (variable, environment.get(variable) or None),
        (f"{written} in [tool.interpogate] of pyproject.toml", file.get(name)),
    ]


def _file_values(file: Path) -> dict[str, Any]:
    table = _toml(file).get("tool", {})
    values = table.get("interpogate", {}) if isinstance(table, dict) else {}
    if not isinstance(values, dict):
        raise SettingInvalid("[tool.interpogate] of pyproject.toml is not a table.")
    named = {key.replace("-", "_"): value for key, value in values.items()}
    unknown = [key for key in values if key.replace("-", "_") not in _READERS]
    if unknown:
        known = ", ".join(name.replace("_", "-") for name in _READERS)
        raise SettingInvalid(
            f"[tool.interpogate] of pyproject.toml has an unknown setting {unknown[0]!r}.",
            hint=f"Known are {known}.",
        )
    return named


def _toml(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    if "tool.interpogate" not in text:  # what other tools keep there is none of our business
        return {}
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingInvalid(f"{file} cannot be read: {error}.") from error


def _host(value: Any, place: str) -> str:
    text = _text(value, place).strip("[]").lower()
    if not is_host(text):
        raise SettingInvalid(f"{place} must be a host name or an address, not {value!r}.")
    return text


def _port(value: Any, place: str) -> int:
    text = str(value) if not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()) or int(text) > _MAXIMUM_PORT:
        raise SettingInvalid(f"{place} must be a whole number from 0 to 65535, not {value!r}.")
    return int(text)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise SettingInvalid(f"{place} must be a text, not {value!r}.")
    return value


def _truth(value: Any, place: str) -> bool:
    known = value if isinstance(value, bool) else _TRUTH.get(str(value).lower())
    if known is None:
        raise SettingInvalid(f"{place} must be true or false, not {value!r}.")
    return known


def _device(value: Any, place: str) -> str:
    text = _text(value, place)
    if not _DEVICE.fullmatch(text):
        raise SettingInvalid(f"{place} must be a device such as cpu or cuda:0, not {value!r}.")
    return text


def _dtype(value: Any, place: str) -> str:
    if value not in DTYPES:
        raise SettingInvalid(f"{place} must be one of {', '.join(DTYPES)}, not {value!r}.")
    return str(value)


def _megabytes(value: Any, place: str) -> int:
    text = str(value) if not isinstance(value, bool) else ""
    if not (text.isascii() and text.isdigit()):
        raise SettingInvalid(f"{place} must be a whole number of megabytes, not {value!r}.")
    return int(text)


def _hosts(value: Any, place: str) -> tuple[str, ...]:
    names = value.split(",") if isinstance(value, str) else value
    if not isinstance(names, (list, tuple)):
        raise SettingInvalid(f"{place} must be host names, not {value!r}.")
    cleaned = tuple(_text(name, place).strip().lower() for name in names)
    wrong = [name for name in cleaned if not is_host(name)]
    if wrong:
        raise SettingInvalid(f"{place} must be host names such as box.lan:8000, not {wrong[0]!r}.")
    return cleaned


def _token(value: str) -> str:
    if not is_token(value):
        raise SettingInvalid(
            f"INTERPOGATE_TOKEN must be at least {TOKEN_LENGTH} letters, digits, - or _.",
            hint="Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return value


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "host": _host,
    "port": _port,
    "text": _text,
    "no_browser": _truth,
    "device": _device,
    "dtype": _dtype,
    "tensor_memory": _megabytes,
    "allow_host": _hosts,
}

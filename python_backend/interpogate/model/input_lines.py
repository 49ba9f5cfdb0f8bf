"""What stands in the inputs box: a line for each argument, and the values that the lines mean.

`x = float32[1, 3]` is random, `x = file("cat.png")` an image, `x = npy("x.npy")` an array, anything
else JSON. Called by the worker.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

from interpogate.errors import InputNotUploaded, InputsInvalid, InterpogateError, UploadRefused
from interpogate.model.arrays import MAGIC, array_of
from interpogate.model.images import pixels_of, prepare_image
from interpogate.model.inputs import Inputs, InputShape, input_shape, model_device, random_tensor
from interpogate.model.load import LoadedModel
from interpogate.model.uploads import Uploads
from interpogate.trace.values import dtype_name

_LINE = re.compile(r"([^\W\d]\w*(?:\.\d+)?)\s*=\s*(.*)$", re.DOTALL)
_RANDOM = re.compile(r"(\w+)\s*\[([\d,\s]*)\]$")
_FILE = re.compile(r"(file|npy)\(\s*(\"[^\"]*\"|'[^']*')\s*\)$")
_HINT = (
    'Write one argument a line: x = float32[1, 3], x = file("cat.png"), '
    'x = npy("x.npy"), or a JSON value such as true, 3 or [1, 2].'
)


@dataclass(frozen=True)
class FileReference:
    """An uploaded file; `npy` is taken as it is, `file` also as an image."""

    kind: str
    name: str


@dataclass(frozen=True)
class Value:
    """A JSON value."""

    value: Any


@dataclass(frozen=True)
class InputLine:
    """One argument."""

    number: int
    """From 1."""
    name: str
    content: InputShape | FileReference | Value


@dataclass(frozen=True)
class ReadInputs:
    """Arguments for a forward pass, and what was done to get them."""

    values: Inputs
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class InputSources:
    """What lines are read with."""

    loaded: LoadedModel
    uploads: Uploads
    examples: Mapping[str, Any] = field(default_factory=dict)
    """Inputs that fit, for shapes and dtypes."""
    processor: Any = None
    """The model's image processor, if it has one."""


def parse_lines(text: str) -> tuple[InputLine, ...]:
    """Read the box; empty lines and those that begin with `#` say nothing.

    Raises `InputsInvalid` naming the line.
    """
    numbered = enumerate(text.splitlines(), start=1)
    said = [(n, line) for n, line in numbered if line.strip() and not line.strip().startswith("#")]
    lines = tuple(_parsed(number, line) for number, line in said)
    names: set[str] = set()
    for line in lines:
        if line.name in names:
            raise _wrong(line.number, f"{line.name} is given twice.")
        names.add(line.name)
    return lines


def _parsed(number: int, text: str) -> InputLine:
    match = _LINE.match(text.strip())
    if match is None:
        raise _wrong(number, f"{text.strip()[:60]!r} is not of the form name = value.")
    name, content = match.groups()
    if random := _RANDOM.match(content):
        try:
            return InputLine(number, name, input_shape(name, *random.groups()))
        except InputsInvalid as error:
            raise _wrong(number, str(error)) from None
    if named := _FILE.match(content):
        return InputLine(number, name, FileReference(named[1], named[2][1:-1]))
    return InputLine(number, name, Value(_json(number, content)))


def _json(number: int, text: str) -> Any:
    python = {"True": "true", "False": "false", "None": "null"}
    try:
        return json.loads(python.get(text, text), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise _wrong(number, f"{text[:60]!r} is neither dtype[shape] nor JSON.") from None


def _no_constant(name: str) -> float:
    return float(name.replace("Infinity", "inf"))


def read_lines(text: str, sources: InputSources, *, seed: int) -> ReadInputs:
    """The values of all lines, on the model's device.

    Raises `InputsInvalid` naming the line, `InputNotUploaded`, `PackageMissing`.
    """
    lines = parse_lines(text)
    device = model_device(sources.loaded.model)
    generator = torch.Generator().manual_seed(seed)
    values: Inputs = {}
    notes: list[str] = []
    for line in lines:
        value, note = _read(line, sources, generator)
        values[line.name] = value.to(device) if isinstance(value, torch.Tensor) else value
        notes += [note] if note else []
    return ReadInputs(values, tuple(notes))


def _read(line: InputLine, sources: InputSources, generator: torch.Generator) -> tuple[Any, str]:
    content = line.content
    try:
        if isinstance(content, InputShape):
            return random_tensor(content, sources.loaded.model, generator), ""
        if isinstance(content, Value):
            return _converted(content.value, sources.examples.get(line.name)), ""
        return _from_file(line.name, content, sources)
    except InputNotUploaded:
        raise
    except (UploadRefused, InputsInvalid) as error:
        raise _wrong(line.number, str(error), error.own_hint) from None
    except (RuntimeError, TypeError, ValueError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise _wrong(line.number, f"{line.name} cannot be made: {reason}") from error


def _converted(value: Any, example: Any) -> Any:
    """A list becomes a tensor where the example has one, with the example's dtype."""
    if not isinstance(example, torch.Tensor) or isinstance(value, (str, dict, type(None))):
        return value
    if isinstance(value, bool) or (isinstance(value, (int, float)) and example.dim() > 0):
        return value
    made = torch.tensor(value)
    return made.to(example.dtype) if _is_safe(made.dtype, example.dtype) else made


def _is_safe(given: torch.dtype, wanted: torch.dtype) -> bool:
    return torch.can_cast(given, wanted)


def _from_file(
    name: str, reference: FileReference, sources: InputSources
) -> tuple[torch.Tensor, str]:
    data = sources.uploads.read(reference.name)
    example = sources.examples.get(name)
    fits = example if isinstance(example, torch.Tensor) else None
    if reference.kind == "npy" or (data.startswith(MAGIC) and not _is_picture(reference.name)):
        return _array(array_of(data, reference.name), reference.name, fits)
    prepared = prepare_image(
        pixels_of(data, reference.name),
        reference.name,
        processor=sources.processor,
        example=(tuple(fits.shape), fits.dtype) if fits is not None else None,
    )
    return prepared.tensor, prepared.note


def _is_picture(name: str) -> bool:
    return not name.lower().endswith(".npy")


def _array(
    array: torch.Tensor, name: str, example: torch.Tensor | None
) -> tuple[torch.Tensor, str]:
    wanted = array.dtype if example is None else example.dtype
    both_float = wanted.is_floating_point and array.dtype.is_floating_point
    if wanted == array.dtype or not both_float:
        return array, ""
    words = f"{dtype_name(array.dtype)} to {dtype_name(wanted)}"
    return array.to(wanted), f"{name} was converted from {words}, as the example has it."


def describe_upload(data: bytes, name: str) -> tuple[str, str]:
    """What a file is, and how inputs name it. Raises `UploadRefused`, `PackageMissing`."""
    if data.startswith(MAGIC) and not _is_picture(name):
        array = array_of(data, name)
        sizes = ", ".join(map(str, array.shape))
        return f"{dtype_name(array.dtype)}[{sizes}]", f'npy("{name}")'
    pixels = pixels_of(data, name)
    return f"image, {pixels.shape[1]} × {pixels.shape[0]}", f'file("{name}")'


def _wrong(number: int, message: str, hint: str = _HINT) -> InterpogateError:
    return InputsInvalid(f"Line {number}: {message}", hint=hint)

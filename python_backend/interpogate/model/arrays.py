"""Arrays from the bytes of a `.npy` file: read without pickle, and never larger than the bytes are.

Called by `input_lines.py`.
"""

from __future__ import annotations

import io
import tokenize
from typing import Any

import numpy as np
import torch

from interpogate.errors import UploadRefused

MAGIC = b"\x93NUMPY"
_HEADERS: dict[tuple[int, int], Any] = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def array_of(data: bytes, name: str) -> torch.Tensor:
    """The array as a tensor of the same shape and dtype. Raises `UploadRefused`.

    numpy makes room for what a header promises before it looks at the data; here the bytes that
    are there decide.
    """
    stream = io.BytesIO(data)
    try:
        shape, is_fortran, dtype = _HEADERS[np.lib.format.read_magic(stream)](stream)
    except (ValueError, KeyError, TypeError, OSError, SyntaxError, tokenize.TokenError):
        raise UploadRefused(f"{name} is no .npy file that numpy.save wrote.") from None
    if dtype.hasobject:
        raise UploadRefused(
            f"{name} holds Python objects, which would have to be unpickled.",
            hint="Save a plain array: numpy.save with allow_pickle=False.",
        )
    return _tensor(data[stream.tell() :], name, shape, dtype, is_fortran=is_fortran)


def _tensor(
    data: bytes, name: str, shape: tuple[int, ...], dtype: np.dtype[Any], *, is_fortran: bool
) -> torch.Tensor:
    count = 1
    for size in shape:
        count *= size
    if min(shape, default=0) < 0 or count * dtype.itemsize > len(data):
        raise UploadRefused(f"{name} is shorter than its header says.")
    try:
        flat = np.frombuffer(data, dtype=dtype, count=count)
        array = flat.reshape(shape, order="F" if is_fortran else "C")
    except (ValueError, TypeError):
        raise UploadRefused(f"{name} has a header that fits no array.") from None
    try:
        native = array.astype(dtype.newbyteorder("="), order="C")
        return torch.from_numpy(native.copy())
    except TypeError:
        raise UploadRefused(f"{name} holds {dtype.name}, of which torch has no tensors.") from None

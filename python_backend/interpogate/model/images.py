"""Images as tensors: prepared by the model's own image processor, else to the shape of the example.

Called by `input_lines.py`. Without Pillow only pixels that the page has decoded are understood.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import torch

from interpogate.errors import PackageMissing, UploadRefused
from interpogate.model.arrays import MAGIC, array_of

_MAXIMUM_PIXELS = 50_000_000
_CHANNELS = (1, 3, 4)
# What browsers name as images and cameras write; for some others Pillow starts programs (EPS).
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "WEBP", "AVIF", "BMP", "ICO", "TIFF", "PPM", "TGA")
_NORMAL_DIMENSIONS = 4


@dataclass(frozen=True)
class PreparedImage:
    """A tensor and what was done to get it, in a sentence."""

    tensor: torch.Tensor
    note: str


def pixels_of(data: bytes, name: str) -> torch.Tensor:
    """Pixels `(height, width, 3)` in uint8. Raises `UploadRefused`, `PackageMissing`."""
    if data.startswith(MAGIC):
        return _decoded_pixels(array_of(data, name), name)
    return _decoded_file(data, name)


def _decoded_pixels(pixels: torch.Tensor, name: str) -> torch.Tensor:
    if pixels.dtype != torch.uint8 or pixels.dim() != 3 or pixels.shape[2] not in _CHANNELS:  # noqa: PLR2004
        raise UploadRefused(
            f"{name} is an array, not an image.",
            hint=f'Write npy("{name}") in the place of file("{name}").',
        )
    if pixels.shape[2] == 1:
        return pixels.expand(-1, -1, 3).contiguous()
    return pixels[:, :, :3].contiguous()


def _decoded_file(data: bytes, name: str) -> torch.Tensor:
    try:
        from PIL import Image, UnidentifiedImageError
    except ImportError as error:
        raise PackageMissing(
            "Images need the package Pillow, which this interpreter does not have."
        ) from error
    try:
        return _decoded(data, name)
    except Image.DecompressionBombError:
        raise UploadRefused(
            f"{name} has too many pixels; {_MAXIMUM_PIXELS:,} can be given."
        ) from None
    except UnidentifiedImageError:
        raise UploadRefused(f"{name} is no image that Pillow can read.") from None
    except UploadRefused:
        raise
    except Exception:  # noqa: BLE001 (each decoder fails in its own way)
        raise UploadRefused(f"{name} is damaged: Pillow cannot read all of it.") from None


def _decoded(data: bytes, name: str) -> torch.Tensor:
    from PIL import Image, ImageOps

    Image.init()  # else it does not know yet which formats there are
    image = Image.open(io.BytesIO(data), formats=[f for f in _FORMATS if f in Image.OPEN])
    if image.width * image.height > _MAXIMUM_PIXELS:
        raise UploadRefused(f"{name} has {image.width} × {image.height} pixels, too many.")
    upright = ImageOps.exif_transpose(image).convert("RGB")
    flat = torch.frombuffer(bytearray(upright.tobytes()), dtype=torch.uint8)
    return flat.reshape(upright.height, upright.width, 3)


def prepare_image(
    pixels: torch.Tensor,
    name: str,
    *,
    processor: Any,
    example: tuple[tuple[int, ...], torch.dtype] | None,
) -> PreparedImage:
    """What the model takes, with a batch of one, and how it was made of the pixels."""
    height, width = int(pixels.shape[0]), int(pixels.shape[1])
    if processor is not None:
        tensor = processor(images=pixels.numpy(), return_tensors="pt")["pixel_values"]
        how = f"prepared by {getattr(processor, '__name__', type(processor).__name__)}"
    else:
        tensor, how = _fitted(pixels, example)
    sizes = " × ".join(map(str, tensor.shape))
    return PreparedImage(tensor, f"{name}, {width} × {height}, was {how}: {sizes}.")


def _fitted(
    pixels: torch.Tensor, example: tuple[tuple[int, ...], torch.dtype] | None
) -> tuple[torch.Tensor, str]:
    planes = pixels.permute(2, 0, 1)[None].float() / 255
    if example is None or len(example[0]) not in (3, _NORMAL_DIMENSIONS):
        return planes, "taken as it is, with values from 0 to 1"
    shape, dtype = example
    channels, height, width = shape[-3:]
    words = []
    if (height, width) != tuple(planes.shape[2:]):
        planes = torch.nn.functional.interpolate(
            planes, (height, width), mode="bilinear", antialias=True
        )
        words.append("resized")
    if channels == 1:
        weights = torch.tensor([0.299, 0.587, 0.114])[None, :, None, None]
        planes = (planes * weights).sum(1, keepdim=True)
        words.append("made grey")
    elif channels != planes.shape[1]:
        raise UploadRefused(f"The model takes {channels} channels, an image has 3 or 1.")
    if not dtype.is_floating_point:
        return _batched((planes * 255).round().to(dtype), shape), _listed(words, "0 to 255")
    return _batched(planes.to(dtype), shape), _listed(words, "0 to 1")


def _batched(planes: torch.Tensor, shape: tuple[int, ...]) -> torch.Tensor:
    return planes if len(shape) == _NORMAL_DIMENSIONS else planes[0]


def _listed(words: list[str], values: str) -> str:
    return f"{' and '.join(words) or 'taken'}, with values from {values}"

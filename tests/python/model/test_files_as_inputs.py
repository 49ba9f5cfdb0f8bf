"""What stands in the inputs box: JSON, images, arrays; and the bytes that the page sends."""

from __future__ import annotations

import base64
import io
import pickle
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from vision import GreyVision, SmallVision, image_processor

from interpogate.errors import InputsInvalid, InterpogateError, UploadRefused
from interpogate.model.input_lines import InputSources, describe_upload, parse_lines, read_lines
from interpogate.model.load import LoadedModel
from interpogate.model.sources import ModelSource
from interpogate.model.uploads import Uploads


def png(width: int = 8, height: int = 4, colour: tuple[int, int, int] = (255, 0, 0)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(stream, "png")
    return stream.getvalue()


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def sources(model: Any = None, *, processor: Any = None, **files: bytes) -> InputSources:
    model = model or SmallVision()
    uploads = Uploads()
    for name, data in files.items():
        file = name.replace("_", ".")
        part = base64.b64encode(data).decode()
        uploads.add(file, 0, len(data), part, lambda _: "")
    loaded = LoadedModel(model, ModelSource("import", "m"))
    return InputSources(loaded, uploads, model.example_inputs, processor)


def test_json_values_become_what_they_say_and_lists_become_tensors_like_the_example() -> None:
    text = """
    # what follows are arguments
    pixel_values = [[[[0, 1], [2, 3]]]]
    scale = 2.5
    mode = "fast = \\"yes\\""
    cache = true
    nothing = null
    sizes = [1, 2]
    options = {"deep": [false]}
    """
    values = read_lines(text, sources(), seed=0).values
    assert torch.equal(values.pop("pixel_values"), torch.tensor([[[[0.0, 1.0], [2.0, 3.0]]]]))
    assert values == {
        "scale": 2.5,
        "mode": 'fast = "yes"',
        "cache": True,
        "nothing": None,
        "sizes": [1, 2],
        "options": {"deep": [False]},
    }


def test_random_values_stand_beside_the_others_and_are_the_same_for_the_same_run() -> None:
    first, again, other = (
        read_lines("pixel_values = float32[1, 3, 2, 2]\nscale = 2", sources(), seed=seed).values
        for seed in (3, 3, 4)
    )
    assert torch.equal(first["pixel_values"], again["pixel_values"])
    assert not torch.equal(first["pixel_values"], other["pixel_values"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = float32[1]\nnonsense", "Line 2: 'nonsense' is not of the form name = value."),
        ("\n\nx = float33[1]", "Line 3: 'float33' is no dtype."),
        ("x = maybe", "Line 1: 'maybe' is neither dtype[shape] nor JSON."),
        ("x = [1, 2", "Line 1: '[1, 2' is neither dtype[shape] nor JSON."),
        ("x = 1\nx = 2", "Line 2: x is given twice."),
        ("x = 1\ny = 1\nx = 2\nz = 3\nx = 4", "Line 3: x is given twice."),
        ("x = float32[99999, 99999]", "Line 1: x would have 9,999,800,001 elements"),
        ("pixel_values = [[1, 2], [3]]", "Line 1: pixel_values cannot be made:"),
        ("x = __import__('os').system('true')", "Line 1:"),
        ("x = " + "[" * 100_000, "Line 1:"),
        ("x = qint8[3]", "Line 1: x cannot be made:"),
        ("x = bits8[3]", "Line 1: x cannot be made:"),
        ("x = float32[" + "9" * 5000 + "]", "Line 1: x would have more elements"),
        ("x = float32[0, " + "9" * 30 + "]", "Line 1: x would have more elements"),
        ("x = 1" + " " * 200_000 + "2", "Line 1: "),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, message: str) -> None:
    with pytest.raises(InputsInvalid) as caught:
        read_lines(text, sources(), seed=0)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 300


def test_a_file_that_was_not_sent_is_asked_for_again() -> None:
    with pytest.raises(InterpogateError) as caught:
        read_lines('pixel_values = file("cat.png")', sources(), seed=0)
    assert caught.value.code == "input.notUploaded"


def test_an_image_is_brought_to_the_shape_and_the_dtype_of_the_example() -> None:
    read = read_lines('pixel_values = file("red.png")', sources(red_png=png()), seed=0)
    tensor = read.values["pixel_values"]
    assert (tensor.shape, tensor.dtype) == ((1, 3, 24, 32), torch.float32)
    assert torch.allclose(tensor[0].mean((1, 2)), torch.tensor([1.0, 0.0, 0.0]))
    note = "red.png, 8 × 4, was resized, with values from 0 to 1: 1 × 3 × 24 × 32."
    assert read.notes == (note,)
    grey = read_lines("x = file('red.png')", sources(GreyVision(), red_png=png()), seed=0)
    assert (grey.values["x"].shape, grey.values["x"].dtype) == ((1, 1, 8, 8), torch.uint8)
    assert set(grey.values["x"].unique().tolist()) == {76}
    assert "made grey" in grey.notes[0]


def test_an_image_is_prepared_by_the_models_own_processor() -> None:
    given = sources(processor=image_processor, red_png=png())
    read = read_lines('pixel_values = file("red.png")', given, seed=0)
    assert set(read.values["pixel_values"].unique().tolist()) == {4.0}
    assert "prepared by image_processor" in read.notes[0]


def test_pixels_that_the_page_decoded_are_an_image_too() -> None:
    pixels = np.zeros((4, 8, 4), np.uint8)
    pixels[:, :, 1] = 255
    given = sources(photo_avif=npy(pixels))
    tensor = read_lines('pixel_values = file("photo.avif")', given, seed=0).values["pixel_values"]
    assert torch.allclose(tensor[0].mean((1, 2)), torch.tensor([0.0, 1.0, 0.0]))
    assert describe_upload(npy(pixels), "photo.avif") == ("image, 8 × 4", 'file("photo.avif")')


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6, dtype=np.float32).reshape(2, 3),
        np.asfortranarray(np.arange(6, dtype=np.int64).reshape(2, 3)),
        np.arange(4, dtype=">i4"),
        np.array(2.5),
        np.zeros((0, 3), np.float16),
        np.array([True, False]),
    ],
)
def test_an_array_is_read_as_numpy_wrote_it(array: Any) -> None:
    read = read_lines('y = npy("a.npy")', sources(a_npy=npy(array)), seed=0)
    expected = torch.from_numpy(np.array(array.astype(array.dtype.newbyteorder("="))))
    assert read.values["y"].dtype == expected.dtype
    assert torch.equal(read.values["y"], expected)


def test_an_array_of_another_precision_is_converted_and_that_is_said() -> None:
    array = np.zeros((1, 3, 24, 32))
    read = read_lines('pixel_values = npy("a.npy")', sources(a_npy=npy(array)), seed=0)
    assert read.values["pixel_values"].dtype == torch.float32
    assert "converted from float64 to float32" in read.notes[0]


def _objects() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    return stream.getvalue()


def _with_header(text: str, data: bytes = b"") -> bytes:
    header = text.ljust(117).encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


def _npy_of(descr: str, shape: str, data: bytes = b"1234") -> bytes:
    return _with_header(f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}", data)


POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n"


def _boasting() -> bytes:
    whole = npy(np.zeros(4, np.float32))
    return whole.replace(b"(4,)", b"(4000000000000,)").replace(b" " * 12 + b"\n", b"\n")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.npy", _objects(), "Python objects"),
        ("a.npy", b"\x93NUMPY\x01\x00\x10\x00not a header!!!!", "no .npy file"),
        ("a.npy", b"\x93NUMPY", "no .npy file"),
        ("a.npy", npy(np.zeros(99))[:-8], "shorter than its header"),
        ("a.npy", _boasting(), "shorter than its header"),
        ("a.npy", npy(np.array(["text"])), "torch has no tensors"),
        ("a.npy", _with_header("((((("), "no .npy file"),
        ("a.npy", _npy_of("'|S0'", "(3,)"), "fits no array"),
        ("a.npy", _npy_of("'<f4'", "(0, 99999999999999999999999)"), "fits no array"),
        ("a.npy", _npy_of("'<f4'", "(True,)"), "fits no array"),
        ("a.npy", _npy_of("('<f4', (2,))", "(1,)", b"12345678"), "fits no array"),
        ("a.npy", pickle.dumps([1, 2]), "no image"),
        ("a.png", POSTSCRIPT, "no image"),  # Pillow would start Ghostscript for it
        ("a.png", b"", "no image"),
        ("a.png", b"nothing of the kind", "no image"),
        ("a.png", png()[:45], "damaged"),
        ("a.png", npy(np.zeros((2, 2))), "an array, not an image"),
    ],
)
def test_files_that_are_no_use_are_refused_in_a_sentence(
    name: str, data: bytes, words: str
) -> None:
    with pytest.raises(UploadRefused, match=words):
        describe_upload(data, name)


@pytest.mark.parametrize(
    ("size", "words"), [(-1, "cannot have -1 bytes"), (65 << 20, "has 65 MiB; files of at most 64")]
)
def test_a_size_that_cannot_be_is_said_in_the_units_of_the_limit(size: int, words: str) -> None:
    with pytest.raises(UploadRefused, match=words):
        Uploads().add("x.npy", 0, size, "", lambda _: "")


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    huge = bytearray(png())
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    import zlib

    huge[29:33] = zlib.crc32(bytes(huge[12:29])).to_bytes(4, "big")
    with pytest.raises(UploadRefused, match="too many pixels"):
        describe_upload(bytes(huge), "huge.png")


def _send(uploads: Uploads, name: str, data: bytes, *, part: int = 1000) -> str:
    said = ""
    for offset in range(0, max(len(data), 1), part):
        text = base64.b64encode(data[offset : offset + part]).decode()
        _, said = uploads.add(name, offset, len(data), text, lambda data: f"{len(data)} bytes")
    return said


def test_a_file_comes_in_parts_and_takes_the_place_of_one_of_its_name() -> None:
    uploads = Uploads()
    assert _send(uploads, "a.bin", b"x" * 2500) == "2500 bytes"
    assert _send(uploads, "a.bin", b"y" * 10) == "10 bytes"
    assert uploads.read("a.bin") == b"y" * 10
    assert uploads.byte_length == 10


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../../etc/passwd", "a/b", "C:\\x", "a\0b", "a\nb", 'a"b', "x" * 201],
)
def test_names_that_are_no_plain_file_names_are_refused(name: str) -> None:
    with pytest.raises(UploadRefused):
        _send(Uploads(), name, b"x")


def test_what_is_too_large_in_disorder_or_no_base64_is_refused_and_nothing_stays() -> None:
    uploads = Uploads(capacity=5000)
    with pytest.raises(UploadRefused, match="at most"):
        _send(uploads, "a", b"x" * 5001)
    with pytest.raises(UploadRefused, match="disorder"):
        uploads.add("a", 7, 9, "eA==", lambda _: "")
    with pytest.raises(UploadRefused, match="base64"):
        uploads.add("a", 0, 9, "§", lambda _: "")
    with pytest.raises(UploadRefused, match="longer"):
        uploads.add("a", 0, 1, "eHh4", lambda _: "")
    with pytest.raises(UploadRefused, match="1 MB"):
        Uploads().add("a", 0, 2**21, "A" * (2 * 2**20), lambda _: "")
    uploads.add("a", 0, 9, "eA==", lambda _: "")
    with pytest.raises(UploadRefused, match="disorder"):
        uploads.add("a", 0 + 2, 9, "eA==", lambda _: "")
    assert uploads.byte_length == 0


def test_the_oldest_files_go_when_there_are_too_many() -> None:
    uploads = Uploads(capacity=5000)
    for name in ("a", "b", "c"):
        _send(uploads, name, name.encode() * 2000)
    assert uploads.byte_length <= 5000
    assert uploads.read("c") == b"c" * 2000
    with pytest.raises(InterpogateError) as caught:
        uploads.read("a")
    assert caught.value.code == "input.notUploaded"


def test_lines_are_numbered_as_the_box_shows_them() -> None:
    lines = parse_lines('a = 1\n\n# a remark\nb = npy("x.npy")')
    assert [(line.number, line.name) for line in lines] == [(1, "a"), (4, "b")]

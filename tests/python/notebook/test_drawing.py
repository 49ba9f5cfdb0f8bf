"""The graph as SVG and PNG: what is in it, what it refuses, and that names stay text."""

from __future__ import annotations

import errno
import struct
import sys
import xml.etree.ElementTree as ET
from base64 import b64decode
from pathlib import Path

import networks
import pytest
import torch
from torch import Tensor, nn

from interpogate import Interpogate
from interpogate.errors import PackageMissing
from interpogate.notebook.document import CannotWrite

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&\x07"


@pytest.fixture
def interp() -> Interpogate:
    found = Interpogate(networks.Residual())
    found.forward(x=torch.ones(2, 8))
    return found


def texts(document: str) -> list[str]:
    return [element.text or "" for element in ET.fromstring(document).iter(f"{SVG}text")]  # noqa: S314


def test_the_drawing_names_modules_operations_and_shapes(interp: Interpogate) -> None:
    assert {"blocks", "× 2", "head", "2×8"} <= set(texts(interp.to_svg()))
    inside = interp.to_svg(expand=["blocks", "blocks.0"])
    assert {"linear", "+"} <= set(texts(inside))


def test_what_is_unfolded_can_be_chosen(interp: Interpogate) -> None:
    folded = interp.to_svg(expand=[])
    unfolded = interp.to_svg(expand=["blocks", "blocks.0"])
    assert "linear" not in texts(folded)
    assert "linear" in texts(unfolded)


def test_blocks_are_drawn_with_what_they_show(interp: Interpogate) -> None:
    interp.add_visualization("blocks.0.linear", "heatmap", parameter="weight")
    interp.add_visualization("head", "bar")
    document = interp.to_svg(expand=["blocks", "blocks.0"])
    assert {"Heat map", "Bar graph", "output · float32[2, 3]"} <= set(texts(document))
    root = ET.fromstring(document)  # noqa: S314
    (cells,) = [image for image in root.iter(f"{SVG}image") if image.get("style")]
    address = cells.get("href") or ""
    size = struct.unpack(">II", b64decode(address.removeprefix("data:image/png;base64,"))[16:24])
    assert size == (8, 8), "a pixel for each weight"


def test_a_block_of_the_whole_model_has_its_own_place(interp: Interpogate) -> None:
    without = ET.fromstring(interp.to_svg())  # noqa: S314
    interp.add_visualization(".", "histogram")
    document = interp.to_svg()
    assert "Histogram · model" in texts(document)
    grown = ET.fromstring(document)  # noqa: S314
    assert _area(grown) > _area(without), "the drawing has grown for it"


def test_blocks_are_painted_into_a_png(interp: Interpogate, tmp_path: Path) -> None:
    interp.to_svg(tmp_path / "without.png")
    interp.add_visualization("head", "histogram")
    interp.to_svg(tmp_path / "with.png")
    assert (tmp_path / "with.png").stat().st_size > (tmp_path / "without.png").stat().st_size


def _area(drawing: ET.Element) -> float:
    return float(drawing.get("width") or 0) * float(drawing.get("height") or 0)


def test_light_and_dark_differ_in_colours_alone(interp: Interpogate) -> None:
    light, dark = interp.to_svg(), interp.to_svg(theme="dark")
    assert light != dark
    assert texts(light) == texts(dark)


def test_a_model_that_was_never_run_is_drawn_too() -> None:
    found = Interpogate(networks.Residual()).to_svg()
    assert "head" in texts(found)


def test_hostile_names_are_text_in_the_drawing() -> None:
    model = torch.nn.Sequential()
    model.add_module("a", torch.nn.Linear(2, 2))
    model.a.__class__ = type(HOSTILE.replace("\x07", ""), (torch.nn.Linear,), {})
    interp = Interpogate(model)
    interp.forward(torch.ones(1, 2))
    document = interp.to_svg(title=HOSTILE)
    assert "<script" not in document
    assert any("<script>" in text for text in texts(document))


def test_a_path_that_ends_with_png_gets_an_image(interp: Interpogate, tmp_path: Path) -> None:
    file = tmp_path / "graph.png"
    interp.to_svg(file)
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", content[16:24])
    assert width > 200
    assert height > 200


def test_the_document_goes_to_the_path(interp: Interpogate, tmp_path: Path) -> None:
    file = tmp_path / "graph.svg"
    assert interp.to_svg(file) == file.read_text("utf-8")
    with pytest.raises(CannotWrite):
        interp.to_svg(tmp_path / "nowhere" / "graph.svg")


def test_a_missing_engine_is_said_with_what_to_install(
    interp: Interpogate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "py_mini_racer", None)
    with pytest.raises(PackageMissing, match="mini-racer") as caught:
        interp.to_svg()
    assert "interpogate[drawing]" in caught.value.own_hint


class Mlp(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return torch.tanh(self.fc(x))


class Stack(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.h = nn.ModuleList(nn.Sequential(nn.ReLU(), Mlp()) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.h:
            x = x + block(x)
        return x


@pytest.mark.parametrize("path", ["h.1.1", "h.2.1.fc"])
def test_what_a_container_lies_in_is_unfolded_with_it(path: str) -> None:
    interp = Interpogate(Stack())
    interp.forward(torch.ones(1, 4))
    assert "tanh" in texts(interp.to_svg(expand=[path]))
    assert f"&quot;{path}&quot;" in interp.to_html(expand=[path])


def test_an_unknown_path_is_refused_with_the_nearest(interp: Interpogate) -> None:
    with pytest.raises(ValueError, match=r"no module at 'block.0'. Did you mean 'blocks.0'"):
        interp.to_svg(expand=["blocks", "block.0"])
    with pytest.raises(ValueError, match="no module at"):
        interp.to_html(expand=["block.0"])


@pytest.mark.parametrize("name", ["half \ud83d", "\x1b[31mred", "a\nb"])
def test_a_name_that_no_file_can_hold_is_drawn_all_the_same(name: str, tmp_path: Path) -> None:
    model = nn.Sequential()
    model.add_module(name, nn.Linear(2, 2))
    interp = Interpogate(model)
    interp.forward(torch.ones(1, 2))
    for file in ("picture.svg", "picture.png"):
        interp.to_svg(tmp_path / file, title=name)
        assert (tmp_path / file).stat().st_size > 100
    interp.to_html(tmp_path / "picture.html", title=name)
    assert "<title>" in (tmp_path / "picture.html").read_text("utf-8")


@pytest.mark.parametrize("file", ["page.html", "picture.svg", "picture.png"])
def test_a_picture_that_cannot_be_written_leaves_the_earlier_one(
    interp: Interpogate, tmp_path: Path, file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / file).write_bytes(b"earlier")
    monkeypatch.setattr("os.fsync", full)
    write = interp.to_html if file.endswith("html") else interp.to_svg
    with pytest.raises(CannotWrite, match="No space left"):
        write(tmp_path / file)
    assert (tmp_path / file).read_bytes() == b"earlier"
    assert [one.name for one in tmp_path.iterdir()] == [file]


def test_a_picture_keeps_the_permissions_and_the_link_of_the_earlier_one(
    interp: Interpogate, tmp_path: Path
) -> None:
    (tmp_path / "real.svg").write_text("earlier")
    (tmp_path / "real.svg").chmod(0o640)
    (tmp_path / "link.svg").symlink_to("real.svg")
    interp.to_svg(tmp_path / "link.svg")
    assert (tmp_path / "link.svg").is_symlink()
    assert (tmp_path / "real.svg").read_text().startswith("<svg")
    assert (tmp_path / "real.svg").stat().st_mode & 0o777 == 0o640


def test_a_jagged_nested_tensor_is_drawn() -> None:
    class Jagged(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.linear = nn.Linear(4, 3)

        def forward(self, parts: list[Tensor]) -> Tensor:
            nested = torch.nested.nested_tensor(parts, layout=torch.jagged)
            padded: Tensor = self.linear(nested).to_padded_tensor(0.0)
            return padded

    interp, parts = Interpogate(Jagged()), [torch.ones(2, 4), torch.ones(5, 4)]
    assert interp.forward(parts).requires_grad
    made = interp.graph.recording.calls[1].outputs[0].tensor
    assert made is not None
    assert made.shape == (2, -1, 3)
    assert "<svg" in interp.to_svg()
    assert interp.to_html()

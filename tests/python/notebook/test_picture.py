"""The saved picture: whole, self-contained, and closed to hostile names."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import networks
import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate import Interpogate, page_files
from interpogate.demo import SAMPLE_TEXT, demo_directory
from interpogate.notebook import document as documents
from interpogate.notebook.document import CannotWrite, document, frame
from interpogate.notebook.picture import Picture, picture_of
from interpogate.notebook.portable import portable_path
from interpogate.notebook.snapshot import snapshot
from interpogate.protocol import messages as m
from interpogate.protocol.codec import decode


def _forget_page() -> None:
    page_files.page_file.cache_clear()
    documents._packed_page.cache_clear()


@pytest.fixture(autouse=True)
def _page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "page.js").write_text('"</script>"; "<!--";', "utf-8")
    (tmp_path / "page.css").write_text("#app { height: 100vh }", "utf-8")
    _forget_page()
    monkeypatch.setattr(page_files, "_PLACES", (tmp_path,))
    yield
    _forget_page()


def pictured(interp: Interpogate, text: str | None = None) -> Picture:
    live = tuple(interp.node(module.path) for module in interp.graph.tree.modules)
    return picture_of(interp.graph, live, interp.run, text=text)


@pytest.fixture(scope="module")
def demo() -> dict[str, Any]:
    folder = demo_directory()
    model = AutoModelForCausalLM.from_pretrained(folder)
    interp = Interpogate(model, AutoTokenizer.from_pretrained(folder))
    interp.forward_text(SAMPLE_TEXT)
    return snapshot(pictured(interp, SAMPLE_TEXT))


def test_a_snapshot_holds_tokens_and_predictions_of_every_position(demo: dict[str, Any]) -> None:
    record = decode(demo["run"], m.RunRecord)
    assert record.state.tokens is not None
    assert len(demo["predictions"]) == len(record.state.tokens.ids)
    last = decode(demo["predictions"][-1], m.Prediction)
    assert last.tokens.texts[0] == " Anna"


def test_every_node_that_is_shown_can_be_inspected(demo: dict[str, Any]) -> None:
    for levels in demo["levels"].values():
        for level in levels.values():
            assert set(level["ids"]) <= set(demo["nodes"])


def test_every_unfoldable_node_has_its_inside(demo: dict[str, Any]) -> None:
    for levels in demo["levels"].values():
        for level in levels.values():
            inside = {i for i, e in zip(level["ids"], level["expandable"], strict=True) if e}
            assert inside <= set(levels)


def test_hook_code_repeats_the_text_of_the_run(demo: dict[str, Any]) -> None:
    code = demo["hooks"]["transformer.h.1.attn"]["post"]["text"]
    assert f'interp.forward_text("{SAMPLE_TEXT}")' in code


def test_the_document_carries_the_snapshot_and_nothing_from_outside() -> None:
    interp = Interpogate(networks.Residual())
    interp.forward(torch.ones(1, 8))
    text = document(pictured(interp), "Residual")
    packed = re.search(r'id="interpogate-snapshot" type="text/plain">([^<]*)<', text)
    assert packed
    found = json.loads(gzip.decompress(base64.b64decode(packed[1])))
    assert found["state"]["summary"]["className"] == "Residual"
    assert not re.search(r'(?:src|href)\s*=\s*"', text)
    assert text.count("</script>") == 3


def test_the_page_stands_in_the_document_packed_and_unchanged() -> None:
    text = document(pictured(Interpogate(networks.Residual())), "Residual")
    page = re.search(r'id="interpogate-page" type="text/plain">([^<]*)<', text)
    assert page
    style, script = json.loads(gzip.decompress(base64.b64decode(page[1])))
    assert (style["tag"], style["text"]) == ("style", "#app { height: 100vh }")
    assert (script["tag"], script["text"]) == ("script", '"</script>"; "<!--";')


def test_a_picture_that_takes_long_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    shown: list[tuple[str, int, int]] = []
    monkeypatch.setattr("interpogate.progress._DELAY_NS", 0)
    monkeypatch.setattr("interpogate.progress._INTERVAL_NS", 0)

    class Bar:
        total = 0

        def __init__(self, what: str, total: int, unit: str) -> None:
            self.what = what

        def update(self, count: int) -> None:
            shown.append((self.what, count, self.total))

        def close(self) -> None:
            shown.append(("closed", 0, 0))

    monkeypatch.setattr("interpogate.progress._bar", Bar)
    snapshot(pictured(Interpogate(networks.Residual())))
    *counts, last = shown
    assert last[0] == "closed"
    assert {(what, total) for what, _, total in counts} == {("picture", len(counts))}


def test_hostile_names_stay_inside_the_snapshot() -> None:
    hostile = '</script><img src=x onerror="alert(1)">'
    model = nn.Sequential()
    model.add_module(hostile.replace(".", ""), nn.Linear(2, 2))
    interp = Interpogate(model)
    interp.forward(torch.ones(1, 2))
    text = document(pictured(interp), hostile)
    assert "<img" not in text
    assert hostile not in html.unescape(text.split("</title>")[1])


def test_the_frame_gives_the_document_back_unchanged() -> None:
    interp = Interpogate(networks.Residual())
    interp.forward(torch.ones(1, 8))
    picture = pictured(interp)
    shown = frame(picture, 'a "title"', width="100%", height=450)
    inside = re.search(r'srcdoc="([^"]*)"', shown)
    assert inside
    assert html.unescape(inside[1]) == document(picture, 'a "title"')


def test_a_picture_names_no_folder_of_the_machine(demo: dict[str, Any]) -> None:
    source = demo["nodes"]["transformer.h.1.attn"]["source"]
    assert source["file"] == "transformers/models/gpt2/modeling_gpt2.py"
    interp = Interpogate(networks.FailsMidway())
    with pytest.raises(RuntimeError):
        interp.forward(torch.ones(1, 4))
    failed = snapshot(pictured(interp))
    assert failed["state"]["problem"]["file"] == "networks.py"
    homes = (str(Path(networks.__file__).parent), str(Path(torch.__file__).parents[1]))
    assert not [home for home in homes if home in json.dumps([demo, failed])]


def test_code_of_a_notebook_has_its_cell_for_a_place() -> None:
    assert portable_path("/tmp/ipykernel_25781/780773545.py") == "notebook cell"  # noqa: S108
    assert portable_path("/nowhere/else/net.py") == "net.py"


def test_a_failed_run_is_pictured_too() -> None:
    interp = Interpogate(networks.FailsMidway())
    with pytest.raises(RuntimeError):
        interp.forward(torch.ones(1, 4))
    found = snapshot(pictured(interp))
    assert found["run"]["state"]["phase"] == "failed"
    assert found["state"]["problem"]["node"] == "second"


def test_a_model_that_did_not_run_shows_its_modules() -> None:
    found = snapshot(pictured(Interpogate(networks.Residual())))
    assert found["run"] is None
    assert found["levels"]["essential"]["."]["ids"] == ["blocks", "head"]


def test_an_installation_without_the_page_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_files, "_PLACES", ())
    _forget_page()
    with pytest.raises(page_files.PageMissing) as caught:
        document(pictured(Interpogate(networks.Residual())), "Residual")
    assert "npm run build" in caught.value.own_hint


def test_an_instance_shows_its_run_in_a_notebook_and_writes_it_to_a_file(tmp_path: Path) -> None:
    interp = Interpogate(networks.Residual())
    interp.forward(torch.ones(1, 8))
    shown = interp.visualize(height=300)
    assert shown is not None  # no notebook here: it is returned
    assert 'height="300"' in shown._repr_mimebundle_()["text/html"]
    assert "<iframe" in interp._repr_mimebundle_()["text/html"]
    file = tmp_path / "residual.html"
    assert interp.to_html(file, title="Two blocks") == file.read_text("utf-8")
    assert "<title>Two blocks</title>" in file.read_text("utf-8")


def test_a_file_that_cannot_be_written_is_said_with_a_hint(tmp_path: Path) -> None:
    interp = Interpogate(networks.Residual())
    with pytest.raises(OSError, match="cannot be written") as caught:
        interp.to_html(tmp_path / "nowhere" / "page.html")
    assert isinstance(caught.value, CannotWrite)
    assert caught.value.own_hint

"""Hover, warnings, fixes, definitions, references and links, from the real server and a worker."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from lsprotocol import types as lsp

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_hover_tells_class_parameters_and_shapes_and_leads_into_the_graph(
    desk: Any,
) -> None:
    text = await desk.hover('interp.node("blocks.1.pr|oj.x")')
    assert "`Linear` `blocks.1.proj`" in text
    assert "72 parameters" in text
    assert "- `weight` `float32[8, 8]`" in text
    assert "- returns `float32[1, 5, 8]`" in text
    assert "From the first look" in text
    command, _, arguments = text.rpartition("(")[2].rstrip(")").partition("?")
    assert command == "command:interpogate.revealPath"
    assert json.loads(unquote(arguments))[0]["path"] == "blocks.1.proj"


async def test_after_a_run_a_hover_names_it(desk: Any) -> None:
    model_id = next(iter(desk.states))
    run = await desk.ask("run/start", modelId=model_id, inputs="x = float32[3, 5, 8]")

    async def told() -> str | None:
        text: str = await desk.hover('interp.node("plain|")')
        return text if f"Observed in run {run.runId}" in text else None

    assert "`float32[3, 5, 8]`" in await desk.until(told)


async def test_the_part_under_the_cursor_is_meant(desk: Any) -> None:
    blocks = await desk.hover('interp.node("bloc|ks.1.proj")')
    assert "12 submodules" in blocks
    assert "it was not called itself, its modules were" in blocks
    assert "`Block` `blocks.1`" in await desk.hover('interp.node("blocks.1|.proj")')
    assert await desk.hover('interp.node("blocks.1.nothing|")') is None
    assert await desk.hover('pri|nt("blocks")') is None


async def test_an_unknown_path_is_warned_of_at_the_part_that_is_wrong(desk: Any) -> None:
    _, found = await desk.warned('interp.node("blocks.12.proj")')
    assert [one.message for one in found] == ["Net has no module 'blocks.12.proj'."]
    assert found[0].severity == lsp.DiagnosticSeverity.Warning
    assert found[0].range == lsp.Range(lsp.Position(1, 20), lsp.Position(1, 27))


async def test_only_certain_strings_are_warned_of(desk: Any) -> None:
    text = (
        'requests.post("nothing")\ninterp.node(name)\ninterp.node(f"no.{n}")\n'
        'block.get_submodule("nothing")\ninterp.node("no" + x)\ninterp.node("")\n'
        'interp.node("."); interp.node("tied.proj")\nhook.pre("wrong", seen)\n'
    )
    _, found = await desk.warned(text)
    assert [one.message for one in found] == ["Net has no module 'wrong'."]


async def test_a_cell_is_looked_at_anew_when_another_cell_is_written(desk: Any) -> None:
    cell = "vscode-notebook-cell:/anew.ipynb"
    uri, _ = desk.write('seen.node("wrong")', uri=f"{cell}#one", head="")
    other, _ = desk.write("", uri=f"{cell}#two", head="")
    changed = lsp.TextDocumentContentChangeWholeDocument("seen = Interpogate(model)")
    identifier = lsp.VersionedTextDocumentIdentifier(2, other)
    desk.client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, [changed]))
    await desk.wait(lambda: desk.warnings.get(uri))
    closed = lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(other))
    desk.client.text_document_did_close(closed)
    await desk.wait(lambda: not desk.warnings[uri])


async def test_a_text_about_a_model_that_is_not_open_is_not_warned_of(desk: Any) -> None:
    other, _ = desk.write('interp.node("encoder.layer.0"); interp.node("encoder.layer.1")')
    own = 'Net()\ninterp.node("encoder.layer.0"); interp.node("encoder.layer.1")'
    _, found = await desk.warned(own)
    assert len(found) == 2
    assert not desk.warnings.get(other)


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("bloks.3.proj", "blocks.3.proj"),
        ("blocks.12.proj", "blocks.11.proj"),
        ("model.plain.0", "plain.0"),
        ("blocks.1.pro", "blocks.1.proj"),
        ("first", "named.first"),
        ("table.ß", "table.ß𝄞"),
    ],
)
async def test_a_quick_fix_writes_what_was_meant(desk: Any, wrong: str, meant: str) -> None:
    uri, warnings = await desk.warned(f"interp.node('{wrong}')")
    fixes = await desk.fixes(uri, warnings[0])
    assert fixes[0].title == f"Did you mean {meant!r}?"
    assert fixes[0].is_preferred
    (edit,) = fixes[0].edit.changes[uri]
    assert edit.new_text == meant
    assert edit.range.start == lsp.Position(1, 13)


async def test_warnings_go_when_they_are_mended_or_the_document_is_closed(desk: Any) -> None:
    uri, _ = await desk.warned('interp.node("wrong")\n')
    change = lsp.TextDocumentContentChangePartial(
        lsp.Range(lsp.Position(1, 13), lsp.Position(1, 18)), "blocks"
    )
    versioned = lsp.VersionedTextDocumentIdentifier(2, uri)
    desk.client.text_document_did_change(lsp.DidChangeTextDocumentParams(versioned, [change]))
    await desk.wait(lambda: not desk.warnings[uri])
    uri, _ = await desk.warned('interp.node("wrong")\n')
    identifier = lsp.TextDocumentIdentifier(uri)
    desk.client.text_document_did_close(lsp.DidCloseTextDocumentParams(identifier))
    await desk.wait(lambda: not desk.warnings[uri])


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("blocks", "self.blocks"),
        ("blocks.3", "Block()"),
        ("blocks.3.norm", "self.norm"),
        ("blocks.3.inherited", "self.inherited"),
        ("plain.1", "nn.Tanh()"),
        ("named.second", "nn.GELU()"),
        ("table.a", "nn.Linear(8, 2)"),
        ("stack.1", "nn.ReLU()"),
        ("extra1", 'self.add_module(f"extra{number}", nn.Linear(8, 8))'),
        ("odd", 'setattr(self, "odd", nn.Identity())'),
        (".", "class Net(nn.Module):"),
    ],
)
async def test_a_path_leads_to_the_code_that_makes_it(desk: Any, path: str, code: str) -> None:
    assert await desk.definition(f'interp.node("{path}|")') == [code]


async def test_references_are_strings_and_uses_in_all_files(desk: Any) -> None:
    folder: Path = desk.folder
    (folder / "closed.py").write_text(
        'interp = Interpogate(m)\ninterp.node("stack.0")\nrequests.post("stack")\n', "utf-8"
    )
    found = await desk.references('x = 1; interp.node("sta|ck")')
    in_files = [each for each in found if not each.startswith("typed_")]
    assert in_files == ["net.py:self.stack", "net.py:self.stack", "closed.py:stack"]
    assert sum(each.startswith("typed_") for each in found) >= 1


async def test_known_paths_are_links_into_the_graph(desk: Any) -> None:
    found = await desk.links('interp.node("plain.0"); interp.node("wrong"); print("plain")')
    assert [json.loads(unquote(one.partition("?")[2]))[0]["path"] for one in found] == ["plain.0"]


async def test_a_cell_of_a_notebook_knows_the_names_of_the_other_cells(desk: Any) -> None:
    notebook = f"vscode-notebook-cell:{desk.folder}/book.ipynb"
    desk.write("with interp.hook() as seeing:\n    pass", uri=f"{notebook}#a1", head="")
    uri, place = desk.write('seeing.post("plain.|', uri=f"{notebook}#a2", head="")
    params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), place)
    found = await desk.client.text_document_completion_async(params)
    assert [item.label for item in found.items][-2:] == ["0", "1"]


async def test_an_answer_does_not_wait_for_a_model_that_runs(desk: Any) -> None:
    (desk.folder / "slow.py").write_text(SLOW, "utf-8")
    slow = await desk.open_model("Slow", "slow.py")
    head = "interp = Interpogate(Slow())\n"
    await desk.ask("run/start", modelId=slow, inputs="x = float32[2, 8]")
    assert await desk.labels('interp.node("in|")', head) == ["inside"]
    assert "`Linear`" in await desk.hover('interp.node("insi|de")', head)
    (desk.folder / "go").touch()
    await desk.ask("model/close", modelId=slow)


async def test_the_files_own_model_comes_first_then_the_one_that_is_looked_at(desk: Any) -> None:
    other = await desk.open_model("Other")
    first = next(iter(desk.states))
    assert await desk.labels('interp.node("lone|")', "") == ["lonely"]
    await desk.ask("model/select", modelId=first)
    assert await desk.labels('interp.node("lone|")', "") == []
    assert await desk.labels('interp.node("lone|")', "interp = Interpogate(Other())\n") == [
        "lonely"
    ]
    await desk.ask("model/close", modelId=other)


async def test_the_modules_stay_known_when_the_worker_is_killed(desk: Any) -> None:
    before = desk.workers()
    other = await desk.open_model("Other")
    (worker,) = desk.workers() - before
    os.kill(worker, signal.SIGKILL)
    await desk.wait(lambda: worker not in desk.workers())
    head = "interp = Interpogate(Other())\n"
    assert await desk.labels('interp.node("lone|")', head) == ["lonely"]
    assert "`float32[1, 5, 8]`" in await desk.hover('interp.node("lone|ly")', head)
    uri, _ = await desk.warned('Other()\ninterp.node("wrong")')
    await desk.ask("model/close", modelId=other)
    await desk.wait(lambda: not any("Other" in one.message for one in desk.warnings[uri]))


SLOW = """
import pathlib, time, torch
from torch import nn

class Slow(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside = nn.Linear(8, 8)

    def forward(self, x):
        if x.shape[0] == 2:
            while not pathlib.Path(__file__).with_name("go").exists():
                time.sleep(0.01)
        return self.inside(x)

def example_inputs():
    return {"x": torch.zeros(1, 8)}
"""

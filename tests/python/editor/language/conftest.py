"""A language client on the real editor process with a real worker; texts have `|` at the cursor."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pytest_lsp import LanguageClient

from editor_session import client_fixture
from process_marks import ProcessMark
from waiting import PATIENCE_S

MODEL = Path(__file__).with_name("language_model.py.txt").read_text("utf-8")
HEAD = "interp = Interpogate(model)\n"


class Desk:
    """The model's file, and documents in which one types."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.states: dict[str, Any] = {}
        self.warnings = client.diagnostics
        self._numbers = itertools.count(1)

        @self.client.feature("interpogate/model/changed")  # type: ignore[untyped-decorator]
        async def changed(state: Any) -> None:
            self.states[state.modelId] = state

    async def begin(self) -> None:
        item = lsp.ClientCompletionItemOptions(insert_replace_support=True)
        completion = lsp.CompletionClientCapabilities(completion_item=item)
        documents = lsp.TextDocumentClientCapabilities(completion=completion)
        folder = lsp.WorkspaceFolder(self.folder.as_uri(), "folder")
        await self.client.initialize_session(
            lsp.InitializeParams(
                capabilities=lsp.ClientCapabilities(text_document=documents),
                workspace_folders=[folder],
            )
        )

    async def open_model(self, name: str = "Net", file: str = "net.py") -> str:
        asked = {"source": f"{file}:{name}", "folder": str(self.folder)}
        model_id = str((await self.ask("model/open", **asked)).modelId)
        await self.wait(lambda: self._phase(model_id) in {"ready", "failed"})
        assert self._phase(model_id) == "ready", self.states[model_id].problem
        text = f'{HEAD}# {name}({name}\ninterp.node("|")'
        await self.until(lambda: self.completion_in(text))
        return model_id

    def _phase(self, model_id: str) -> str:
        return str(self.states[model_id].phase) if model_id in self.states else ""

    async def ask(self, method: str, **params: Any) -> Any:
        protocol: Any = self.client.protocol
        return await protocol.send_request_async(f"interpogate/{method}", params)

    def workers(self) -> set[int]:
        """Process numbers of the workers."""
        commands = {pid: Path(f"/proc/{pid}/cmdline") for pid in MARK.living()}
        return {pid for pid, file in commands.items() if b"start_worker" in file.read_bytes()}

    async def wait(self, condition: Callable[[], Any]) -> None:
        async def holds() -> Any:
            return condition()

        await self.until(holds)

    async def until(self, answer: Callable[[], Any]) -> Any:
        """Ask until there is an answer: the table of modules is read behind the model's back."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := await answer()):
            assert time.monotonic() < deadline, "waited in vain"
            await asyncio.sleep(0.02)
        return found

    def write(self, marked: str, uri: str = "", head: str = HEAD) -> tuple[str, lsp.Position]:
        """Open a document; gives its address and the position of the cursor in it."""
        text = head + marked
        before, cursor, after = text.partition("|")
        before = before if cursor else ""
        where = uri or (self.folder / f"typed_{next(self._numbers)}.py").as_uri()
        item = lsp.TextDocumentItem(where, "python", 1, text if not cursor else before + after)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return where, position_behind(before)

    async def completion(self, marked: str, head: str = HEAD) -> list[lsp.CompletionItem]:
        return await self.completion_in(head + marked)

    async def completion_in(self, marked: str) -> list[lsp.CompletionItem]:
        uri, place = self.write(marked, head="")
        params = lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), place)
        found: Any = await self.client.text_document_completion_async(params)
        return list(found.items) if found else []

    async def labels(self, marked: str, head: str = HEAD) -> list[str]:
        return [item.label for item in await self.completion(marked, head)]

    async def completed(self, marked: str, label: str, head: str = HEAD) -> str:
        """The text after an item of the list was taken."""
        items = await self.completion(marked, head)
        item = next(item for item in items if item.label == label)
        edits = [item.text_edit, *(item.additional_text_edits or ())]
        return applied((head + marked).replace("|", "", 1), edits)

    async def hover(self, marked: str, head: str = HEAD) -> str | None:
        uri, place = self.write(marked, head=head)
        params = lsp.HoverParams(lsp.TextDocumentIdentifier(uri), place)
        found: Any = await self.client.text_document_hover_async(params)
        return str(found.contents.value) if found else None

    async def definition(self, marked: str) -> list[str]:
        """The code that is gone to."""
        uri, place = self.write(marked)
        params = lsp.DefinitionParams(lsp.TextDocumentIdentifier(uri), place)
        found: Any = await self.client.text_document_definition_async(params)
        return [code_at(location) for location in found or ()]

    async def references(self, marked: str, head: str = HEAD) -> list[str]:
        uri, place = self.write(marked, head=head)
        context = lsp.ReferenceContext(include_declaration=True)
        identifier = lsp.TextDocumentIdentifier(uri)
        params = lsp.ReferenceParams(context, identifier, place)
        found = await self.client.text_document_references_async(params) or ()
        return [f"{location.uri.rpartition('/')[2]}:{code_at(location)}" for location in found]

    async def links(self, text: str) -> list[str]:
        uri, _ = self.write(text)
        params = lsp.DocumentLinkParams(lsp.TextDocumentIdentifier(uri))
        found = await self.client.text_document_document_link_async(params) or ()
        return [str(link.target) for link in found]

    async def warned(self, text: str) -> tuple[str, list[lsp.Diagnostic]]:
        """A document with warnings, once they are there."""
        uri, _ = self.write(text)
        await self.wait(lambda: self.warnings.get(uri))
        return uri, list(self.warnings[uri])

    async def fixes(self, uri: str, warning: lsp.Diagnostic) -> list[lsp.CodeAction]:
        context = lsp.CodeActionContext([warning])
        identifier = lsp.TextDocumentIdentifier(uri)
        params = lsp.CodeActionParams(identifier, warning.range, context)
        found: Any = await self.client.text_document_code_action_async(params)
        return list(found or ())


def position_behind(text: str) -> lsp.Position:
    line = text.rpartition("\n")[2]
    return lsp.Position(text.count("\n"), len(line.encode("utf-16-le")) // 2)


def offset_of(text: str, place: lsp.Position) -> int:
    lines = text.split("\n")
    column = lines[place.line].encode("utf-16-le")[: 2 * place.character].decode("utf-16-le")
    return sum(len(line) + 1 for line in lines[: place.line]) + len(column)


def applied(text: str, edits: list[Any]) -> str:
    """A text after edits that do not overlap."""
    parts = []
    for edit in edits:
        where = edit.insert if isinstance(edit, lsp.InsertReplaceEdit) else edit.range
        span = offset_of(text, where.start), offset_of(text, where.end)
        parts.append((span, edit.new_text))
    for (start, end), new in sorted(parts, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def code_at(location: Any) -> str:
    path = Path(location.uri.removeprefix("file://"))
    if not path.exists():
        return "typed"
    text = path.read_text("utf-8")
    span = location.range
    return text[offset_of(text, span.start) : offset_of(text, span.end)]


def _desk(client: LanguageClient, folder: Path) -> Desk:
    (folder / "net.py").write_text(MODEL, "utf-8")
    return Desk(client, folder.resolve())


MARK = ProcessMark()
DESKS: dict[LanguageClient, Desk] = {}
client = client_fixture(MARK, DESKS, _desk)


@pytest.fixture
def desk(client: LanguageClient) -> Desk:
    return DESKS[client]

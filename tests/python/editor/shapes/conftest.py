"""A language client on the real editor process with a real worker, and a file with modules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pytest_lsp import LanguageClient

from editor_session import client_fixture
from process_marks import ProcessMark
from waiting import PATIENCE_S

TEXT = """import torch
from torch import nn


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm, self.proj = nn.LayerNorm(8), nn.Linear(8, 8)

    def forward(self, x):
        return x + self.proj(self.norm(x))


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block() for _ in range(3))
        self.head = nn.Linear(8, 2)
        self.unused = nn.Linear(8, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        größe = "ß𝄞"; x = self.blocks[0](x)
        for block in self.blocks[1:]:
            x = block(
                x[:, :2],
            )
        return self.head(x)


def example_inputs():
    return {"x": torch.zeros(1, 5, 8)}
"""


class Events:
    """What the server has told, to wait for."""

    def __init__(self, client: LanguageClient) -> None:
        self.states: dict[str, Any] = {}
        self.refreshes = 0
        self._changed = asyncio.Condition()

        @client.feature("interpogate/model/changed")  # type: ignore[untyped-decorator]
        async def changed(state: Any) -> None:
            self.states[state.modelId] = state
            await self._notify()

        @client.feature(lsp.WORKSPACE_INLAY_HINT_REFRESH)  # type: ignore[untyped-decorator]
        async def refresh(*_: Any) -> None:
            self.refreshes += 1
            await self._notify()

    async def wait(self, condition: Callable[[], Any]) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), PATIENCE_S)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class Scene:
    """An open file and the model in it."""

    def __init__(self, client: LanguageClient, file: Path) -> None:
        self.client, self.file, self.events = client, file, Events(client)
        self.uri, self.text, self.version, self.model_id = file.as_uri(), TEXT, 1, ""

    async def begin(self) -> None:
        hints = lsp.InlayHintWorkspaceClientCapabilities(refresh_support=True)
        workspace = lsp.WorkspaceClientCapabilities(inlay_hint=hints)
        capabilities = lsp.ClientCapabilities(workspace=workspace)
        await self.client.initialize_session(lsp.InitializeParams(capabilities=capabilities))
        self.open_document()

    def open_document(self) -> None:
        document = lsp.TextDocumentItem(self.uri, "python", self.version, self.text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(document))

    async def open_model(self, name: str = "Net") -> None:
        source = {"source": f"{self.file.name}:{name}", "folder": str(self.file.parent)}
        self.model_id = (await self.ask("model/open", **source)).modelId
        await self.events.wait(self._is_ready)

    def _is_ready(self) -> bool:
        state = self.events.states.get(self.model_id)
        return state is not None and state.phase in {"ready", "failed"}

    async def run(self, inputs: str = "x = float32[2, 5, 8]") -> int:
        version = self.events.states[self.model_id].graphVersion
        state = await self.ask("run/start", modelId=self.model_id, inputs=inputs)
        await self.events.wait(lambda: self.events.states[self.model_id].graphVersion > version)
        return int(state.runId)

    async def ask(self, method: str, **params: Any) -> Any:
        protocol: Any = self.client.protocol
        return await protocol.send_request_async(f"interpogate/{method}", params)

    def write(self, text: str) -> None:
        """Change the document, not the file."""
        self.text, self.version = text, self.version + 1
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(
                lsp.VersionedTextDocumentIdentifier(self.version, self.uri),
                [lsp.TextDocumentContentChangeWholeDocument(text)],
            )
        )

    async def hints(self, last_line: int = 1000) -> dict[str, lsp.InlayHint]:
        """The hints by the text in front of them."""
        visible = lsp.Range(lsp.Position(0, 0), lsp.Position(last_line, 0))
        params = lsp.InlayHintParams(lsp.TextDocumentIdentifier(self.uri), visible)
        found = await self.client.text_document_inlay_hint_async(params)
        return {self._before(hint.position): hint for hint in found or ()}

    async def labels(self) -> dict[str, str]:
        return {code: str(hint.label) for code, hint in (await self.hints()).items()}

    async def hover(self, code: str, *, after: str = "") -> str | None:
        """What the hover over the end of some code says."""
        found = await self.client.text_document_hover_async(
            lsp.HoverParams(lsp.TextDocumentIdentifier(self.uri), self.place(code, after=after))
        )
        return None if found is None else found.contents.value  # type: ignore[union-attr]

    async def locate(self, code: str, *, after: str = "") -> Any:
        at = self.place(code, after=after)
        return await self.ask("code/locate", uri=self.uri, line=at.line, character=at.character)

    def place(self, code: str, *, after: str = "") -> lsp.Position:
        start = self.text.index(after) + len(after)
        before = self.text[: self.text.index(code, start) + len(code)]
        line = before.count("\n")
        column = before.rpartition("\n")[2]
        return lsp.Position(line, len(column.encode("utf-16-le")) // 2)

    def _before(self, at: lsp.Position) -> str:
        line = self.text.split("\n")[at.line].encode("utf-16-le")
        return line[: 2 * at.character].decode("utf-16-le").strip()


def _scene(client: LanguageClient, folder: Path) -> Scene:
    file = folder.resolve() / "net.py"
    file.write_text(TEXT, "utf-8")
    return Scene(client, file)


SCENES: dict[LanguageClient, Scene] = {}
client = client_fixture(ProcessMark(), SCENES, _scene)


@pytest.fixture
def scene(client: LanguageClient) -> Scene:
    return SCENES[client]

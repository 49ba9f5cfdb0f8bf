"""The fixture of a language client on a real editor process, one for each test module."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest_lsp
from pytest_lsp import ClientServerConfig, LanguageClient, make_test_lsp_client

from editor_driver import START_EDITOR
from process_marks import ProcessMark


class Session(Protocol):
    """What tests do with a client."""

    async def begin(self) -> None:
        """Exchange the first messages."""

    async def open_model(self) -> Any:
        """Open the model and wait until it can be asked about."""


Kept = TypeVar("Kept", bound=Session)


def client_fixture(
    mark: ProcessMark, sessions: dict[LanguageClient, Kept], make: Callable[..., Kept]
) -> Any:
    """A fixture that keeps what `make(client, folder)` gives in `sessions`; no process stays."""

    @pytest_lsp.fixture(  # type: ignore[untyped-decorator]
        config=ClientServerConfig(
            server_command=[sys.executable, str(START_EDITOR)],
            client_factory=make_test_lsp_client,
            server_env={**os.environ, **mark.environment},
        ),
        scope="module",
    )
    async def client(lsp_client: LanguageClient) -> AsyncIterator[None]:
        with tempfile.TemporaryDirectory() as name:
            session = sessions[lsp_client] = make(lsp_client, Path(name))
            await session.begin()
            await session.open_model()
            yield
            await lsp_client.shutdown_session()
        mark.assert_none_left()

    return client

"""A marked environment, and a real editor process with real workers that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from editor_driver import EditorDriver
from process_marks import ProcessMark


@pytest.fixture
def mark() -> Iterator[ProcessMark]:
    mark = ProcessMark()
    yield mark
    mark.assert_none_left()


@pytest.fixture
def editor(mark: ProcessMark) -> Iterator[EditorDriver]:
    driver = EditorDriver.start(environment=mark.environment)
    driver.initialize()
    yield driver
    driver.discard()

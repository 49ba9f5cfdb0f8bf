"""The golden files: one for each message type, as Python writes it; the page's tests read them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interpogate.protocol.codec import decode
from interpogate.protocol.typescript import message_types
from message_examples import EXAMPLES, GOLDEN, golden_file, golden_text

_HOW_TO_UPDATE = "run: PYTHONPATH=python_backend python tests/python/drivers/message_examples.py"


def test_every_message_type_has_exactly_one_example() -> None:
    named = [type(message).__name__ for message in EXAMPLES]
    assert sorted(named) == sorted(kind.__name__ for kind in message_types())


def test_there_is_no_golden_file_without_a_message() -> None:
    expected = {golden_file(message) for message in EXAMPLES}
    assert set(GOLDEN.glob("*")) == expected, _HOW_TO_UPDATE


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_the_golden_file_is_what_travels(message: Any) -> None:
    text = golden_file(message).read_text("utf-8")
    assert text == golden_text(message), _HOW_TO_UPDATE
    assert decode(json.loads(text), type(message)) == message

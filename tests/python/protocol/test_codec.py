"""Messages survive the way over the wire, and what does not fit is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interpogate.protocol import messages as m
from interpogate.protocol.codec import MalformedMessage, camel_case, decode, encode
from message_examples import EXAMPLES


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda message: type(message).__name__)
def test_a_message_comes_back_as_it_was(message: Any) -> None:
    assert decode(json.loads(json.dumps(encode(message))), type(message)) == message


def test_names_are_snake_case_here_and_camel_case_on_the_wire() -> None:
    assert camel_case("graph_version") == "graphVersion"
    assert camel_case("text") == "text"
    assert encode(m.RunReference(model_id="a", run_id=1)) == {"modelId": "a", "runId": 1}


def test_defaults_stand_in_for_what_is_left_out() -> None:
    assert decode({"source": "demo"}, m.OpenModel) == m.OpenModel(source="demo")


def test_unknown_keys_are_ignored() -> None:
    assert decode({"modelId": "a", "later": 1}, m.ModelReference) == m.ModelReference(model_id="a")


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({}, m.ModelReference),
        ({"modelId": 3}, m.ModelReference),
        ({"modelId": None}, m.ModelReference),
        ({"model_id": "a"}, m.ModelReference),
        ({"protocolVersion": "1"}, m.Hello),
        ({"protocolVersion": True}, m.Hello),
        ({"protocolVersion": 1.5}, m.Hello),
        ({"modelId": "a", "containers": ["."], "detail": "some"}, m.ReadGraph),
        ({"modelId": "a", "containers": 3}, m.ReadGraph),
        ({"source": "a", "trustRemoteCode": "yes"}, m.OpenModel),
        ([], m.ModelReference),
        ("text", m.ModelReference),
        (None, m.ModelReference),
    ],
)
def test_values_that_do_not_fit_are_refused(value: Any, kind: type[Any]) -> None:
    with pytest.raises(MalformedMessage, match=kind.__name__):
        decode(value, kind)

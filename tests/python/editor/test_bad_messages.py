"""Every request has one reply whatever it is, and the log stays short."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lsprotocol.types import METHOD_TO_TYPES

from editor_driver import EditorDriver
from interpogate.transport.envelopes import Fault, envelopes

Json = dict[str, Any]

_HELLO = {"jsonrpc": "2.0", "id": 9, "method": "interpogate/session/hello", "params": {}}
_BAD_PARAMS: tuple[Any, ...] = (
    None, [], {}, 5, "x", {"textDocument": 5, "position": {"line": "a"}, "range": None},
    {"textDocument": {"uri": "file:///a.py"}, "position": {"line": 0, "character": None}},
    {"item": {}, "edit": [], "event": {"added": 1}, "token": {}, "value": "?", "settings": {}},
)  # fmt: skip
_ENDS = {"exit", "shutdown"}


def _send(editor: EditorDriver, body: bytes) -> None:
    stdin = editor.process.stdin
    assert stdin is not None
    stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    stdin.flush()


def _send_value(editor: EditorDriver, value: Any) -> None:
    _send(editor, json.dumps(value).encode())


@pytest.mark.parametrize(
    ("body", "identifier", "code"),
    [
        (b"{", None, -32700),
        (b"\xff\xfe\xfd", None, -32700),
        (b"[" * 100_000, None, -32700),
        (b'{"jsonrpc":"2.0","id":' + b"9" * 5_000 + b"}", None, -32700),
        (b"5", None, -32600),
        (b"[]", None, -32600),
        (json.dumps([_HELLO]).encode(), 9, -32600),
        (json.dumps({**_HELLO, "jsonrpc": "1.0"}).encode(), 9, -32600),
        (json.dumps({**_HELLO, "method": 7}).encode(), 9, -32600),
        (json.dumps({**_HELLO, "id": 1.5}).encode(), 1.5, -32600),
        (json.dumps({**_HELLO, "id": True}).encode(), None, -32600),
        (json.dumps({**_HELLO, "id": {"a": 1}}).encode(), None, -32600),
        (json.dumps({**_HELLO, "id": float("nan")}).encode(), None, -32600),
        (json.dumps({**_HELLO, "params": 5}).encode(), 9, -32602),
        (json.dumps({"jsonrpc": "2.0", "id": 9}).encode(), 9, -32600),
    ],
)
def test_what_is_no_request_is_refused_with_its_code(
    body: bytes, identifier: Any, code: int
) -> None:
    (fault,) = envelopes(body)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.identifier, fault.is_asked) == (code, identifier, True)


def test_each_member_of_a_batch_is_refused() -> None:
    batch = [{**_HELLO, "id": 1}, {"jsonrpc": "2.0", "method": "a"}, {**_HELLO, "id": 2}]
    found = list(envelopes(json.dumps(batch).encode()))
    assert [fault.identifier for fault in found if isinstance(fault, Fault)] == [1, 2]


def test_nobody_waits_for_a_reply_to_a_bad_notification() -> None:
    (fault,) = envelopes(b'{"jsonrpc":"2.0","method":"a","params":5}')
    assert isinstance(fault, Fault)
    assert not fault.is_asked


def test_messages_are_refused_one_by_one_and_the_others_are_answered(editor: EditorDriver) -> None:
    _send(editor, b"{")
    assert editor.wait_raw(None)["error"]["code"] == -32700
    for method in ("no/such", "textDocument/didOpen", "codeAction/resolve"):
        _send_value(editor, {**_HELLO, "id": method, "method": method, "params": {}})
    codes = {
        name: editor.wait_raw(name)["error"]["code"] for name in ("no/such", "textDocument/didOpen")
    }
    assert codes == {"no/such": -32601, "textDocument/didOpen": -32600}
    assert editor.wait_raw("codeAction/resolve")["error"] == {
        "code": -32602,
        "message": "The parameters are not those of the method.",
        "data": None,
    }
    assert editor.call("model/list") == {"models": []}


def test_every_method_answers_once_whatever_its_parameters(editor: EditorDriver) -> None:
    methods = [name for name in METHOD_TO_TYPES if name not in _ENDS]
    asked = [(name, params) for name in (*methods, "no/such") for params in _BAD_PARAMS]
    for number, (method, params) in enumerate(asked, start=1_000):
        _send_value(editor, {"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        _send_value(editor, {"jsonrpc": "2.0", "method": method, "params": params})
    for number in range(1_000, 1_000 + len(asked)):
        assert "File" not in json.dumps(editor.wait_raw(number)), asked[number - 1_000]
    assert editor.leave() == 0
    assert len(editor.log) < 50_000


def test_bad_parameters_of_a_feature_are_told(editor: EditorDriver) -> None:
    params: Json = {"textDocument": {}, "position": {}}
    _send_value(editor, {**_HELLO, "method": "textDocument/hover", "params": params})
    assert editor.wait_raw(9)["error"]["code"] == -32602


def test_a_request_while_the_server_shuts_down_is_refused(editor: EditorDriver) -> None:
    editor.wait_reply(editor.send("shutdown", None))
    _send_value(editor, _HELLO)
    assert editor.wait_raw(9)["error"]["code"] == -32600


def test_the_log_says_why_the_process_ended(editor: EditorDriver) -> None:
    _send(editor, b"{")
    editor.close_stdin()
    assert "the client closed the connection" in editor.log

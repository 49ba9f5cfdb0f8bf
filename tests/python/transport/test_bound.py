"""No message over 4 MB travels, and no request stays without a reply because of it."""

from __future__ import annotations

import json

import pytest

from interpogate.protocol.codec import decode
from interpogate.protocol.messages import Problem
from interpogate.transport.bound import MAXIMUM_BYTES, MessageTooLarge, bounded

TOO_MUCH = "x" * MAXIMUM_BYTES


def test_a_message_of_4_megabytes_passes() -> None:
    assert bounded(TOO_MUCH) == TOO_MUCH.encode()


def test_a_larger_reply_becomes_an_error_reply_to_the_same_request() -> None:
    message = json.loads(bounded(json.dumps({"jsonrpc": "2.0", "id": 7, "result": TOO_MUCH})))
    assert (message["id"], "result" in message) == (7, False)
    assert decode(message["error"]["data"], Problem).code == "message.tooLarge"


@pytest.mark.parametrize("envelope", [{"id": 7, "method": "a"}, {"method": "a"}])
def test_a_larger_request_or_notification_is_refused(envelope: dict[str, object]) -> None:
    with pytest.raises(MessageTooLarge):
        bounded(json.dumps({**envelope, "params": TOO_MUCH}))


def test_half_a_surrogate_pair_survives_as_its_escape() -> None:
    text = json.dumps({"a": "\ud83c"}, ensure_ascii=False)
    assert json.loads(bounded(text)) == {"a": "\ud83c"}

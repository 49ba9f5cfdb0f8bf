"""The method table and its TypeScript twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from interpogate.protocol import messages, typescript
from interpogate.protocol.methods import METHODS, Method, methods_of

TWIN = Path(__file__).resolve().parents[3] / "webview/src/protocol/messages.generated.ts"


def test_the_typescript_twin_is_fresh() -> None:
    assert TWIN.read_text("utf-8") == typescript.generate(), "run: npm run generate"


def test_a_stale_twin_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "messages.generated.ts"
    assert typescript.main(["--check", str(file)]) == 1
    assert typescript.main([str(file)]) == 0
    assert typescript.main(["--check", str(file)]) == 0
    file.write_text(file.read_text("utf-8") + "\n", "utf-8")
    assert typescript.main(["--check", str(file)]) == 1


@pytest.mark.parametrize("method", METHODS.values(), ids=lambda method: method.name)
def test_a_method_is_named_noun_and_verb_and_uses_messages_of_the_protocol(
    method: Method,
) -> None:
    noun, _, verb = method.name.partition("/")
    assert noun.isidentifier()
    assert verb.isidentifier()
    for kind in (method.params, method.result):
        assert kind is None or getattr(messages, kind.__name__) is kind


def test_requests_have_results_and_events_have_none() -> None:
    for route in ("server", "worker"):
        assert all(method.result is not None for method in methods_of(route))
    for route in ("event", "page"):
        assert all(method.result is None for method in methods_of(route))  # type: ignore[arg-type]


def test_every_message_about_a_model_names_it() -> None:
    """The editor process finds the worker by `modelId`."""
    for method in (*methods_of("worker"), *methods_of("event")):
        assert "model_id" in method.params.__annotations__

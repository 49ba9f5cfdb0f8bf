"""What tests of several parts share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from torch import nn


@pytest.fixture
def nothing_stays_on_modules(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No hook of ours is left on any module that was made, nor a `forward` not its own."""
    made: list[nn.Module] = []
    original = nn.Module.__init__

    def remember(self: nn.Module, *args: object, **kwargs: object) -> None:
        original(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(nn.Module, "__init__", remember)
    yield
    hooks = [h for m in made for h in (*m._forward_hooks.values(), *m._forward_pre_hooks.values())]
    assert not [hook for hook in hooks if hook.__module__.startswith("interpogate")]
    forwards = [vars(module).get("forward") for module in made]
    assert not [one for one in forwards if type(one).__module__.startswith("interpogate")]

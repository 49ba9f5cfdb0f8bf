"""No test of the library may leave a hook on any module, nor a `forward` that is not its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from torch import nn


@pytest.fixture(autouse=True)
def _nothing_stays_on_a_module(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
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

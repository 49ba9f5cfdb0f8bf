"""Several paths as a person writes them; whatever they hold, the loop yields just these."""

from __future__ import annotations

import pytest

from interpogate.codegen.paths import loop_over

CASES = [
    (("h.0", "h.1", "h.2"), "for layer in range(3):"),
    (("h.2.attn", "h.3.attn"), "for layer in range(2, 4):"),
    (("h.0.mlp", "h.2.mlp", "h.4.mlp"), "for layer in range(0, 5, 2):"),
    (("h.0", "h.1", "h.3"), 'for path in ["h.0", "h.1", "h.3"]:'),
    (("h.0.a", "h.1.b"), 'for path in ["h.0.a", "h.1.b"]:'),
    (("a{0}.0", "a{0}.1"), "for layer in range(2):"),
    (('q"]\n.0', 'q"]\n.1'), "for layer in range(2):"),
    (("h.00", "h.01"), 'for path in ["h.00", "h.01"]:'),
    (("h.²", "h.³"), 'for path in ["h.²", "h.³"]:'),
    (("h.1", "h.0"), 'for path in ["h.1", "h.0"]:'),
    (tuple(f"a_rather_long_name_{n}.inner" for n in "abcdef"), "for path in ["),
]


@pytest.mark.parametrize(("paths", "head"), CASES)
def test_the_loop_yields_the_paths(paths: tuple[str, ...], head: str) -> None:
    loop = loop_over(paths)
    assert loop.head[0] == head
    found: list[str] = []
    exec("\n".join(loop.over([f"found.append({loop.path})"])), {"found": found})  # noqa: S102
    assert tuple(found) == paths


def test_a_single_path_needs_no_loop() -> None:
    loop = loop_over(("h.3.attn",))
    assert (loop.head, loop.path) == ((), '"h.3.attn"')

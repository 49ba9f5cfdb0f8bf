"""The part of many recipes that speaks of each module by its path: `activations[path] = …`."""

from __future__ import annotations

from collections.abc import Callable

from interpogate.codegen.paths import loop_over
from interpogate.codegen.text import indented
from interpogate.codegen.watching import HookTarget, Registration, by_keyword, callback


def closure(
    target: HookTarget, maker: str, body: Callable[[str], list[str]]
) -> tuple[list[str], Registration]:
    """A callback whose body is made for the path given as code, and its registration.

    For a single module the path is a literal; for several a function makes a callback for each.
    """
    loop, with_kwargs = loop_over(target.paths), by_keyword(target.call)
    if not loop.head:
        lines = callback(target, "post", body(loop.path))
        return lines, Registration("post", loop, "post_hook", with_kwargs=with_kwargs)
    inner = callback(target, "post", body("path"))
    lines = [f"def {maker}(path):", *indented([*inner, "", "return post_hook"])]
    return lines, Registration(
        "post", loop, f"{maker}(path)", with_kwargs=with_kwargs, names_path=True
    )

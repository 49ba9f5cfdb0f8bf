"""Several module paths as a person writes them: one string, a loop over a range, or a list.

Called by the writers of hooks and recipes.
"""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.codegen.text import quoted

_VARIABLE = "layer"
_NARROW = 80


@dataclass(frozen=True)
class PathLoop:
    """How to come by each path."""

    head: tuple[str, ...]
    """Lines that open the loop; empty for a single path."""
    path: str
    """The path as an expression, inside the loop if there is one."""

    def over(self, lines: list[str]) -> list[str]:
        """Lines that do something with each path."""
        return [*self.head, *(f"    {line}" for line in lines)] if self.head else lines


def loop_over(paths: tuple[str, ...]) -> PathLoop:
    """The shortest honest way to write these paths; their order stays."""
    if len(paths) == 1:
        return PathLoop((), quoted(paths[0]))
    return _ranged(paths) or _listed(paths)


def _ranged(paths: tuple[str, ...]) -> PathLoop | None:
    split = [path.split(".") for path in paths]
    if len({len(parts) for parts in split}) != 1:
        return None
    varying = [place for place, parts in enumerate(zip(*split, strict=True)) if len(set(parts)) > 1]
    if len(varying) != 1:
        return None
    span = _range_of([parts[varying[0]] for parts in split])
    if span is None:
        return None
    parts = [part.replace("{", "{{").replace("}", "}}") for part in split[0]]
    parts[varying[0]] = f"{{{_VARIABLE}}}"
    return PathLoop((f"for {_VARIABLE} in {span}:",), f"f{quoted('.'.join(parts))}")


def _range_of(texts: list[str]) -> str | None:
    if not all(text.isascii() and text.isdigit() and text == str(int(text)) for text in texts):
        return None
    numbers = [int(text) for text in texts]
    step = numbers[1] - numbers[0]
    if step <= 0 or numbers != list(range(numbers[0], numbers[-1] + 1, step)):
        return None
    end = numbers[-1] + 1
    if step > 1:
        return f"range({numbers[0]}, {end}, {step})"
    return f"range({numbers[0]}, {end})" if numbers[0] else f"range({end})"


def _listed(paths: tuple[str, ...]) -> PathLoop:
    literals = [quoted(path) for path in paths]
    line = f"for path in [{', '.join(literals)}]:"
    if len(line) <= _NARROW:
        return PathLoop((line,), "path")
    return PathLoop(("for path in [", *(f"    {text}," for text in literals), "]:"), "path")

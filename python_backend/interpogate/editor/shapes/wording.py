"""The words about observed values, for hints and hovers. Names of modules are never read as markup.

Called by `hints.py` and `hover.py`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

_MOST_SHAPES = 3
_MOST_CHARACTERS = 40
_MOST_LISTED = 12
# The name of a dataclass in front of its fields: it would leave no room for their shapes.
_CLASS_NAME = re.compile(r"\b[^\W\d]\w*\((?=\w+: )")


def hint_label(outputs: Sequence[Json], *, failed: bool) -> str:
    """`→ [1, 9, 64] · [1, 10, 64]`, short enough that VS Code does not cut it; may be empty."""
    shapes = list(dict.fromkeys(_CLASS_NAME.sub("(", value["shape"]) for value in outputs))
    if not shapes:
        return "✗ failed here" if failed else ""
    shown = [shapes[0]]
    for shape in shapes[1:_MOST_SHAPES]:
        if len(" · ".join([*shown, shape])) <= _MOST_CHARACTERS:
            shown.append(shape)
    rest = f" · +{len(shapes) - len(shown)}" if len(shapes) > len(shown) else ""
    label = _cut(" · ".join(shown), _MOST_CHARACTERS) + rest
    return f"→ {label}{' ✗' if failed else ''}"


def call_tooltip(call: Json, origin: str) -> str:
    """All about one place in the code, as Markdown."""
    first = code_span(call["paths"][0])
    more = call["pathCount"] - 1
    others = f" and {_counted(more, 'other module')}" if more else ""
    times = f", called {call['callCount']} times" if call["callCount"] > 1 else ""
    parts = [f"{code_span(call['className'])} {first}{others}{times}"]
    if call["outputs"]:
        parts.append(value_list(call["outputs"]))
    if call["failed"]:
        parts.append("The forward pass failed in this call.")
    return "\n\n".join([*parts, f"*{origin}*"])


def value_list(values: Sequence[Json]) -> str:
    """Each different value as an item, with how often it was seen if there are several."""
    if len(values) == 1:
        return code_span(_cut(values[0]["text"], 300))
    lines = [_item(value) for value in values[:_MOST_LISTED]]
    left = len(values) - len(lines)
    return "\n".join([*lines, f"- and {left} more"] if left else lines)


def inline_values(values: Sequence[Json]) -> str:
    """The same on one line."""
    shown = " · ".join(code_span(_cut(value["text"], 300)) for value in values[:_MOST_SHAPES])
    left = len(values) - _MOST_SHAPES
    return f"{shown} and {left} more" if left > 0 else shown


def observed_in(origin: str, run_id: int) -> str:
    """Where a shape comes from, always said with it."""
    if origin == "run":
        return f"Observed in run {run_id}"
    if origin == "example":
        return "From the first look, on invented inputs"
    return "From the first look, on fake tensors"


def code_span(text: str) -> str:
    """Text between backticks, whatever is in it."""
    plain = " ".join(text.split()) or " "
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    fence = "`" * (longest + 1)
    edge = " " if plain[0] == "`" or plain[-1] == "`" else ""
    return f"{fence}{edge}{plain}{edge}{fence}"


def _item(value: Json) -> str:
    return f"- {code_span(_cut(value['text'], 300))} × {value['count']}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"

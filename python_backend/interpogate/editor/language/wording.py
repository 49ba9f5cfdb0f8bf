"""Modules in words, for completion, hover and messages. Names are never read as markup.

Called by the features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from interpogate.editor.language.mirror import Mirror
from interpogate.editor.language.module_table import Kind, ModuleTable, Observation
from interpogate.editor.shapes.wording import code_span, observed_in

Json = dict[str, Any]

_MOST_PARAMETERS = 8
_MOST_OBSERVATIONS = 4
_MOST_ATTRIBUTES = 8
_LONGEST_NAME = 120


def parameter_words(count: int) -> str:
    """`1,024 parameters`; empty for none."""
    return f"{count:,} parameter{'' if count == 1 else 's'}" if count else ""


def shape_words(parameter: Json) -> str:
    """`[128, 64]`."""
    return f"[{', '.join(map(str, parameter['shape']))}]"


def detail(table: ModuleTable, row: int) -> str:
    """What stands beside a name in a list: `Linear · weight [64, 128], bias [64]`."""
    kind = table.kind(row)
    own = [f"{own['name']} {shape_words(own)}" for own in kind.parameters[:2]]
    is_leaf = not table.children(row)
    words = ", ".join(own) if own and is_leaf else parameter_words(table.parameter_count(row))
    return f"{kind.class_name} · {words}" if words else kind.class_name


def description(mirror: Mirror, table: ModuleTable, row: int) -> str:
    """All about a module, as Markdown without links."""
    kind = table.kind(row)
    facts = [parameter_words(table.parameter_count(row)) or "no parameters"]
    children = len(table.children(row))
    if children:
        facts.append(f"{children} submodule{'' if children == 1 else 's'}")
    parts = [f"{code_span(kind.class_name)} {code_span(table.path(row))}", " · ".join(facts)]
    parts += [words for words in (_attributes(kind), _parameters(kind)) if words]
    return "\n\n".join([*parts, _observed(mirror, table, row)])


def _attributes(kind: Kind) -> str:
    shown = [f"{label}={text}" for label, text in kind.attributes[:_MOST_ATTRIBUTES]]
    return code_span(", ".join(shown)) if shown else ""


def _parameters(kind: Kind) -> str:
    shown = kind.parameters[:_MOST_PARAMETERS]
    lines = [f"- {code_span(p['name'])} {code_span(p['dtype'] + shape_words(p))}" for p in shown]
    left = len(kind.parameters) - len(shown)
    return "\n".join([*lines, f"- and {left} more"] if left else lines)


def _observed(mirror: Mirror, table: ModuleTable, row: int) -> str:
    shapes = mirror.shapes
    if shapes.origin == "none":
        return "*Not observed yet: run a forward pass.*"
    source = observed_in(shapes.origin, shapes.run_id)
    seen = shapes.of(row)
    if not seen:
        is_holder = any(shapes.of(child) for child in table.children(row).values())
        words = "it was not called itself, its modules were" if is_holder else "it did not run"
        return f"*{source}: {words}*"
    return "\n\n".join([f"*{source}{_calls(seen)}:*", _observations(seen)])


def _calls(seen: Sequence[Observation]) -> str:
    count = sum(one.count for one in seen)
    return f", called {count:,} times" if count > 1 else ""


def _observations(seen: Sequence[Observation]) -> str:
    lines = [line for one in seen[:_MOST_OBSERVATIONS] for line in _observation(one)]
    left = len(seen) - _MOST_OBSERVATIONS
    return "\n".join([*lines, f"- and {left} more kinds of calls"] if left > 0 else lines)


def _observation(one: Observation) -> list[str]:
    taken = f"- takes {code_span(one.inputs)}" if one.inputs else "- takes nothing"
    returned = "- raised" if one.outputs is None else f"- returns {code_span(one.outputs)}"
    return [taken, returned]


def shown_name(name: str) -> str:
    """A name on one line, cut where it would fill a window."""
    plain = name if name.isprintable() else repr(name)[1:-1]
    return plain if len(plain) <= _LONGEST_NAME else f"{plain[: _LONGEST_NAME - 1]}…"

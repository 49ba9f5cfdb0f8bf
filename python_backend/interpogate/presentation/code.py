"""Hook code for nodes of the graph, with the shapes that were observed."""

from __future__ import annotations

from collections.abc import Sequence

from interpogate.codegen.hooks import Kind, Style, write_hooks
from interpogate.presentation.selection import hook_target, selected_modules
from interpogate.presentation.subject import Subject
from interpogate.protocol import messages as m


def hook_code(
    subject: Subject, node: str, kind: Kind, style: Style, also: Sequence[str] = ()
) -> m.HookCode:
    """Write code that hooks a node and further ones. Raises `PathNotFound`."""
    modules = selected_modules(subject.graph, (node, *also))
    written = write_hooks(hook_target(subject, modules), kind, style)
    return m.HookCode(
        path=modules[0].path, text=written.text, snippet=written.snippet, imports=written.imports
    )

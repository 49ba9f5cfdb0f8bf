"""Imports `lsprotocol.types` in less time.

The module makes 554 classes; writing their `__repr__` and `__eq__` takes half of its import.
Nothing in this process compares messages, and nothing may print them, so they are left out. Must
run before pygls is imported; called by `__main__.py`.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module

import attrs


def import_lsp_types() -> None:
    """Import the module; whoever imports it later finds it there."""
    define = attrs.define
    attrs.define = partial(define, repr=False, eq=False)
    try:
        import_module("lsprotocol.types")
    finally:
        attrs.define = define

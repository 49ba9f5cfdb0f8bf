"""Imports `lsprotocol.types` in less time.

The module makes 554 classes, most of its import is attrs writing their methods. Nothing in this
process compares messages or changes them by assignment, and nothing may print them, so what serves
that is left out: measured 108 ms of processor time instead of 240. Must run before pygls is
imported; called by `__main__.py`.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module

import attrs


def import_lsp_types() -> None:
    """Import the module; whoever imports it later finds it there."""
    define = attrs.define
    attrs.define = partial(
        define, repr=False, eq=False, slots=False, on_setattr=attrs.setters.NO_OP
    )
    try:
        import_module("lsprotocol.types")
    finally:
        attrs.define = define

"""What became different when a model was loaded anew since its files changed."""

from __future__ import annotations

from dataclasses import dataclass

from interpogate.protocol.messages.terms import ChangeKind


@dataclass(frozen=True, kw_only=True)
class ModuleChange:
    """One module that is new, gone or different."""

    kind: ChangeKind
    """What happened. What is inside of an added or removed module is not told apart."""
    path: str
    """Module path; of a removed module the one that it had."""
    class_name: str
    """Class name; of a removed module the one that it had."""
    details: tuple[str, ...] = ()
    """What is different, such as `weight 64×10 → 128×10`; empty unless `changed`."""


@dataclass(frozen=True, kw_only=True)
class ModelDifference:
    """The new modules against those before. The list is bounded, the counts are exact."""

    graph_version: int
    """The first graph of the model as it is now."""
    added_count: int
    """Modules that are new, each with all that is inside."""
    removed_count: int
    """Modules that are gone, each with all that was inside."""
    changed_count: int
    """Modules of another class, with other parameters or another output shape."""
    changes: tuple[ModuleChange, ...]
    """Added, then removed, then changed ones, each in the model's order."""


@dataclass(frozen=True, kw_only=True)
class Preferences:
    """How the server shall behave, by the user's settings; in force until told otherwise."""

    reload_on_change: bool = True
    """Whether a model is loaded anew when a file that it was loaded from changes on disk."""

"""What stands before `.pre(`, `.node(` and the like: whether its strings name modules.

`requests.post("…")` must never be taken for a hook, so names count by how they came to be: `as
hook`, `interp = Interpogate(model)`, or by the names that inserted code uses. Pure text; a notebook
is read as a whole. Called by `path_strings.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from interpogate.editor.language.documents import Document

# Looked for from these words backwards: to try a name at every letter takes minutes where a text
# holds a picture as one long word.
_HOOK_SET = re.compile(r"\.hook\(\s*\)(?:\s*as\s+(\w+))?")
_OBSERVER = re.compile(
    r"Interpogate(?<!\wInterpogate)\b(?P<call>\(\s*(?:model\s*=\s*)?(?:(?P<model>\w+)\s*[,)])?)?"
)
_ASSIGNED = re.compile(r"(?<!\w)(\w+)\s*(?::[^=\r\n]*)?=[\s(]*[\w.]*\Z")
_TYPED = re.compile(r"(?<!\w)(\w+)\s*:\s*[\"']?[\w.]*\Z")
# Read backwards from the method's dot, letters in reverse: a search from the left would try every
# letter of what stands before.
_CHAIN = re.compile(r"\s*\.\s*(?:(?P<call>\)\s*\()\s*)?(?P<chain>(?:\w+\s*\.\s*)*\w*[^\W\d])")
_REACH = 200


@dataclass(frozen=True)
class Receiver:
    """The expression before a method."""

    base: tuple[str, ...]
    """Attributes between the model and the module whose method is called."""
    is_certain: bool
    """Whether it surely belongs to the open model."""
    start: int
    """Offset of its first name."""


@dataclass(frozen=True)
class Receivers:
    """The names in a text, or in all cells of a notebook, that stand for something of ours."""

    hook_sets: frozenset[str]
    observers: frozenset[str]
    models: frozenset[str]

    @classmethod
    def of(cls, documents: Iterable[Document]) -> Receivers:
        """Read them from documents that belong together."""
        names = [_names(document) for document in documents]
        return cls(
            hook_sets=frozenset({"hook", "hooks"}.union(*(own[0] for own in names))),
            observers=frozenset({"interp"}.union(*(own[1] for own in names))),
            models=frozenset({"model"}.union(*(own[2] for own in names))),
        )

    def before(self, text: str, position: int, method: str) -> Receiver | None:
        """The receiver of a method whose name stands at a position; None if it is none of ours."""
        first = max(0, position - _REACH)
        found = _CHAIN.match(text[first:position][::-1])
        if found is None:
            return None
        names = re.split(r"\s*\.\s*", found["chain"][::-1])
        if found["call"] and (names[-1] != "hook" or method not in {"pre", "post"}):
            return None
        start = position - found.end()
        if method == "get_submodule":
            return self._module(names, start)
        owners = self.hook_sets if method in {"pre", "post"} else self.observers
        is_certain = names[-1] in owners
        if is_certain or method == "add_visualization":
            return Receiver((), is_certain, start)
        return None

    def _module(self, names: list[str], start: int) -> Receiver | None:
        for number, name in enumerate(names):
            if name in self.observers and names[number + 1 : number + 2] == ["model"]:
                return Receiver(tuple(names[number + 2 :]), is_certain=True, start=start)
        if names[0] == "self":
            return None
        if names[0] in self.models:
            return Receiver(tuple(names[1:]), is_certain=True, start=start)
        return Receiver((), is_certain=False, start=start)


def _names(document: Document) -> tuple[set[str], set[str], set[str]]:
    known: tuple[set[str], set[str], set[str]] | None = document.memory.get("receivers")
    if known is None:
        known = _read_names(document.text)
        document.memory["receivers"] = known
    return known


def _read_names(text: str) -> tuple[set[str], set[str], set[str]]:
    hook_sets, observers, models = set(), set(), set()
    for found in _HOOK_SET.finditer(text):
        hook_sets.add(found[1] or _name_before(_ASSIGNED, text, found.start()))
    for found in _OBSERVER.finditer(text):
        way = _ASSIGNED if found["call"] else _TYPED
        observers.add(_name_before(way, text, found.start()))
        models.add(found["model"] or "")
    return hook_sets - {""}, observers - {""}, models - {""}


def _name_before(way: re.Pattern[str], text: str, position: int) -> str:
    found = way.search(text[max(0, position - _REACH) : position])
    return str(found[1]) if found else ""

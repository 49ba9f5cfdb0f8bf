"""Reads a drawing back from its SVG: boxes, ports and lines, and what the lines connect."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

_RECT = re.compile(
    r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)" rx="([\d.]+)" '
    r'fill="[^"]*" stroke='
)
_LINE = re.compile(r'<path d="M([^"AVHZ]+)" fill="none"')
_TEXT = re.compile(r'<text x="([-\d.]+)" y="([-\d.]+)"[^>]*>([^<]*)</text>')
_NEAR = 1.0


@dataclass(eq=False)
class Box:
    """A box, or a port (a dot)."""

    x: float
    y: float
    width: float
    height: float
    name: str = ""
    inside: list[Box] = field(default_factory=list)

    @property
    def is_port(self) -> bool:
        return self.width == self.height == 8

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    def holds(self, x: float, y: float) -> bool:
        across = self.x - _NEAR <= x <= self.x + self.width + _NEAR
        return across and self.y - _NEAR <= y <= self.y + self.height + _NEAR


class DrawnGraph:
    """What can be seen in a drawing."""

    def __init__(self, svg: str) -> None:
        rects = [[float(number) for number in one.groups()[:4]] for one in _RECT.finditer(svg)]
        self.boxes = [Box(x, y, width, height) for x, y, width, height in rects]
        self._name(svg)
        self._nest()
        self.loose: list[str] = []
        """Ends of lines that meet nothing."""
        self._next: defaultdict[Box, list[Box]] = defaultdict(list)
        for found in _LINE.finditer(svg):
            numbers = [float(number) for number in re.split("[ L]", found[1])]
            self._join(numbers[:2], numbers[-2:])

    def pairs(self) -> Counter[tuple[str, str]]:
        """Names of the boxes that lines connect, through whatever ports."""
        leaves = [box for box in self.boxes if not box.is_port and not box.inside]
        return Counter((box.name, target.name) for box in leaves for target in self._reached(box))

    def bare_ports(self) -> list[Box]:
        """Ports without a line on one of their sides."""
        left = set(self._next)
        met = {box for boxes in self._next.values() for box in boxes}
        return [box for box in self.boxes if box.is_port and not (box in left and box in met)]

    def _reached(self, start: Box) -> set[Box]:
        found: set[Box] = set()
        waiting, seen = list(self._next[start]), set[Box]()
        while waiting:
            box = waiting.pop()
            if box in seen:
                continue
            seen.add(box)
            if box.is_port:
                waiting += self._next[box]
            else:
                found.add(box)
        return found

    def _name(self, svg: str) -> None:
        for found in _TEXT.finditer(svg):
            x, y = float(found[1]), float(found[2])
            around = [box for box in self.boxes if box.holds(x, y) and not box.is_port]
            if around:
                smallest = min(around, key=lambda box: box.width * box.height)
                smallest.name = smallest.name or found[3]

    def _nest(self) -> None:
        for box in self.boxes:
            around = [other for other in self.boxes if other is not box and _is_in(box, other)]
            if around:
                min(around, key=lambda other: other.width * other.height).inside.append(box)

    def _join(self, begin: list[float], end: list[float]) -> None:
        source = self._at(begin, is_end=False)
        target = self._at(end, is_end=True)
        if source is None or target is None:
            self.loose.append(f"{begin} → {end}")
        else:
            self._next[source].append(target)

    def _at(self, point: list[float], *, is_end: bool) -> Box | None:
        """The port or box that a line begins or ends at."""
        x, y = point
        near = [box for box in self.boxes if _meets(box, x, y, is_end=is_end)]
        if not near:
            return None
        box = min(near, key=lambda one: one.width * one.height)
        ports = [one for one in box.inside if one.is_port and abs(one.middle - x) < _NEAR]
        ends = [one for one in ports if _is_upper(one, box) == is_end]
        if box.inside and not box.is_port:
            return ends[0] if ends else None
        return box


def _meets(box: Box, x: float, y: float, *, is_end: bool) -> bool:
    border = box.y if is_end else box.y + box.height
    return box.x - _NEAR <= x <= box.x + box.width + _NEAR and abs(border - y) < _NEAR


def _is_upper(port: Box, box: Box) -> bool:
    return port.y - box.y < box.y + box.height - port.y - port.height


def _is_in(box: Box, other: Box) -> bool:
    inner = other.holds(box.x, box.y) and other.holds(box.x + box.width, box.y + box.height)
    return inner and other.width * other.height > box.width * box.height

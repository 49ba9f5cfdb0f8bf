"""One exact value of a block: as torch prints it, with its place in words."""

from __future__ import annotations

from interpogate.protocol import messages as m
from interpogate.visualizations.reading import Reading, named_entry

_WORDS = {"average": "average", "max": "greatest", "norm": "norm"}


def exact_cell(reading: Reading, panel: int, row: int, column: int) -> m.BlockCell:
    """The value of an entry, or what its panel combines there."""
    value, places = reading.exact(panel, row, column)
    facts = []
    for number, (dimension, role, place) in enumerate(
        zip(reading.dimensions, reading.roles, places, strict=True)
    ):
        name = dimension.name or f"dimension {number}"
        if place >= 0:
            facts.append((name, named_entry(dimension, place)))
        else:
            facts.append((name, f"{_WORDS.get(role, role)} of {dimension.size}"))
    return m.BlockCell(text=printed(value), facts=(*facts, ("exact", str(value.item()))))


def printed(value: object) -> str:
    """A tensor without dimensions as torch prints it, without the word around it."""
    text = str(value).removeprefix("tensor(").removesuffix(")")
    return text.split(", ")[0].strip()

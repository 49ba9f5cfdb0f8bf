"""Pictures of circles, squares and triangles with their boxes: what the detector learned from."""

import torch

SIZE = 64
NAMES = ("circle", "square", "triangle")


def drawn(generator: torch.Generator) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """A picture `(3, 64, 64)` around 0, and the `class_labels` and `boxes` in it.

    Boxes are centre x, centre y, width and height, as shares of the picture.
    """
    picture = 0.1 * torch.randn(3, SIZE, SIZE, generator=generator)
    count = int(torch.randint(1, 4, (), generator=generator))
    boxes = _apart(count, generator)
    kinds = torch.randint(0, len(NAMES), (len(boxes),), generator=generator)
    for kind, box in zip(kinds, boxes, strict=True):
        colour = 0.8 + torch.rand(3, 1, generator=generator)
        colour = colour * (2 * torch.randint(0, 2, (3, 1), generator=generator) - 1)
        picture[:, _inside(int(kind), *box)] = colour
    return picture, {"class_labels": kinds, "boxes": torch.tensor(boxes) / SIZE}


def _apart(count: int, generator: torch.Generator) -> list[tuple[float, float, float, float]]:
    """Up to `count` squares of 14 to 26 pixels that do not touch."""
    found: list[tuple[float, float, float, float]] = []
    for _ in range(4 * count):
        side = float(torch.randint(7, 14, (), generator=generator) * 2)
        room = SIZE - side
        x, y = (torch.rand(2, generator=generator) * room + side / 2).round().tolist()
        apart = (max(abs(x - a), abs(y - b)) > (side + c) / 2 for a, b, c, _ in found)
        if len(found) < count and all(apart):
            found.append((x, y, side, side))
    return found


def _inside(kind: int, x: float, y: float, side: float, _: float) -> torch.Tensor:
    """Which pixels `(64, 64)` a shape covers; the triangle stands on its base."""
    across = torch.arange(SIZE)[None, :] + 0.5 - x
    down = torch.arange(SIZE)[:, None] + 0.5 - y
    half = side / 2
    if kind == 0:
        return across**2 + down**2 <= half**2
    if kind == 1:
        return (across.abs() <= half) & (down.abs() <= half)
    return (across.abs() <= (down + half) / 2) & (down.abs() <= half)

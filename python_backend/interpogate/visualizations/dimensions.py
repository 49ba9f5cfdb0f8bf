"""What the dimensions of a tensor seem to be: named by their sizes and by where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from interpogate.visualizations.observed import Observed
from interpogate.visualizations.value import Value

_ATTENTION = 4
_IMAGE = 4


@dataclass(frozen=True)
class Dimension:
    """One dimension of a tensor."""

    name: str
    """Such as `batch`, `heads`, `tokens`; empty if it says nothing."""
    size: int
    labels: tuple[str, ...] = ()
    """A text for each entry; empty if they have only numbers."""
    is_grid: bool = False
    """Whether the entries are patches of an image, after a few that are none."""

    @property
    def is_token_axis(self) -> bool:
        """Whether its entries are positions in a text or patches of an image."""
        return self.name in ("tokens", "query", "key", "patches", "positions")


def dimensions_of(observed: Observed, value: Value, module: nn.Module) -> tuple[Dimension, ...]:
    """Name all dimensions; `module` is where the tensor stands."""
    shape = value.shape[1:] if value.is_stack else value.shape
    names = list(value.names) or _names(observed, value, shape, module)
    known = {one.size: one.labels for one in observed.sequences}
    found = []
    for name, size in zip(names, shape, strict=True):
        is_text = name in ("tokens", "query", "key")
        is_grid = name in ("patches", "query", "key") and patch_grid(size, observed) is not None
        labels = known.get(size, ()) if is_text else ()
        found.append(Dimension(name, size, labels, is_grid=is_grid))
    if value.is_stack:
        found.insert(0, Dimension("layers", len(value.members), value.labels))
    return tuple(found)


def _names(observed: Observed, value: Value, shape: Sequence[int], module: nn.Module) -> list[str]:
    if value.is_parameter:
        return _of_parameter(observed, shape, module)
    names = [""] * len(shape)
    if len(shape) > 1 and shape[0] == observed.batch_size:
        names[0] = "batch"
    _name_tokens(observed, shape, names)
    if _is_image(shape, names):
        names[-3:] = ["channels", "height", "width"]
    if shape and not names[-1]:
        names[-1] = "vocabulary" if shape[-1] == observed.vocabulary_size else "features"
    _name_patches(observed, shape, names)
    return names


def _name_tokens(observed: Observed, shape: Sequence[int], names: list[str]) -> None:
    sizes = {one.size for one in observed.sequences}
    tokens = [n for n, size in enumerate(shape) if not names[n] and size in sizes]
    last = len(shape) - 1
    is_square = len(shape) >= 3 and shape[-1] == shape[-2] and shape[-3] in observed.head_counts  # noqa: PLR2004
    if len(shape) > 2 and (tokens[-2:] == [last - 1, last] or (is_square and not tokens)):  # noqa: PLR2004
        names[last - 1], names[last] = "query", "key"
        names[last - 2] = names[last - 2] or "heads"
    elif tokens:
        names[tokens[0]] = "tokens"
        _name_heads(observed, shape, names)


def _name_heads(observed: Observed, shape: Sequence[int], names: list[str]) -> None:
    if len(shape) != _ATTENTION:
        return
    free = [n for n in range(len(shape) - 1) if not names[n] and shape[n] in observed.head_counts]
    for number in free[:1]:
        names[number] = "heads"


def _is_image(shape: Sequence[int], names: list[str]) -> bool:
    return len(shape) == _IMAGE and not any(names[1:]) and min(shape[-2:]) > 1


def _name_patches(observed: Observed, shape: Sequence[int], names: list[str]) -> None:
    """A vision transformer's positions are patches, after a few that are none."""
    if len(shape) == 3 and not names[1]:  # noqa: PLR2004
        is_grid = observed.image_size is not None and patch_grid(shape[1], observed) is not None
        names[1] = "patches" if is_grid else "positions"


def patch_grid(count: int, observed: Observed) -> tuple[int, int, int] | None:
    """Rows, columns, and how many positions before them are no patches; None if it is no grid."""
    if observed.image_size is None:
        return None
    height, width = observed.image_size
    for leading in range(6):
        for patch in range(1, min(height, width) + 1):
            rows, columns = height // patch, width // patch
            if rows * columns == count - leading and rows > 1:
                return rows, columns, leading
    return None


def _of_parameter(observed: Observed, shape: Sequence[int], module: nn.Module) -> list[str]:
    if isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Conv3d)) and len(shape) > 2:  # noqa: PLR2004
        return ["channels out", "channels in", *("depth", "height", "width")[5 - len(shape) :]]
    if len(shape) != 2:  # noqa: PLR2004
        return ["features" if n == len(shape) - 1 else "" for n in range(len(shape))]
    if isinstance(module, nn.Linear):
        return ["outputs", "inputs"]
    if isinstance(module, nn.Embedding):
        is_vocabulary = shape[0] == observed.vocabulary_size
        return ["vocabulary" if is_vocabulary else "entries", "features"]
    return ["", ""]

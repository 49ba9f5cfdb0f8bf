"""Boxes that a detection model found in its input image, as DETR and its kin return them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from interpogate.trace.members import attribute
from interpogate.visualizations.find import kept_result
from interpogate.visualizations.observed import Observed
from interpogate.visualizations.problems import OptionInvalid

_MAXIMUM_BOXES = 100


@dataclass(frozen=True)
class Boxes:
    """`corners` is `(boxes, 4)`: left, top, right, bottom as shares of the image."""

    corners: torch.Tensor
    labels: tuple[str, ...]


def boxes_of(observed: Observed, least_score: str) -> Boxes | None:
    """Boxes whose score is at least so high, best first; None if the model returns no boxes.

    `pred_boxes` are centre, width and height as shares; the last class of `logits` is "nothing".
    """
    centres, logits = (kept_result(observed, name) for name in ("pred_boxes", "logits"))
    if centres is None or logits is None or centres.shape[:-1] != logits.shape[:-1]:
        return None
    scores, classes = logits.softmax(-1)[..., :-1].max(-1)
    order = scores.argsort(descending=True)[:_MAXIMUM_BOXES]
    chosen = order[scores[order] >= _score(least_score)]
    x, y, width, height = centres[chosen].unbind(-1)
    corners = torch.stack([x - width / 2, y - height / 2, x + width / 2, y + height / 2], -1)
    names = attribute(attribute(observed.live[0], "config"), "id2label") or {}
    return Boxes(corners, tuple(_label(names, classes[n], scores[n]) for n in chosen))


def _label(names: dict[int, Any], number: torch.Tensor, score: torch.Tensor) -> str:
    return f"{names.get(int(number), int(number))} {float(score):.2f}"


def _score(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise OptionInvalid(f"The least score of a box cannot be {text!r}.") from None

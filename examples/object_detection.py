# %% [markdown]
# # Object detection
#
# You learn to follow a picture through a DETR, from convolutions through encoder and decoder to the
# boxes around what it sees, and to see where a box looks.
#
# The detector is a small [Conditional DETR](https://arxiv.org/abs/2108.06152) that learned circles,
# squares and triangles from drawn pictures; `scripts/train_shapes_detector.py` made it.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import shapes
import torch
from transformers import ConditionalDetrForObjectDetection

from interpogate import Interpogate

folder = Path(shapes.__file__).parent / "shapes_detector"
model = ConditionalDetrForObjectDetection.from_pretrained(folder, dtype=torch.float32)
interp = Interpogate(model)

picture, truth = shapes.drawn(torch.Generator().manual_seed(3))
with torch.no_grad():
    output = interp.forward(pixel_values=picture[None])

# %% [markdown]
# Six queries each give a box and a score for each kind; the ones that are sure are kept.

# %%
scores, kinds = output.logits[0].sigmoid().max(-1)
boxes = output.pred_boxes[0]
sure = sorted((scores > 0.5).nonzero().flatten().tolist(), key=lambda query: boxes[query, 0])
found = [(shapes.NAMES[kinds[query]], float(scores[query]), boxes[query]) for query in sure]
for name, score, box in found:
    print(f"{name:<9} {score:.1f}", [round(side * shapes.SIZE) for side in box.tolist()])


# %%
def show(axes, image, boxes=()):
    """A picture, with boxes of centre, width and height as shares of it."""
    axes.imshow((image.permute(1, 2, 0) / 4 + 0.5).clamp(0, 1), extent=(0, 1, 1, 0))
    axes.set_axis_off()
    for name, score, (x, y, width, height) in boxes:
        corner = (float(x - width / 2), float(y - height / 2))
        frame = plt.Rectangle(corner, float(width), float(height), fill=False, color="white")
        axes.add_patch(frame)
        left = min(corner[0], 0.6)  # the words stay inside
        axes.text(left, corner[1], f"{name} {score:.2f}", color="white", fontsize=8, va="bottom")


figure, axes = plt.subplots(figsize=(3.6, 3.6))
show(axes, picture, found)
plt.show()

# %% [markdown]
# A hook on the last cross-attention shows where each of these queries looked.

# %%
layer = "model.decoder.layers.1.encoder_attn"
looks = {}


def keep(module, args, output):
    looks["weights"] = output[1][0].mean(0)  # (queries, places), the mean of the heads


model.set_attn_implementation("eager")  # the other kernels do not give the weights
with torch.no_grad(), interp.hook() as hook:
    hook.post(layer, keep)
    interp.forward(pixel_values=picture[None])

figure, grid = plt.subplots(1, len(found), figsize=(2.6 * len(found), 2.8), squeeze=False)
for axes, number, box in zip(grid[0], sure, found, strict=True):
    show(axes, picture, [box])
    places = looks["weights"][number].reshape(8, 8)
    axes.imshow(places, extent=(0, 1, 1, 0), alpha=0.6, cmap="magma")
plt.show()

# %% [markdown]
# The whole way of the picture: open `model`, then `backbone`, `encoder` and `decoder`.

# %%
interp.visualize()

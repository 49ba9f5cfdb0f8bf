# %% [markdown]
# # Visualization zoo
#
# You learn what three families of models that see look like from inside, and to tell each by its
# data flow. The next page, `visualization_zoo_sequences`, has three that read and hear.
#
# All are tiny and have random weights: this is about their shape.

# %%
import torch
from torch import nn
from torch.nn import functional as F

from interpogate import Interpogate

torch.manual_seed(0)


def look(model, *args, **inputs):
    """Run a model once and show it."""
    interp = Interpogate(model.eval())
    with torch.no_grad():
        interp.forward(*args, **inputs)
    return interp.visualize(height=360)


# %% [markdown]
# ## A convolutional network
#
# Blocks with a way around them: each adds to what it was given.


# %%
class Block(nn.Module):
    def __init__(self, channels_in, channels_out, stride):
        super().__init__()
        self.first = nn.Conv2d(channels_in, channels_out, 3, stride, padding=1)
        self.norm = nn.BatchNorm2d(channels_out)
        self.second = nn.Conv2d(channels_out, channels_out, 3, padding=1)
        self.around = nn.Conv2d(channels_in, channels_out, 1, stride)

    def forward(self, x):
        return F.relu(self.around(x) + self.second(F.relu(self.norm(self.first(x)))))


class ResidualNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.stages = nn.Sequential(Block(8, 16, 2), Block(16, 32, 2), Block(32, 64, 2))
        self.head = nn.Linear(64, 10)

    def forward(self, x):
        return self.head(self.stages(self.stem(x)).mean((2, 3)))


look(ResidualNetwork(), torch.randn(1, 3, 32, 32))

# %% [markdown]
# ## A U-Net
#
# Down to few pixels and up again, with a shortcut across at each size.


# %%
class UNet(nn.Module):
    def __init__(self, widths=(8, 16, 32)):
        super().__init__()
        pairs = list(zip((3, *widths[:-1]), widths, strict=True))
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairs)
        self.bottom = nn.Conv2d(widths[-1], widths[-1], 3, padding=1)
        self.up = nn.ModuleList(nn.Conv2d(2 * b, a, 3, padding=1) for a, b in reversed(pairs))

    def forward(self, x):
        skipped = []
        for convolution in self.down:
            x = F.relu(convolution(x))
            skipped.append(x)
            x = F.max_pool2d(x, 2)
        x = self.bottom(x)
        for convolution, across in zip(self.up, reversed(skipped), strict=True):
            x = F.interpolate(x, scale_factor=2)
            x = convolution(torch.cat([x, across], dim=1))
        return x


look(UNet(), torch.randn(1, 3, 32, 32))

# %% [markdown]
# ## A vision transformer
#
# The picture is cut into patches, which pass equal layers as tokens. Equal layers are folded into
# one box.

# %%
from transformers import ViTConfig, ViTForImageClassification  # noqa: E402

config = ViTConfig(
    image_size=32,
    patch_size=8,
    hidden_size=32,
    num_hidden_layers=4,
    num_attention_heads=4,
    intermediate_size=64,
    num_labels=10,
)
look(ViTForImageClassification(config), pixel_values=torch.randn(1, 3, 32, 32))

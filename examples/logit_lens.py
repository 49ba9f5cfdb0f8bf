# %% [markdown]
# # Logit lens
#
# You learn to read a model's mind between its layers: hooks take what each layer leaves behind,
# and the model's own head says which token that would be.
#
# As a script it takes any causal language model: `python logit_lens.py --model ID --text "…"`.

# %%
import argparse

import matplotlib.pyplot as plt
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate import Interpogate
from interpogate.demo import SAMPLE_TEXT, demo_directory

options = argparse.ArgumentParser()
options.add_argument("--model", default=str(demo_directory()), help="a transformers id or a folder")
options.add_argument("--text", default=SAMPLE_TEXT)
chosen, _ = options.parse_known_args()

model = AutoModelForCausalLM.from_pretrained(chosen.model)
tokenizer = AutoTokenizer.from_pretrained(chosen.model)
interp = Interpogate(model, tokenizer)

# %% [markdown]
# The layers are the longest list of modules; the last norm stands beside it. `interp.visualize()`
# shows both, and their paths.


# %%
def layer_paths(interp):
    """Paths of the layers, in order."""
    modules = interp.graph.modules
    lists = [node for node in modules.values() if node.class_name == "ModuleList"]
    longest = max(lists, key=lambda node: len(interp.node(node.path)))
    return [f"{longest.path}.{number}" for number in range(len(interp.node(longest.path)))]


def last_norm(interp, layer):
    """The norm between the last layer and the head."""
    around = interp.node(layer.rsplit(".", 2)[0])
    norms = [child for child in around.children() if "norm" in type(child).__name__.lower()]
    return norms[-1]


layers = layer_paths(interp)
norm, head = last_norm(interp, layers[0]), model.get_output_embeddings()
print(layers[0], "…", layers[-1], type(norm).__name__)

# %%
guesses = {}


def look(path):
    def post_hook(module, args, output):
        hidden = output[0] if isinstance(output, tuple) else output
        guesses[path] = head(norm(hidden))[0].softmax(-1).max(-1)

    return post_hook


with torch.no_grad(), interp.hook() as hook:
    for path in layers:
        hook.post(path, look(path))
    interp.forward_text(chosen.text)

for path in layers:
    print(f"{path:<16}", repr(tokenizer.decode(guesses[path].indices[-1])))

# %% [markdown]
# Each cell is what a layer would say next at a position, the darker the surer.

# %%
probabilities = torch.stack([guesses[path].values for path in layers])
figure, axes = plt.subplots(figsize=(max(6, 0.62 * probabilities.shape[1]), 1 + 0.45 * len(layers)))
axes.imshow(probabilities, cmap="Blues", vmin=0, vmax=1, aspect="auto")
for row, path in enumerate(layers):
    for column, token in enumerate(guesses[path].indices):
        shade = "white" if probabilities[row, column] > 0.6 else "black"
        text = tokenizer.decode(token).strip()
        axes.text(column, row, text, ha="center", va="center", color=shade, fontsize=8)
tokens = [token.text for token in interp.run.tokens]
axes.set_xticks(range(len(tokens)), tokens, rotation=45, ha="right")
axes.set_yticks(range(len(layers)), layers)
figure.tight_layout()
plt.show()

# %%
interp.visualize()

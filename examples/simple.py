# %% [markdown]
# # Simple
#
# You learn to watch a model run, to read what it did, and to change what it does with a hook.

# %%
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate import Interpogate
from interpogate.demo import SAMPLE_TEXT, demo_directory

# A small GPT-2 that comes with Interpogate. Any torch.nn.Module does; text needs a tokenizer too.
model = AutoModelForCausalLM.from_pretrained(demo_directory())
tokenizer = AutoTokenizer.from_pretrained(demo_directory())
interp = Interpogate(model, tokenizer)

# %% [markdown]
# A forward pass returns what the model returns, and is recorded on the way.

# %%
output = interp.forward_text(SAMPLE_TEXT)
print(SAMPLE_TEXT, "→", interp.run.top_tokens(-1, k=3)[0].text)
print(output.logits.shape)

# %% [markdown]
# Open the boxes, select one to see what went in and out of it, and press a token to see what the
# model expected after it. *Copy hook code* gives code for the selected module.

# %%
interp.visualize()

# %% [markdown]
# The same facts as plain data: modules by path, every call with its shapes, and who gave a tensor
# to whom.

# %%
attention = interp.graph.modules["transformer.h.1.attn"]
print(attention.class_name, attention.parameter_count, "parameters")
for call in interp.run.calls[:4]:
    shapes = [value.tensor.shape for value in call.outputs if value.tensor]
    print(f"{call.path:<20} {shapes[0]}")
for edge in interp.graph.edges[:4]:
    print(edge.source, "→", edge.target, edge.tensor.shape)

# %% [markdown]
# Hooks by path, gone when the block ends. This one takes the second layer's attention away.


# %%
def silence(module, args, output):
    return (output[0] * 0, *output[1:])


for path in (None, "transformer.h.1.attn"):
    with interp.hook() as hook:
        if path:
            hook.post(path, silence)
        interp.forward_text(SAMPLE_TEXT)
    best = interp.run.top_tokens(-1, k=3)
    print(path or "as it is", [f"{token.text} {token.probability:.2f}" for token in best])

# %% [markdown]
# # Visualization zoo: sequences
#
# You learn what three families of models that read and hear look like from inside, and to tell each
# by its data flow.
#
# All are tiny and have random weights: this is about their shape.

# %%
import torch
from torch import nn

from interpogate import Interpogate

torch.manual_seed(0)


def look(model, *args, **inputs):
    """Run a model once and show it."""
    interp = Interpogate(model.eval())
    with torch.no_grad():
        interp.forward(*args, **inputs)
    return interp.visualize(height=360)


# %% [markdown]
# ## A recurrent network
#
# One cell runs once for each step, so its node has many calls, and an edge leads back to it.


# %%
class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(50, 16)
        self.cell = nn.GRUCell(16, 32)
        self.head = nn.Linear(32, 50)

    def forward(self, ids):
        state = torch.zeros(len(ids), 32)
        for step in self.embedding(ids).unbind(1):
            state = self.cell(step, state)
        return self.head(state)


look(Recurrent(), torch.randint(0, 50, (1, 6)))

# %% [markdown]
# ## A mixture of experts
#
# A gate sends each token to two of four experts. An expert that got no token did not run, and says
# so.


# %%
class Mixture(nn.Module):
    def __init__(self, width=16, experts=4):
        super().__init__()
        self.gate = nn.Linear(width, experts)
        expert = lambda: nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, width))
        self.experts = nn.ModuleList(expert() for _ in range(experts))

    def forward(self, x):
        shares, chosen = self.gate(x).softmax(-1).topk(2)
        mixed = torch.zeros_like(x)
        for number in chosen.unique().tolist():
            row, rank = (chosen == number).nonzero(as_tuple=True)
            mixed[row] += shares[row, rank, None] * self.experts[number](x[row])
        return x + mixed


look(Mixture(), torch.randn(3, 16))

# %% [markdown]
# ## Speech
#
# Whisper hears a spectrum with an encoder; its decoder writes the text and looks at what was heard.

# %%
from transformers import WhisperConfig, WhisperForConditionalGeneration  # noqa: E402

config = WhisperConfig(
    vocab_size=60,
    d_model=32,
    encoder_layers=2,
    decoder_layers=2,
    encoder_attention_heads=4,
    decoder_attention_heads=4,
    encoder_ffn_dim=64,
    decoder_ffn_dim=64,
    num_mel_bins=16,
    max_source_positions=32,
    max_target_positions=16,
    pad_token_id=0,
    bos_token_id=1,
    eos_token_id=2,
    decoder_start_token_id=1,
)
look(
    WhisperForConditionalGeneration(config),
    input_features=torch.randn(1, 16, 64),
    decoder_input_ids=torch.tensor([[1, 5, 9, 7]]),
)

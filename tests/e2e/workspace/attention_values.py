"""Prints the demo model's attention weights of one layer as torch computes and prints them.

`python attention_values.py LAYER TEXT`: a JSON object with `tokens`, `values` and `printed`, both
by head, query and key.
"""

import json
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate.demo import demo_directory

layer, text = sys.argv[1:]
folder = demo_directory()
tokenizer = AutoTokenizer.from_pretrained(folder)
model = AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager").eval()
encoded = tokenizer(text, return_tensors="pt")
with torch.no_grad():
    weights = model(**encoded, output_attentions=True).attentions[int(layer)][0]
printed = [
    [[str(one).removeprefix("tensor(").removesuffix(")") for one in row] for row in head]
    for head in weights
]
tokens = [tokenizer.decode([token]) for token in encoded["input_ids"][0].tolist()]
sys.stdout.write(
    json.dumps({"tokens": tokens, "values": weights.tolist(), "printed": printed}) + "\n"
)

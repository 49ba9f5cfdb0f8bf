"""The demo model, ready to be hooked."""

from transformers import AutoModelForCausalLM, AutoTokenizer

from interpogate import Interpogate
from interpogate.demo import demo_directory

model = AutoModelForCausalLM.from_pretrained(demo_directory())
tokenizer = AutoTokenizer.from_pretrained(demo_directory())
interp = Interpogate(model, tokenizer)

# Place the cursor below this line and insert a hook from the graph.

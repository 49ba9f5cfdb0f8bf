"""Shows the page on a live model and runs each line of its standard input."""

import sys

from interpogate import Interpogate
from interpogate.demo import demo_directory
from transformers import AutoModelForCausalLM, AutoTokenizer

folder = demo_directory()
model = AutoModelForCausalLM.from_pretrained(folder).eval()
interp = Interpogate(model, AutoTokenizer.from_pretrained(folder))
calls = 0


def post_hook(module, args, output):
    global calls
    calls += 1
    print("hooked", calls, flush=True)


with interp.serve(open_browser=False) as page, interp.hook() as hook:
    hook.post("transformer.h.0", post_hook)
    print(page.url, flush=True)
    for line in sys.stdin:
        interp.forward_text(line.strip())

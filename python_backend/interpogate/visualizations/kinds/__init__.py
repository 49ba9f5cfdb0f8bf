"""One file for each kind of block; `registry.py` finds them."""

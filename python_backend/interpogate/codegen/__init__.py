"""Code as text: what clicks turn into. Only templates; every name passes through `repr`."""

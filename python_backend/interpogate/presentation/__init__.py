"""From graphs, recordings and live models to messages: what a page is told, whoever asks.

Stands on `graph`, `trace`, `model`, `codegen` and `protocol`. The worker answers with it; the
library embeds the same answers in a notebook's picture.
"""

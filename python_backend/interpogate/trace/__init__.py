"""Watching a PyTorch model: what it declares, what it calls, how its tensors flow.

Stands on `graph` and torch; knows no wire. Nothing here keeps a user's tensor alive.
"""

"""Interpogate: see a PyTorch model at work and take hold of it."""

"""From the name of a model to a live model with inputs that fit it."""

"""The graph of a model as pure data: modules, what was recorded, and the levels that are shown.

Knows neither torch nor the wire, so that every rule of the picture can be tested without either.
"""

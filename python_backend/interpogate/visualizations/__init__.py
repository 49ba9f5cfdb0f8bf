"""Visualization blocks: which tensor of a run is meant, and what there is to see of it.

One file in `kinds/` for each kind; everything else serves them all. Stands on `graph`, `trace`,
`model` and `protocol`; the worker and the library answer with it. Runs no model by itself.
"""

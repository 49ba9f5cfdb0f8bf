"""A run as one self-contained picture: for notebooks, and as a page to open from disk.

Stands on `presentation`; never on `worker`. Called by the library.
"""

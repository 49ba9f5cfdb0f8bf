"""The version of this package; a constant, since a bundled copy has no package metadata.

A test holds it equal to `pyproject.toml` and `package.json`.
"""

VERSION = "0.1.0"

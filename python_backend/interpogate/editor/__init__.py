"""The editor process: the language server that VS Code talks to.

Owns the open models and their workers; never imports torch, numpy or user code, and never does
anything slow on its event loop. Started by `start_editor.py`.
"""

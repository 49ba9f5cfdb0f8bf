"""Open models and their workers, as every server keeps them: the editor's and the browser's.

Knows neither the language server nor the web. Nothing in here imports torch.
"""

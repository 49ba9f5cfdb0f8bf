"""The standalone server: the page in a browser, over HTTP and one WebSocket a tab.

Holds neither torch nor user code when it serves a worker; `live` shows a model of this process.
What a page sends is never a path or code. Called by the command line and by `Interpogate.serve`.
"""

"""Bytes, framing and back-pressure between processes.

Knows the JSON-RPC envelope but no method names. Used by the worker's main and by the servers.
"""

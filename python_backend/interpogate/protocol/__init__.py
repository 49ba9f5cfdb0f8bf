"""What crosses a process boundary: messages, methods, their codec and their TypeScript twin.

Knows neither torch nor any transport. Both servers, the worker and the page stand on it.
"""

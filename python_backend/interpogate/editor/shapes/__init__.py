"""Shapes in the code: hints behind calls, hovers over attributes, the modules at a cursor.

Everything told here was observed by a worker and holds only while the document's text is the text
that ran; nothing is guessed. Never imports torch. The rows of `language/features.py` name the
modules that answer.
"""

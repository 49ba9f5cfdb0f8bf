"""The process that holds one model: loads it, traces it, runs it, and answers about it.

It may crash, hang or be killed at any time; nothing else lives in it. torch and the user's code are
imported only here (and in the library).
"""

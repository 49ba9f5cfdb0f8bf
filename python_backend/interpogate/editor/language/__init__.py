"""Language features: what the editor process knows of open documents and of models' modules.

Answers out of its own memory, so that no running model can delay it; never imports torch. Messages
of the language server protocol are JSON values here, in the names of the protocol: most are sent at
each keystroke, and pygls' converter would cost more than the answers.
"""

"""Tell people when something needs them: one message for each cause, with the next step, and nothing when all is well.

`tell.py` decides what is news, `messages.py` says it, `channels.py` carries it.
"""

"""A run as something to give away: its card, its archive, a script, a command.

Nothing here knows TensorFlow, because the web process uses it.
"""

"""What there is to see in a data set, from its arrays: no screen, no task, no store.

`summary` computes once per data set all that takes long; the other modules have one
topic each, and answer in milliseconds from what it made.
"""

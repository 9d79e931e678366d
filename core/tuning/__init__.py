"""Hyperparameter search: the space, the study, and what the trials tell."""

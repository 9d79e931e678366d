"""Numbers of the optimizers that are no settings, for training and script alike."""

from typing import Final

MOMENTUM: Final = 0.9
"""Nesterov momentum of `sgd`."""

AVERAGE_WARM_UP: Final = 9.0
"""In step n, at most n / (n + this) of the average of the weights stays, or a short
training would end near its random first weights."""

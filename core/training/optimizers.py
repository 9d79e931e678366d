"""The Keras optimizer that a configuration asks for."""

from typing import Any

import keras

from core.config import TrainingConfig
from core.config.optimizers import MOMENTUM


def optimizer_of(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """Make the optimizer; its learning rate is set before each step.

    Args:
        config: What to train and how.
    """
    options: dict[str, Any] = {
        "weight_decay": config.weight_decay or None,
        "global_clipnorm": config.gradient_clip or None,
    }
    match config.optimizer:
        case "adam":
            return keras.optimizers.Adam(**options)
        case "adamw":
            # Its own default would decay the weights where 0 was asked for.
            options["weight_decay"] = config.weight_decay
            return keras.optimizers.AdamW(**options)
        case "sgd":
            return keras.optimizers.SGD(momentum=MOMENTUM, nesterov=True, **options)
        case "lion":
            return keras.optimizers.Lion(**options)
        case "muon":
            options["weight_decay"] = config.weight_decay
            options["adam_weight_decay"] = config.weight_decay
            return keras.optimizers.Muon(**options)

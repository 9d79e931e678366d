"""What to train and how, as values that pages, terminal and worker all build.

A configuration is checked once, when it is built, so whoever holds one may
trust it. It is stored as JSON with a schema number.
"""

from core.config.augmentation import Augmentation
from core.config.differences import differing_settings
from core.config.ensemble import (
    MAX_MEMBERS,
    MIN_MEMBERS,
    EnsembleConfig,
)
from core.config.networks import (
    IMAGE_SIDE,
    Activation,
    CnnConfig,
    ConvBlock,
    Layer,
    MlpConfig,
    Network,
    Padding,
)
from core.config.recipe import Recipe, network_of, recipe_from_json
from core.config.stored import SCHEMA
from core.config.training import (
    MAX_BATCH_SIZE,
    MAX_EPOCHS,
    SINGLE_VALUES,
    Monitor,
    OptimizerName,
    Schedule,
    TrainingConfig,
)

__all__ = [
    "IMAGE_SIDE",
    "MAX_BATCH_SIZE",
    "MAX_EPOCHS",
    "MAX_MEMBERS",
    "MIN_MEMBERS",
    "SCHEMA",
    "SINGLE_VALUES",
    "Activation",
    "Augmentation",
    "CnnConfig",
    "ConvBlock",
    "EnsembleConfig",
    "Layer",
    "MlpConfig",
    "Monitor",
    "Network",
    "OptimizerName",
    "Padding",
    "Recipe",
    "Schedule",
    "TrainingConfig",
    "differing_settings",
    "network_of",
    "recipe_from_json",
]

"""What to train and how, as values that pages, terminal and worker all build.

A configuration is checked once, when it is built, so whoever holds one may
trust it. It is stored as JSON with a schema number.
"""

from core.config.augmentation import Augmentation
from core.config.differences import differing_settings, differing_titles
from core.config.ensemble import (
    MAX_MEMBERS,
    MIN_MEMBERS,
    EnsembleConfig,
)
from core.config.networks import (
    FAMILIES,
    Activation,
    CnnConfig,
    Compiler,
    ConvBlock,
    Dimensions,
    Graph,
    Layer,
    MlpConfig,
    Network,
    NetworkFamily,
    Node,
    Padding,
    ResidualStage,
    ResNetConfig,
)
from core.config.recipe import Recipe, network_of, recipe_from_json
from core.config.stored import SCHEMA
from core.config.training import (
    MAX_EPOCHS,
    Monitor,
    OptimizerName,
    Schedule,
    TrainingConfig,
)

__all__ = [
    "FAMILIES",
    "MAX_EPOCHS",
    "MAX_MEMBERS",
    "MIN_MEMBERS",
    "SCHEMA",
    "Activation",
    "Augmentation",
    "CnnConfig",
    "Compiler",
    "ConvBlock",
    "Dimensions",
    "EnsembleConfig",
    "Graph",
    "Layer",
    "MlpConfig",
    "Monitor",
    "Network",
    "NetworkFamily",
    "Node",
    "OptimizerName",
    "Padding",
    "Recipe",
    "ResNetConfig",
    "ResidualStage",
    "Schedule",
    "TrainingConfig",
    "differing_settings",
    "differing_titles",
    "network_of",
    "recipe_from_json",
]

"""Families of networks: one module each, and a line here.

A module has the settings of a family and its layers as a graph of plain values,
so that what it will build and cost is known without TensorFlow.
"""

from collections.abc import Mapping
from typing import Final, get_args

from core.config.networks.base import Compiler, LayeredNetwork, NetworkFamily
from core.config.networks.cnn import CnnConfig, ConvBlock
from core.config.networks.graph import Dimensions, Graph, Layer, Node
from core.config.networks.mlp import MlpConfig
from core.config.networks.operations import Activation, Padding
from core.config.networks.resnet import ResidualStage, ResNetConfig

Network = MlpConfig | CnnConfig | ResNetConfig

FAMILIES: Final[Mapping[str, type[Network]]] = {
    each.family: each for each in get_args(Network)
}
"""Each family by its short name."""

__all__ = [
    "FAMILIES",
    "Activation",
    "CnnConfig",
    "Compiler",
    "ConvBlock",
    "Dimensions",
    "Graph",
    "Layer",
    "LayeredNetwork",
    "MlpConfig",
    "Network",
    "NetworkFamily",
    "Node",
    "Padding",
    "ResNetConfig",
    "ResidualStage",
]

"""Convolutional networks: blocks of convolutions, each of which halves the image."""

from typing import Annotated, ClassVar, get_args

from pydantic.dataclasses import dataclass

from core.config.networks.base import (
    FILTERS,
    HIDDEN,
    KERNEL,
    Compiler,
    NetworkFamily,
    Units,
)
from core.config.networks.graph import GraphBuilder
from core.config.networks.operations import (
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Padding,
    Reshape,
)
from core.config.setting import CHECKED, Setting, SettingList


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class ConvBlock:
    """Some convolutions in a row, after which the image is halved.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: Annotated[int, FILTERS]
    kernel: Annotated[int, KERNEL] = 3
    convolutions: Annotated[
        int,
        Setting(
            title="Convolutions per block",
            help="Convolutions in a row before the pooling.",
            group="Network",
            low=1,
            high=3,
            choices=range(1, 4),
            in_list="convolutions",
        ),
    ] = 1


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class CnnConfig(NetworkFamily):
    """A convolutional network: blocks of convolutions, then dense layers.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "cnn"
    compiler: ClassVar[Compiler] = "oneDNN"
    is_convolutional: ClassVar[bool] = True
    word: ClassVar[str] = "convolutional"

    blocks: Annotated[
        tuple[ConvBlock, ...],
        SettingList(
            title="Convolutional blocks",
            help="After each block, max pooling halves height and width.",
            group="Network",
            low=1,
            high=4,
            choices=range(1, 5),
            item="block",
            new=ConvBlock(filters=64),
        ),
    ] = (
        ConvBlock(filters=16, kernel=5),
        ConvBlock(filters=32, kernel=5),
    )
    dense: Annotated[tuple[Units, ...], HIDDEN] = (128,)
    padding: Annotated[
        Padding,
        Setting(
            title="Padding",
            help="Same pads the image, so that a convolution keeps its size. Valid "
            "does not, so it loses the edge, as in LeNet.",
            group="Network",
            choices=get_args(Padding),
        ),
    ] = "same"

    def add_layers(self, graph: GraphBuilder) -> None:
        """Add the layers, a chain."""
        graph.add("channels", Reshape((*graph.image_shape, 1)))
        for number, block in enumerate(self.blocks, start=1):
            self._add_block(graph, block, number)
        graph.add("flat", Flatten())
        for number, units in enumerate(self.dense, start=1):
            self.add_dropout(graph, number)
            graph.add(f"hidden_{number}", Dense(units))
            self.add_norm(graph, str(number))
            self.add_activation(graph, str(number))
        self.add_dropout(graph, len(self.dense) + 1)

    def _add_block(self, graph: GraphBuilder, block: ConvBlock, number: int) -> None:
        operation = Conv(block.filters, block.kernel, self.padding)
        for place in range(1, block.convolutions + 1):
            name = graph.add(f"convolution_{number}_{place}", operation)
            self.add_norm(graph, name)
            self.add_activation(graph, name)
        graph.add(f"pool_{number}", MaxPool())

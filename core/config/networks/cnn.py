"""Convolutional networks: blocks of convolutions, each of which halves the image."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self, get_args

from core.config.checks import check_choice, check_kind, check_range
from core.config.networks.base import (
    MAX_FILTERS,
    MAX_KERNEL,
    Compiler,
    NetworkFamily,
    check_count,
    checked_units,
)
from core.config.networks.graph import Dimensions, Graph, GraphBuilder
from core.config.networks.operations import (
    Activation,
    Conv,
    Dense,
    Flatten,
    MaxPool,
    Padding,
    Reshape,
)

MAX_BLOCKS: Final = 4
MAX_CONVOLUTIONS: Final = 3


@dataclass(frozen=True, kw_only=True)
class ConvBlock:
    """Some convolutions in a row, after which the image is halved.

    Attributes:
        filters: Filters of each convolution, 1 to 256.
        kernel: Side of a filter in pixels, 1 to 11.
        convolutions: How many there are, 1 to 3.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: int
    kernel: int = 3
    convolutions: int = 1

    def __post_init__(self) -> None:
        check_count("filters", self.filters, MAX_FILTERS)
        check_count("kernel", self.kernel, MAX_KERNEL)
        check_count("convolutions", self.convolutions, MAX_CONVOLUTIONS)


@dataclass(frozen=True, kw_only=True)
class CnnConfig(NetworkFamily):
    """A convolutional network: blocks of convolutions, then dense layers.

    Attributes:
        blocks: The blocks, 1 to 4 of them; after each, the largest of 2 x 2
            pixels goes on.
        dense: Units of each dense layer before the answer.
        activation: Nonlinearity of all hidden layers.
        dropout: Share of the numbers left out in each training step, before
            each dense layer, 0 to 0.9.
        batch_norm: Normalise each hidden layer over the batch.
        padding: `same` keeps the size of the image in a convolution, `valid`
            loses the edge, as LeNet did.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "cnn"
    compiler: ClassVar[Compiler] = "oneDNN"
    is_convolutional: ClassVar[bool] = True

    blocks: tuple[ConvBlock, ...] = (
        ConvBlock(filters=16, kernel=5),
        ConvBlock(filters=32, kernel=5),
    )
    dense: tuple[int, ...] = (128,)
    activation: Activation = "relu"
    dropout: float = 0.0
    batch_norm: bool = False
    padding: Padding = "same"

    def __post_init__(self) -> None:
        object.__setattr__(self, "blocks", _checked_blocks(self.blocks))
        object.__setattr__(self, "dense", checked_units(self.dense))
        self.check_common()
        check_choice("padding", self.padding, get_args(Padding))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of its fields as JSON has them.

        Raises:
            ConfigError: If a value is out of its range.
        """
        blocks = tuple(ConvBlock(**block) for block in record["blocks"])
        return cls(**{**record, "blocks": blocks})

    def graph(self, dimensions: Dimensions) -> Graph:
        """Return the network as a graph, a chain.

        Raises:
            ConfigError: If nothing is left of the image.
        """
        graph = GraphBuilder(dimensions)
        graph.add("channels", Reshape((dimensions.height, dimensions.width, 1)))
        for number, block in enumerate(self.blocks, start=1):
            self._add_block(graph, block, number)
        graph.add("flat", Flatten())
        for number, units in enumerate(self.dense, start=1):
            self.add_dropout(graph, number)
            graph.add(f"hidden_{number}", Dense(units))
            self.add_norm(graph, str(number))
            self.add_activation(graph, str(number))
        self.add_dropout(graph, len(self.dense) + 1)
        return graph.finished()

    def _add_block(self, graph: GraphBuilder, block: ConvBlock, number: int) -> None:
        operation = Conv(block.filters, block.kernel, self.padding)
        for place in range(1, block.convolutions + 1):
            name = graph.add(f"convolution_{number}_{place}", operation)
            self.add_norm(graph, name)
            self.add_activation(graph, name)
        graph.add(f"pool_{number}", MaxPool())


def _checked_blocks(blocks: tuple[ConvBlock, ...]) -> tuple[ConvBlock, ...]:
    check_kind("blocks", blocks, list, tuple, expected="a list of blocks")
    check_range("number of blocks", len(blocks), 1, MAX_BLOCKS)
    for block in blocks:
        check_kind("block", block, ConvBlock, expected="a ConvBlock")
    return tuple(blocks)

"""Residual networks: blocks that learn what to add to what they are given.

He and others 2016, "Deep residual learning"; squeeze-and-excitation after Hu and
others 2018: each channel is scaled by what the whole image says of all channels.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Self

from core.config.checks import check_kind, check_range
from core.config.networks.base import (
    MAX_FILTERS,
    MAX_KERNEL,
    Compiler,
    NetworkFamily,
    check_count,
    check_switch,
)
from core.config.networks.graph import Dimensions, Graph, GraphBuilder, Group
from core.config.networks.operations import (
    Activation,
    Add,
    Conv,
    Dense,
    GlobalAveragePool,
    MaxPool,
    Reshape,
    Scale,
)

MAX_STAGES: Final = 4
MAX_BLOCKS: Final = 4
KERNEL: Final = 3
SQUEEZE: Final = 8
"""So many channels share one unit of squeeze-and-excitation."""


@dataclass(frozen=True, kw_only=True)
class ResidualStage:
    """Some residual blocks at one size of the image.

    Attributes:
        filters: Filters of each of their convolutions, 1 to 256.
        blocks: How many blocks there are, 1 to 4.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: int
    blocks: int = 1

    def __post_init__(self) -> None:
        check_count("filters", self.filters, MAX_FILTERS)
        check_count("blocks", self.blocks, MAX_BLOCKS)


@dataclass(frozen=True, kw_only=True)
class ResNetConfig(NetworkFamily):
    """A residual network: a first convolution, stages of residual blocks, an average.

    Before each stage the largest of 2 x 2 pixels goes on, so the image is halved.

    Attributes:
        stem_filters: Filters of the first convolution, 1 to 256.
        stem_kernel: Side of these filters in pixels, 1 to 11.
        stages: The stages, 1 to 4 of them.
        squeeze_excitation: Scale the channels at the end of each block.
        activation: Nonlinearity of all hidden layers.
        dropout: Share of the averages left out in each training step, 0 to 0.9.
        batch_norm: Normalise each convolution over the batch.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "resnet"
    compiler: ClassVar[Compiler] = "oneDNN"
    is_convolutional: ClassVar[bool] = True

    stem_filters: int = 32
    stem_kernel: int = 5
    stages: tuple[ResidualStage, ...] = (
        ResidualStage(filters=64),
        ResidualStage(filters=96),
    )
    squeeze_excitation: bool = True
    activation: Activation = "relu"
    dropout: float = 0.0
    batch_norm: bool = True

    def __post_init__(self) -> None:
        check_count("filters of the stem", self.stem_filters, MAX_FILTERS)
        check_count("kernel of the stem", self.stem_kernel, MAX_KERNEL)
        object.__setattr__(self, "stages", _checked_stages(self.stages))
        check_switch("squeeze-and-excitation", self.squeeze_excitation)
        self.check_common()

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of its fields as JSON has them.

        Raises:
            ConfigError: If a value is out of its range.
        """
        stages = tuple(ResidualStage(**stage) for stage in record["stages"])
        return cls(**{**record, "stages": stages})

    def graph(self, dimensions: Dimensions) -> Graph:
        """Return the network as a graph, in which blocks are bridged.

        Raises:
            ConfigError: If nothing is left of the image.
        """
        graph = GraphBuilder(dimensions)
        graph.add("channels", Reshape((dimensions.height, dimensions.width, 1)))
        stem = graph.add("convolution_stem", Conv(self.stem_filters, self.stem_kernel))
        self.add_norm(graph, stem)
        self.add_activation(graph, stem)
        channels = self.stem_filters
        for number, stage in enumerate(self.stages, start=1):
            graph.add(f"pool_{number}", MaxPool())
            for place in range(1, stage.blocks + 1):
                self._add_block(graph, stage.filters, f"{number}_{place}", channels)
                channels = stage.filters
        graph.add("average", GlobalAveragePool())
        self.add_dropout(graph, 1)
        return graph.finished()

    def _add_block(
        self, graph: GraphBuilder, filters: int, block: str, channels: int
    ) -> None:
        group, given = self._group(filters), graph.last
        for place in (1, 2):
            name = f"convolution_{block}_{place}"
            graph.add(name, Conv(filters, KERNEL), group=group)
            self.add_norm(graph, name, group=group)
            if place == 1:
                self.add_activation(graph, name, group=group)
        if self.squeeze_excitation:
            self._add_squeeze(graph, filters, block, group)
        learned, kept = graph.last, given
        if channels != filters:
            name = f"projection_{block}"
            graph.add(name, Conv(filters, 1), given, group=group)
            self.add_norm(graph, name, group=group)
            kept = graph.last
        graph.add(f"sum_{block}", Add(), learned, kept, group=group)
        self.add_activation(graph, f"sum_{block}", group=group)

    def _add_squeeze(
        self, graph: GraphBuilder, filters: int, block: str, group: Group
    ) -> None:
        learned = graph.last
        squeezed = max(1, filters // SQUEEZE)
        graph.add(f"squeeze_average_{block}", GlobalAveragePool(), group=group)
        graph.add(f"squeeze_{block}", Dense(squeezed), group=group)
        self.add_activation(graph, f"squeeze_{block}", group=group)
        graph.add(f"excitation_{block}", Dense(filters, "sigmoid"), group=group)
        scales = f"scales_{block}"
        graph.add(scales, Reshape((1, 1, filters)), group=group)
        graph.add(f"scaled_{block}", Scale(), learned, scales, group=group)

    def _group(self, filters: int) -> Group:
        name = f"{filters}SER" if self.squeeze_excitation else f"{filters}R"
        parts = f"two convolutions, {filters} of {KERNEL} x {KERNEL}"
        if self.squeeze_excitation:
            parts += ", squeeze-and-excitation"
        return Group(name=name, title=f"Residual block: {parts}")


def _checked_stages(stages: tuple[ResidualStage, ...]) -> tuple[ResidualStage, ...]:
    check_kind("stages", stages, list, tuple, expected="a list of stages")
    check_range("number of stages", len(stages), 1, MAX_STAGES)
    for stage in stages:
        check_kind("stage", stage, ResidualStage, expected="a ResidualStage")
    return tuple(stages)

"""Residual networks: blocks that learn what to add to what they are given.

He and others 2016, "Deep residual learning"; squeeze-and-excitation after Hu and
others 2018: each channel is scaled by what the whole image says of all channels.
"""

from dataclasses import replace
from typing import Annotated, ClassVar, Final

from pydantic.dataclasses import dataclass

from core.config.described import setting_of
from core.config.networks.base import FILTERS, KERNEL, Compiler, NetworkFamily
from core.config.networks.graph import GraphBuilder, Group
from core.config.networks.operations import (
    Add,
    Conv,
    Dense,
    GlobalAveragePool,
    MaxPool,
    Reshape,
    Scale,
)
from core.config.setting import CHECKED, Setting, SettingList

BLOCK_KERNEL: Final = 3
SQUEEZE: Final = 8
"""So many channels share one unit of squeeze-and-excitation."""


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class ResidualStage:
    """Some residual blocks at one size of the image.

    Raises:
        ConfigError: If a value is out of its range.
    """

    filters: Annotated[int, FILTERS]
    blocks: Annotated[
        int,
        Setting(
            title="Residual blocks",
            help="Residual blocks in a row at this size of the image.",
            group="Network",
            low=1,
            high=4,
            choices=range(1, 5),
            in_list="blocks",
        ),
    ] = 1


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class ResNetConfig(NetworkFamily):
    """A residual network: a first convolution, stages of residual blocks, an average.

    Max pooling of 2 x 2 before each stage halves the image.

    Raises:
        ConfigError: If a value is out of its range.
    """

    family: ClassVar[str] = "resnet"
    compiler: ClassVar[Compiler] = "oneDNN"
    is_convolutional: ClassVar[bool] = True
    word: ClassVar[str] = "residual"

    stem_filters: Annotated[
        int,
        replace(
            FILTERS,
            title="Stem, filters",
            help="Number of filters in the first convolution.",
        ),
    ] = 32
    stem_kernel: Annotated[
        int,
        replace(
            KERNEL,
            title="Stem, kernel size",
            help="Height and width of a filter in the first convolution, in pixels.",
            flag="",
        ),
    ] = 5
    stages: Annotated[
        tuple[ResidualStage, ...],
        SettingList(
            title="Residual stages",
            help="Before each stage, max pooling halves height and width.",
            group="Network",
            low=1,
            high=4,
            choices=range(1, 5),
            item="stage",
            item_key="stage_",
            new=ResidualStage(filters=64),
        ),
    ] = (
        ResidualStage(filters=64),
        ResidualStage(filters=96),
    )
    squeeze_excitation: Annotated[
        bool,
        Setting(
            title="SE blocks",
            help="Squeeze-and-excitation: at the end of each block, each channel is "
            "scaled by a weight that follows from the averages of all channels.",
            group="Network",
            choices=(False, True),
        ),
    ] = True
    batch_norm: Annotated[bool, setting_of(NetworkFamily, "batch_norm")] = True

    def add_layers(self, graph: GraphBuilder) -> None:
        """Add the layers, of which each block has a way around it."""
        graph.add("channels", Reshape((*graph.image_shape, 1)))
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

    def _add_block(
        self, graph: GraphBuilder, filters: int, block: str, channels: int
    ) -> None:
        group, given = self._group(filters, channels), graph.last
        for place in (1, 2):
            name = f"convolution_{block}_{place}"
            graph.add(name, Conv(filters, BLOCK_KERNEL), group=group)
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

    def _group(self, filters: int, channels: int) -> Group:
        parts = f"two convolutions of {BLOCK_KERNEL} x {BLOCK_KERNEL}"
        if self.squeeze_excitation:
            parts += ", squeeze-and-excitation"
        beside = "a projection of the input" if channels != filters else "the input"
        return Group(
            name=f"{filters}SER" if self.squeeze_excitation else f"{filters}R",
            title=f"Residual block, {filters} filters",
            parts=f"{parts}; {beside} is added",
        )

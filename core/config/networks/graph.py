"""A network as a graph of plain values: what is built, before it is built.

A node computes one thing from the outputs of the nodes that it names as its
inputs. Everything that can be told of a network without building it follows from
its graph: shapes, parameters, multiply-adds, memory, and the layers to show.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Final

from core.config.networks.operations import (
    Dense,
    Identity,
    Images,
    Operation,
    Shape,
)
from core.errors import ConfigError

INPUT: Final = "images"
FEATURES: Final = "features"
"""The node whose output stands for an image in maps: the last but the answer."""

ANSWER: Final = "probabilities"


@dataclass(frozen=True, kw_only=True)
class Dimensions:
    """What a data set asks of a network.

    Attributes:
        height: Of an image, in pixels.
        width: Of an image, in pixels.
        num_classes: How many classes there are to tell apart, at least 2.
    """

    height: int
    width: int
    num_classes: int


@dataclass(frozen=True, kw_only=True)
class Group:
    """Nodes that the field draws and names as one, such as a residual block.

    Attributes:
        name: What it is, in short.
        title: What it is, in words.
        parts: What it is made of.
    """

    name: str
    title: str
    parts: str


@dataclass(frozen=True, kw_only=True)
class Node:
    """One operation of a network.

    Attributes:
        name: Its own name; the Keras layer has it too.
        operation: What it computes.
        inputs: Names of the nodes whose outputs it takes, in their order.
        group: What it is a part of; None stands for itself. Two neighbouring
            groups are two objects, also if they look alike.
    """

    name: str
    operation: Operation
    inputs: tuple[str, ...] = ()
    group: Group | None = None


@dataclass(frozen=True, kw_only=True)
class Layer:
    """A layer as it is shown: an operation with what belongs to it, or a group.

    Attributes:
        name: What it is, in short: "16C5" is a convolution of 16 filters of 5 x 5
            pixels, "P2" is max pooling of 2 x 2, "128" is a dense layer.
        title: The same in words.
        parts: What a group is made of; empty for a single operation.
        shape: Shape of its output for one image.
        num_parameters: Numbers that are trained.
        num_macs: Multiply-adds for one image.
    """

    name: str
    title: str
    shape: Shape
    parts: str = ""
    num_parameters: int = 0
    num_macs: int = 0


@dataclass(frozen=True)
class Graph:
    """The nodes of a network, each after those that it takes inputs from.

    Raises:
        ConfigError: If the layers leave nothing of the image.
    """

    nodes: tuple[Node, ...]

    def __post_init__(self) -> None:
        for shape in self.shapes.values():
            _check_left(shape, self.shapes[INPUT])

    @cached_property
    def shapes(self) -> Mapping[str, Shape]:
        """Shape of the output of each node, by its name."""
        shapes: dict[str, Shape] = {}
        for node in self.nodes:
            inputs = [shapes[name] for name in node.inputs]
            shapes[node.name] = node.operation.output_shape(*inputs)
        return shapes

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """The layers to show, from the image to the answer.

        What has no name of its own, like an activation, belongs to the layer before.
        """
        layers: list[Layer] = []
        for first, *others in self.nodes_by_layer:
            layer = self._shown(first)
            for node in others:
                layer = self._joined(layer, node, self._shown(node))
            layers.append(layer)
        return tuple(layers)

    @cached_property
    def nodes_by_layer(self) -> tuple[tuple[Node, ...], ...]:
        """The nodes that make up each of the layers to show."""
        found: list[list[Node]] = []
        group: Group | None = None
        for node in self.nodes:
            named = bool(node.operation.name(self.shapes[node.name]))
            if node.group is not group if node.group else named:
                found.append([node])
            else:
                found[-1].append(node)
            group = node.group
        return tuple(map(tuple, found))

    @cached_property
    def num_outputs(self) -> int:
        """How many numbers the operations with a name give for an image."""
        return sum(
            math.prod(self.shapes[node.name])
            for node in self.nodes
            if node.operation.name(self.shapes[node.name])
        )

    @property
    def is_chain(self) -> bool:
        """Whether each node takes the output of the one before, and of no other."""
        return all(
            node.inputs == (before.name,) for before, node in pairwise(self.nodes)
        )

    def num_outputs_of(self, operation: type[Operation]) -> int:
        """Count the numbers that the operations of one kind give for an image."""
        return sum(
            math.prod(self.shapes[node.name])
            for node in self.nodes
            if isinstance(node.operation, operation)
        )

    def inputs_of(self, node: Node) -> tuple[Shape, ...]:
        """Tell the shapes of what a node takes."""
        return tuple(self.shapes[name] for name in node.inputs)

    def _shown(self, node: Node) -> Layer:
        shape, inputs = self.shapes[node.name], self.inputs_of(node)
        return Layer(
            name=node.group.name if node.group else node.operation.name(shape),
            title=node.group.title if node.group else node.operation.title(shape),
            shape=shape,
            parts=node.group.parts if node.group else "",
            num_parameters=node.operation.num_parameters(*inputs),
            num_macs=node.operation.num_macs(*inputs),
        )

    def _joined(self, layer: Layer, node: Node, shown: Layer) -> Layer:
        joined = replace(
            layer,
            num_parameters=layer.num_parameters + shown.num_parameters,
            num_macs=layer.num_macs + shown.num_macs,
        )
        if node.group:
            return replace(joined, shape=shown.shape)
        source = self.nodes[0]
        if node.inputs == (source.name,):
            name = source.operation.name(shown.shape)
            return replace(joined, shape=shown.shape, name=name)
        return joined


class GraphBuilder:
    """Collects the nodes of a network; each follows the one before unless told.

    Args:
        dimensions: Of the images and the output.

    Attributes:
        image_shape: Height and width of the images, in pixels.
    """

    def __init__(self, dimensions: Dimensions) -> None:
        self._num_classes = dimensions.num_classes
        self.image_shape = (dimensions.height, dimensions.width)
        self._nodes = [Node(name=INPUT, operation=Images(*self.image_shape))]

    @property
    def last(self) -> str:
        """Name of the node added last."""
        return self._nodes[-1].name

    def add(
        self,
        name: str,
        operation: Operation,
        *inputs: str,
        group: Group | None = None,
    ) -> str:
        """Add a node, and return its name."""
        sources = inputs or (self.last,)
        self._nodes.append(
            Node(name=name, operation=operation, inputs=sources, group=group)
        )
        return name

    def finished(self) -> Graph:
        """Add the answer, and return all."""
        self.add(FEATURES, Identity())
        self.add(ANSWER, Dense(self._num_classes, squash="softmax"))
        return Graph(tuple(self._nodes))


def _check_left(shape: Shape, image: Shape) -> None:
    if min(shape) >= 1:
        return
    message = (
        f"Expected layers that leave something of {image[0]} x {image[1]} pixels, "
        "but these leave nothing. Use fewer blocks, smaller kernels, or `same` padding."
    )
    raise ConfigError(message)

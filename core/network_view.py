"""Look into an exported model: what its layers give for an image, and its weights.

The names of a model's tensors tell which nodes of the network they belong to, such as
`cnn_1/activation_convolution_1_1_1/Relu;cnn_1/convolution_1_1_1/convolution`, the
output of two nodes that the export has joined. A batch norm is joined with the layer
before it, so weights are those that the model multiplies by in the end.
"""

import re
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.config import Layer, Recipe
from core.config.ensemble import EnsembleConfig
from core.config.networks.graph import ANSWER, Dimensions, Graph, Node
from core.config.networks.operations import Activate, Conv, Dense
from core.config.training import TrainingConfig
from core.errors import ArtifactError
from core.types import GrayImage

PART_IMAGES: Final = 50
"""So many are looked at at once, since the outputs of all layers are in memory."""


@dataclass(frozen=True, eq=False, kw_only=True)
class LayerOutput:
    """What a layer gives for one image.

    Attributes:
        layer: The layer, as it is shown.
        values: float32 of shape (height, width, channels), or (units,).
    """

    layer: Layer
    values: NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class DeadUnits:
    """How many rectified units of a layer answer 0 to all of some images.

    Attributes:
        layer: The layer, as it is shown.
        num_dead: How many do.
        num_units: How many there are; each filter of a convolution is one.
    """

    layer: Layer
    num_dead: int
    num_units: int


@dataclass(frozen=True)
class _Tensor:
    """A tensor of the model: its number, which nodes it is of, and its shape."""

    number: int
    nodes: frozenset[str]
    shape: tuple[int, ...]

    @property
    def is_signal(self) -> bool:
        """Whether it has a value for each image; weights have the same for all."""
        return len(self.shape) > 1 and self.shape[0] == -1


def num_members(recipe: Recipe) -> int:
    """Count the networks that one can look into."""
    return len(recipe.members) if isinstance(recipe, EnsembleConfig) else 1


class NetworkView:
    """An exported model that one can look into; safe to share between threads.

    Args:
        path: A `.tflite` file written by `core.models.export`.
        recipe: How it was made.
        dimensions: Of the images and the answer.
        member: Which network of an ensemble, from 0; nothing else has more than one.

    Raises:
        ArtifactError: If the file is missing, damaged, or of another network.
    """

    def __init__(
        self, path: Path, recipe: Recipe, dimensions: Dimensions, *, member: int = 0
    ) -> None:
        self.graph = _graph_of(recipe, dimensions, member)
        is_ensemble = isinstance(recipe, EnsembleConfig)
        self._scope = f"member_{member + 1}" if is_ensemble else ""
        self._answer = f"answer_{member + 1}" if is_ensemble else ANSWER
        self._lock = threading.Lock()
        self._interpreter = _open(path)
        self._runner = self._interpreter.get_signature_runner()
        self._tensors = tuple(self._read_tensors())
        hidden = list(self._layers())[:-1]
        if any(self._last(nodes) is None for _, nodes in hidden):
            layers = "-".join(layer.name for layer in self.graph.layers)
            message = (
                f"Expected the layers {layers} in {path}, but its tensors have other "
                "names. Train the run again."
            )
            raise ArtifactError(message)

    def outputs(self, image: GrayImage) -> tuple[LayerOutput, ...]:
        """Compute what each layer gives for an image, from the first to the answer.

        Args:
            image: Ink, float32 of shape (height, width), values in [0, 1].
        """
        with self._lock:
            (answer,) = self._runner(images=image[np.newaxis]).values()
            found = []
            for layer, nodes in self._layers():
                signal = self._last(nodes)
                if self._answer == ANSWER and nodes[-1].name == ANSWER:
                    found.append(LayerOutput(layer=layer, values=np.array(answer[0])))
                elif signal is not None:
                    values = self._interpreter.get_tensor(signal.number)[0]
                    # What is handed on to a dense layer has been put in a row.
                    found.append(
                        LayerOutput(layer=layer, values=values.reshape(layer.shape))
                    )
            return tuple(found)

    def features(self, image: GrayImage) -> NDArray[np.float32]:
        """Return what the last hidden layer gives for an image; see `outputs`.

        Returns:
            float32 of shape (units,): the pixels, if there is no hidden layer.
        """
        *hidden, _ = self.outputs(image)
        return (hidden[-1].values if hidden else image).ravel()

    def first_weights(self) -> NDArray[np.float32]:
        """Return what the units of the first layer multiply by.

        Returns:
            float32: of a dense layer of shape (units, height, width), the weight of
            each pixel; of a convolution (filters, kernel, kernel).
        """
        nodes = next(
            nodes
            for _, nodes in self._layers()
            if isinstance(nodes[0].operation, Conv | Dense)
        )
        for tensor in self._of(nodes):
            if tensor.is_signal or len(tensor.shape) not in (2, 4):
                continue
            with self._lock:
                weights = np.array(self._interpreter.get_tensor(tensor.number))
            return weights.reshape(len(weights), *self._shape_of_a_unit(weights))
        return np.zeros((0, *self._image_shape), np.float32)

    def dead_units(self, images: NDArray[np.float32]) -> tuple[DeadUnits, ...]:
        """Count the rectified units of each layer that answer 0 to all images.

        Args:
            images: Ink, float32 of shape (n, height, width); a few hundred tell a dead
                unit from one that answers seldom.

        Returns:
            Of each layer that has rectified units, from the first on.
        """
        rectified = [
            (layer, tensor)
            for layer, nodes in self._layers()
            for node in nodes
            if node.operation == Activate("relu")
            and (tensor := self._last((node,))) is not None
        ]
        alive = [np.zeros(tensor.shape[-1], bool) for _, tensor in rectified]
        for start in range(0, len(images), PART_IMAGES):
            with self._lock:
                self._runner(images=images[start : start + PART_IMAGES])
                for place, (_, tensor) in enumerate(rectified):
                    signal = self._interpreter.get_tensor(tensor.number)
                    by_unit = (signal > 0).reshape(-1, signal.shape[-1])
                    alive[place] |= by_unit.any(axis=0)
        return _counted([layer for layer, _ in rectified], alive)

    def _layers(self) -> Iterator[tuple[Layer, tuple[Node, ...]]]:
        """Yield the layers after the images, each with its nodes."""
        both = zip(self.graph.layers, self.graph.nodes_by_layer, strict=True)
        yield from ((layer, nodes) for layer, nodes in list(both)[1:])

    @property
    def _image_shape(self) -> tuple[int, ...]:
        return self.graph.shapes[self.graph.nodes[0].name][:2]

    def _shape_of_a_unit(self, weights: NDArray[np.float32]) -> tuple[int, ...]:
        """Tell height and width of what a unit or a filter looks at."""
        return weights.shape[1:3] if weights.ndim > 2 else self._image_shape  # noqa: PLR2004 - units and pixels

    def _of(self, nodes: tuple[Node, ...]) -> list[_Tensor]:
        names = {node.name for node in nodes}
        if ANSWER in names:
            names |= {self._answer}
        return [tensor for tensor in self._tensors if tensor.nodes & names]

    def _last(self, nodes: tuple[Node, ...]) -> _Tensor | None:
        """Return the tensor that is computed last of those that some nodes give."""
        signals = [tensor for tensor in self._of(nodes) if tensor.is_signal]
        return signals[-1] if signals else None

    def _read_tensors(self) -> Iterator[_Tensor]:
        known = {node.name for node in self.graph.nodes} | {self._answer}
        for detail in self._interpreter.get_tensor_details():
            nodes = frozenset(self._nodes_in(detail["name"], known))
            if nodes and detail["dtype"] is np.float32:
                shape = tuple(map(int, detail["shape_signature"]))
                yield _Tensor(int(detail["index"]), nodes, shape)

    def _nodes_in(self, name: str, known: set[str]) -> Iterator[str]:
        """Yield the nodes of this network that a name of a tensor mentions."""
        for path in filter(None, name.split(";")):
            parts = [_original(part, known | {self._scope}) for part in path.split("/")]
            place = 2 if self._scope and parts[1:2] == [self._scope] else 1
            is_own = place == 2 or not self._scope or parts[1:2] == [self._answer]  # noqa: PLR2004 - after the name of the member
            if is_own and len(parts) > place and parts[place] in known:
                yield parts[place]


def _original(part: str, known: set[str]) -> str:
    """Undo what an export does to names that were used before: it appends a number."""
    shorter = re.sub(r"_\d+$", "", part)
    return shorter if shorter in known else part


def _counted(
    layers: list[Layer], alive: list[NDArray[np.bool_]]
) -> tuple[DeadUnits, ...]:
    """Add up the units that belong to one layer, such as those of a residual block."""
    counts: dict[int, DeadUnits] = {}
    for layer, units in zip(layers, alive, strict=True):
        before = counts.get(id(layer))
        counts[id(layer)] = DeadUnits(
            layer=layer,
            num_dead=int((~units).sum()) + (before.num_dead if before else 0),
            num_units=len(units) + (before.num_units if before else 0),
        )
    return tuple(counts.values())


def _graph_of(recipe: Recipe, dimensions: Dimensions, member: int) -> Graph:
    match recipe:
        case EnsembleConfig():
            return recipe.members[member].graph(dimensions)
        case TrainingConfig():
            return recipe.network.graph(dimensions)


def _open(path: Path) -> Any:  # noqa: ANN401 - the library has no types
    # The import takes a tenth of a second, which a page without a model saves.
    from ai_edge_litert.interpreter import Interpreter  # noqa: PLC0415

    try:
        with warnings.catch_warnings():
            # It warns of the memory that all outputs take.
            warnings.simplefilter("ignore", UserWarning)
            return Interpreter(
                model_content=path.read_bytes(),
                num_threads=1,
                experimental_preserve_all_tensors=True,
            )
    except (OSError, ValueError, RuntimeError) as error:
        message = (
            f"Expected a LiteRT model in {path}, but it is missing or damaged. "
            "Delete this run and train it again."
        )
        raise ArtifactError(message) from error

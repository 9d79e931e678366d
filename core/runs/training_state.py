"""What a training counts and remembers, as values that need no TensorFlow."""

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True)
class BatchMetrics:
    """What a pass over some images added up to.

    Attributes:
        loss: Mean cross-entropy in nats; may be NaN or infinite.
        accuracy: Share of images whose most probable class was right, 0 to 1.
        num_images: Images of the pass.
    """

    loss: float
    accuracy: float
    num_images: int


@dataclass(frozen=True, kw_only=True)
class EngineState:
    """All numbers that learning changes, each tuple in the order of the engine.

    Attributes:
        variables: Of the model: weights, and the states of batch norm and dropout.
        optimizer: Of the optimizer, with the number of its steps.
        averages: Running averages of the weights; empty if there are none.
    """

    variables: tuple[NDArray[Any], ...]
    optimizer: tuple[NDArray[Any], ...]
    averages: tuple[NDArray[Any], ...]

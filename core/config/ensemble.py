"""Several networks that answer as one: the mean of their probabilities.

An ensemble is not trained. Its members are, each in a run of its own.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from core.config.checks import check_kind, check_range
from core.config.networks import (
    Dimensions,
    Layer,
    LayeredNetwork,
    NetworkFamily,
    TrainableNetwork,
)
from core.errors import ConfigError

MIN_MEMBERS: Final = 2
MAX_MEMBERS: Final = 20
MAX_KINDS_IN_NAME: Final = 2


@dataclass(frozen=True, kw_only=True)
class EnsembleConfig(LayeredNetwork):
    """Networks of which each reads the image; the answer is the mean of theirs.

    Attributes:
        members: The networks, 2 to 20 of them; equal ones differ by their weights.

    Raises:
        ConfigError: If there are too few or too many, or one is itself an ensemble.
    """

    members: tuple[TrainableNetwork, ...]

    def __post_init__(self) -> None:
        check_kind("members", self.members, list, tuple, expected="a list of networks")
        object.__setattr__(self, "members", tuple(self.members))
        check_range("number of members", len(self.members), MIN_MEMBERS, MAX_MEMBERS)
        for member in self.members:
            check_kind("member", member, LayeredNetwork, expected="a network")
            trainable(member)

    def layers(self, dimensions: Dimensions) -> tuple[Layer, ...]:
        """List the layers of one member after the other, each from the image on."""
        return tuple(
            layer for member in self.members for layer in member.layers(dimensions)
        )

    def num_outputs(self, dimensions: Dimensions) -> int:
        """Count the numbers that all layers of all members give for one image."""
        return sum(member.num_outputs(dimensions) for member in self.members)

    def describe(self, dimensions: Dimensions) -> str:
        """Name the members, like 3 x 784-128-64-10; many kinds are only counted."""
        kinds = Counter(each.describe(dimensions) for each in self.members)
        if len(kinds) > MAX_KINDS_IN_NAME:
            return f"{len(self.members)} networks of {len(kinds)} kinds"
        return " + ".join(
            f"{count} x {name}" if count > 1 else name for name, count in kinds.items()
        )


Network = TrainableNetwork | EnsembleConfig


def trainable(network: Network) -> TrainableNetwork:
    """Return a network that can be trained or combined as it is.

    Raises:
        ConfigError: If it is an ensemble.
    """
    if isinstance(network, NetworkFamily):
        return network
    message = (
        "Expected a single network, got an ensemble. Train its members, each in a "
        "run of its own, and combine these runs."
    )
    raise ConfigError(message)

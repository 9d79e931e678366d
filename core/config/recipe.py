"""How a model is made: by a training, or of models that are trained."""

from core.config import stored
from core.config.ensemble import EnsembleConfig
from core.config.networks import LayeredNetwork
from core.config.training import TrainingConfig

Recipe = TrainingConfig | EnsembleConfig


def recipe_from_json(text: str) -> Recipe:
    """Read the record of a recipe.

    Up to schema 3 an ensemble was the record of a training whose network it was.

    Raises:
        SchemaError: If the text is not such a record, or of a newer program.
        ConfigError: If a value is out of its range.
    """
    record = stored.read(text)
    network = record.get("network")
    if isinstance(network, dict) and network.get("kind") == "ensemble":
        record = {"dataset": record.get("dataset"), "members": network.get("members")}
    kind = EnsembleConfig if "members" in record else TrainingConfig
    return kind.from_record(record)


def network_of(recipe: Recipe) -> LayeredNetwork:
    """Return what reads an image: the network of a training, or all of an ensemble."""
    return recipe if isinstance(recipe, EnsembleConfig) else recipe.network

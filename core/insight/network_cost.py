"""What a recipe will build and cost, known before anything is built.

A network alone does not know how many classes it tells apart; its data set does.
"""

from core.config import Layer, Recipe, TrainingConfig, network_of
from core.datasets import catalog


def describe_network(config: Recipe) -> str:
    """Name the layers of a network, like 784-128-64-10."""
    return network_of(config).describe(num_classes=_num_classes(config))


def layers(config: Recipe) -> tuple[Layer, ...]:
    """List the layers of a network, from the image to the answer."""
    return network_of(config).layers(num_classes=_num_classes(config))


def num_parameters(config: Recipe) -> int:
    """Count the numbers that are trained."""
    return network_of(config).num_parameters(num_classes=_num_classes(config))


def num_multiplications(config: Recipe) -> int:
    """Count the multiplications with which a network reads one image."""
    return network_of(config).num_multiplications(num_classes=_num_classes(config))


def training_bytes(config: TrainingConfig) -> int:
    """Estimate the memory that one step of a training needs."""
    return config.network.training_bytes(
        num_classes=_num_classes(config), batch_size=config.batch_size
    )


def num_steps(config: TrainingConfig) -> int:
    """Count the steps of a training, to within one of each class and epoch."""
    num_train = catalog.spec(config.dataset).num_train
    learned = round(num_train * (1 - config.validation_fraction))
    return max(1, learned * config.epochs // config.batch_size)


def _num_classes(config: Recipe) -> int:
    return len(catalog.spec(config.dataset).classes)

"""What a recipe will build and cost, known before anything is built.

A network alone does not know how many classes it tells apart; its data set does.
"""

from core.config import Layer, TrainingConfig
from core.datasets import catalog


def describe_network(config: TrainingConfig) -> str:
    """Name the layers of a network, like 784-128-64-10."""
    return config.network.describe(num_classes=_num_classes(config))


def layers(config: TrainingConfig) -> tuple[Layer, ...]:
    """List the layers of a network, from the image to the answer."""
    return config.network.layers(num_classes=_num_classes(config))


def num_parameters(config: TrainingConfig) -> int:
    """Count the numbers that are trained."""
    return config.network.num_parameters(num_classes=_num_classes(config))


def num_multiplications(config: TrainingConfig) -> int:
    """Count the multiplications with which a network reads one image."""
    return config.network.num_multiplications(num_classes=_num_classes(config))


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


def _num_classes(config: TrainingConfig) -> int:
    return len(catalog.spec(config.dataset).classes)

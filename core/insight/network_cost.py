"""What a recipe will build and cost, known before anything is built.

A network alone does not know the size of the images, nor how many classes it tells
apart; its data set does. That of a recipe to train is in the catalogue; that of a run
may be gone, so whoever has a run gives what the run remembers.
"""

from core.config import Dimensions, Layer, Recipe, TrainingConfig, network_of
from core.datasets import catalog, splits
from core.datasets.spec import DatasetSpec


def describe_network(config: Recipe, spec: DatasetSpec | None = None) -> str:
    """Name the layers of a network, like 784-128-64-10."""
    return network_of(config).describe(_dimensions(config, spec))


def check_fits(config: Recipe) -> None:
    """See that the layers leave something of the images of the data set.

    Raises:
        ConfigError: If they leave nothing, or if the data set does not have the images
            that the recipe emphasises.
    """
    layers(config)
    if isinstance(config, TrainingConfig):
        num_train = catalog.spec(config.dataset).num_train
        splits.check_emphasis(config.emphasis, num_train=num_train)


def layers(config: Recipe, spec: DatasetSpec | None = None) -> tuple[Layer, ...]:
    """List the layers of a network, from the image to the answer."""
    return network_of(config).layers(_dimensions(config, spec))


def num_parameters(config: Recipe, spec: DatasetSpec | None = None) -> int:
    """Count the numbers that are trained."""
    return network_of(config).num_parameters(_dimensions(config, spec))


def num_macs(config: Recipe, spec: DatasetSpec | None = None) -> int:
    """Count the multiply-adds with which a network classifies one image."""
    return network_of(config).num_macs(_dimensions(config, spec))


def training_bytes(config: TrainingConfig) -> int:
    """Estimate the memory that one step of a training needs."""
    return config.network.training_bytes(
        _dimensions(config, None), batch_size=config.batch_size
    )


def num_steps(config: TrainingConfig) -> int:
    """Count the steps of a training, to within one of each class and epoch."""
    images = images_per_step(config)
    return max(1, _num_learned(config) * config.epochs // images)


def images_per_step(config: TrainingConfig) -> int:
    """Return the batch size, or the number of images to learn from if they are fewer.

    To within one of each class.
    """
    return max(1, min(config.batch_size, _num_learned(config)))


def _num_learned(config: TrainingConfig) -> int:
    num_train = catalog.spec(config.dataset).num_train
    repeated = len(config.emphasis) * (config.emphasis_factor - 1)
    return round((num_train + repeated) * (1 - config.validation_fraction))


def _dimensions(config: Recipe, spec: DatasetSpec | None) -> Dimensions:
    return (spec or catalog.spec(config.dataset)).dimensions

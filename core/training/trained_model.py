"""The trained network of a run, built from its recipe; only weights are read."""

from pathlib import Path

import keras

from core.config import Dimensions, EnsembleConfig, Recipe
from core.models import architectures, export


def load(path: Path, recipe: Recipe, dimensions: Dimensions) -> keras.Model:
    """Build the network of a run and give it its trained weights.

    Args:
        path: The `.keras` file of the run.
        recipe: What the run was made by.
        dimensions: Of its images and classes.

    Raises:
        ArtifactError: If the file is missing, damaged, or of another network.
    """
    if isinstance(recipe, EnsembleConfig):
        members = [architectures.build(each, dimensions) for each in recipe.members]
        model = architectures.mean_of(members)
    else:
        model = architectures.build(recipe.network, dimensions)
    export.load_weights(model, path)
    return model

"""What a run has to say of one image, and what it is made of, worked out once.

Caches are keyed by the id of a run, and by which image it is; see `dashboard.results`.
"""

import contextlib
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core import run_features
from core.config import Dimensions
from core.datasets.arrays import Dataset
from core.datasets.exploring import neighbours
from core.datasets.exploring.neighbours import Neighbours
from core.errors import DatasetFileError
from core.evaluation.novelty import Judgement, Reference
from core.jobs.kinds.summary import Summarise
from core.network_view import DeadUnits, NetworkView, num_members
from core.records import Attachment, Run
from core.types import ByteImages, GrayImage
from dashboard import results, services
from dashboard.results.evaluations import training_arrays

NUM_DEAD_IMAGES: Final = 500
"""So many test images tell a dead unit from one that answers seldom."""


def features_of(run: Run, image: GrayImage) -> NDArray[np.float32] | None:
    """Return what the last hidden layer of a run gives for any image.

    Args:
        run: A run with a model.
        image: float32 of shape (height, width), values in [0, 1].

    Returns:
        float32 of shape (units,), like the rows of `results.features`; None if the
        run has kept features of another kind.

    Raises:
        ArtifactError: If its model or its predictions are missing or damaged.
    """
    return _features_of(run, image, num_units=results.features(run).shape[1])


def judgement(
    run: Run, image: GrayImage, confidence: float, reference: Reference
) -> Judgement | None:
    """Say whether an answer of a run is to be given.

    Args:
        run: A run with a model.
        image: float32 of shape (height, width), values in [0, 1].
        confidence: Calibrated probability of the predicted class.
        reference: What the run's images are compared with.

    Returns:
        None if the reference has features of another kind.

    Raises:
        ArtifactError: If its model is missing or damaged.
    """
    units = reference.features.shape[1]
    found = _features_of(run, image, num_units=units)
    return None if found is None else reference.judge(found, confidence)


def _features_of(
    run: Run, image: GrayImage, *, num_units: int
) -> NDArray[np.float32] | None:
    members = range(num_members(run.config))
    views = [network_view(run, member) for member in members]
    return run_features.features_of(views, image, num_units=num_units)


def network_view(run: Run, member: int = 0) -> NetworkView:
    """Return the model of a run as something that one can look into.

    Args:
        run: A run with a model.
        member: Which network of an ensemble, from 0.

    Raises:
        ArtifactError: If its model is missing or damaged.
    """
    return _network_view(run.id, member, run, services.spec_of(run).dimensions)


def dead_units(run: Run, member: int, dataset: Dataset) -> tuple[DeadUnits, ...]:
    """Count the units of a run that answer 0 to all of `NUM_DEAD_IMAGES` images.

    Args:
        run: A run with a model.
        member: Which network of an ensemble, from 0.
        dataset: Its data set, some of whose test images are taken.
    """
    return _dead_units(run.id, member, run, dataset)


def training_features(run: Run, made: Attachment) -> NDArray[np.float16]:
    """Return the features that a run has for its training images.

    Args:
        run: The run.
        made: What `PredictTraining` has left.

    Returns:
        float16 of shape (n, units), mapped from disk.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    (found,) = training_arrays(run.id, made, "features")
    return found


def nearest_by_pixels(
    image: ByteImages, key: str, dataset: Dataset, *, count: int
) -> Neighbours:
    """Find the training images that differ least from an image.

    Args:
        image: uint8 of shape (height, width).
        key: Says which image it is, of which data set.
        dataset: Whose training images are searched.
        count: How many to find.
    """
    return _nearest_by_pixels(f"{key} {dataset.fingerprint}", count, image, dataset)


@st.cache_resource(max_entries=40, show_spinner=False)
def _network_view(
    run_id: str, member: int, _run: Run, _dimensions: Dimensions
) -> NetworkView:
    path = services.store().artifact(run_id, "model.tflite")
    return NetworkView(path, _run.config, _dimensions, member=member)


@st.cache_resource(max_entries=50, show_spinner="Looking for dead units")
def _dead_units(
    run_id: str,  # noqa: ARG001 - the key of the cache
    member: int,
    _run: Run,
    _dataset: Dataset,
) -> tuple[DeadUnits, ...]:
    images = _dataset.test.images
    chosen = images[results.evenly(len(images), limit=NUM_DEAD_IMAGES)]
    ink = np.divide(chosen, np.float32(255), dtype=np.float32)
    return network_view(_run, member).dead_units(ink)


# Whatever else is changed on the page, the card stays.
@st.cache_resource(max_entries=500, show_spinner="Searching the training images")
def _nearest_by_pixels(
    key: str,  # noqa: ARG001 - the key of the cache
    count: int,
    _image: ByteImages,
    _dataset: Dataset,
) -> Neighbours:
    train = _dataset.train.images
    task = Summarise(subject=_dataset.spec.name, fingerprint=_dataset.fingerprint)
    folder = task.result()
    if folder is not None:
        with contextlib.suppress(DatasetFileError):
            # It has what makes the search in a million images quick.
            known = results.summary(folder)
            return neighbours.nearest(
                _image, train, known.train.codes, known.components, count=count
            )
    return neighbours.nearest_without_codes(_image, train, count=count)

"""Where images lie by the features of a run, and how unusual they are."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.errors import ArtifactError
from core.evaluation.projection import PrincipalPlane, principal_plane
from core.evaluation.unusual import feature_distances
from core.records import Attachment, Run
from core.runs import unpacked
from core.types import Indices, Labels
from dashboard.results.evaluations import Evaluation, predictions_path, training_arrays

MAX_FITTED: Final = 10_000
"""The plane of a feature map is found from so many images; all are placed on it."""


@dataclass(frozen=True, kw_only=True)
class FeaturePoints:
    """Where a run's own test images lie by the features of its last hidden layer.

    Attributes:
        points: float32 of shape (n, 2), one for each test image in order.
        plane: The plane that they lie on, which places other features too.
    """

    points: NDArray[np.float32]
    plane: PrincipalPlane

    @property
    def explained(self) -> NDArray[np.float32]:
        """Share of the variance on each axis, float32 of shape (2,), 0 to 1."""
        return self.plane.explained


def unusualness(run: Run, evaluation: Evaluation) -> NDArray[np.float32] | None:
    """Return how far each of a run's own test images is from its class.

    Returns:
        float32 of shape (n,), see `core.evaluation.unusual`; None if the run kept no
        features of these images.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _unusualness(run.id, "", evaluation.predictions.labels, None)


def training_unusualness(
    run: Run, made: Attachment, evaluation: Evaluation
) -> NDArray[np.float32] | None:
    """Return how far each training image is from its class; see `unusualness`."""
    return _unusualness(run.id, made.key, evaluation.predictions.labels, made)


@st.cache_resource(max_entries=20, show_spinner=False)
def _unusualness(
    run_id: str,
    key: str,  # noqa: ARG001 - the key of the cache
    _labels: Labels,
    _made: Attachment | None,
) -> NDArray[np.float32] | None:
    if _made is None:
        path = predictions_path(run_id)
        damage = f"Expected the features of a run in {path}. Train it again."
        (features,) = unpacked.arrays(path, ("features",), damage=damage)
    else:
        (features,) = training_arrays(run_id, _made, "features")
    if features.ndim != 2 or len(features) != len(_labels) or not features.size:  # noqa: PLR2004 - images and units
        return None
    return feature_distances(features, _labels, int(_labels.max()) + 1)


def features(run: Run) -> NDArray[np.float32]:
    """Return what the last hidden layer of a run gives for its own test images.

    Returns:
        float32 of shape (n, units), mapped from disk.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _features(run.id)


def feature_points(run: Run) -> FeaturePoints:
    """Return where a run's own test images lie by its features (PCA); see `features`.

    Raises:
        ArtifactError: If its predictions are missing or damaged, or features are no
            numbers.
    """
    return _feature_points(run.id)


def evenly(total: int, *, limit: int) -> Indices:
    """Choose which of many points are drawn: all, or some that are evenly spread.

    Args:
        total: How many there are.
        limit: How many are drawn at most.

    Returns:
        Their positions, int64 of shape (drawn,), ascending.
    """
    num = min(total, limit)
    # In whole numbers: which are drawn must not depend on rounding.
    return np.arange(num, dtype=np.int64) * total // max(num, 1)


@st.cache_resource(max_entries=20, show_spinner="Loading the features")
def _features(run_id: str) -> NDArray[np.float32]:
    path = predictions_path(run_id)
    damage = (
        f"Expected the features of the test images in {path}, but the file is missing "
        "or damaged. Train the run again."
    )
    (found,) = unpacked.arrays(path, ("features",), damage=damage)
    return found


@st.cache_resource(max_entries=20, show_spinner="Projecting the features")
def _feature_points(run_id: str) -> FeaturePoints:
    known = _features(run_id)
    sample = np.asarray(known[evenly(len(known), limit=MAX_FITTED)], np.float32)
    if not np.isfinite(sample).all():
        message = (
            f"Expected numbers as features of the test images of run {run_id}, but "
            "some are infinite or none. Its training has diverged: train it again "
            "with a smaller learning rate."
        )
        raise ArtifactError(message)
    plane = principal_plane(sample)
    return FeaturePoints(points=plane.place(known), plane=plane)

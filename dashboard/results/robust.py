"""How much accuracy a run keeps when images are changed."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import orders
from core.datasets.store import Dataset
from core.evaluation import (
    metrics,
)
from core.evaluation.robustness import Robustness, example, strengths_of
from core.jobs.kinds import robustness as robustness_kind
from core.records import Attachment, Run
from core.types import ByteImages, Indices, Labels
from dashboard import services
from dashboard.results.evaluations import predictor

NUM_SAMPLES: Final = 30
SAMPLES_AT_STRENGTH: Final = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """A few test images under some changes, and what a run reads in them.

    Attributes:
        images: As they are given to the model, uint8 of shape (n, height, width).
        indices: int64 of shape (n,): which test images they were made of.
        labels: True classes, uint8 of shape (n,).
        predicted: uint8 of shape (n,).
        confidences: Of the predicted classes, float32 of shape (n,).
    """

    images: ByteImages
    indices: Indices
    labels: Labels
    predicted: Labels
    confidences: NDArray[np.float32]

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Which are predicted as what they are."""
        return np.equal(self.labels, self.predicted)


def robustness(run: Run, made: Attachment) -> Robustness:
    """Return what a robustness sweep of a run has measured.

    Raises:
        ArtifactError: If it is missing or damaged.
    """
    return _robustness(run.id, made.key, made)


def changed_samples(run: Run, dataset: Dataset, key: str, *, is_sweep: bool) -> Samples:
    """Change a few test images, and let a run read them.

    Args:
        run: A run with a model.
        dataset: Whose test images.
        key: Of a corruption, or of a sweep: then at each of its strengths.
        is_sweep: Whether it is a sweep.

    Raises:
        ArtifactError: If the model is missing or damaged.
    """
    return _changed_samples(run.id, dataset.fingerprint, key, is_sweep, dataset)


@st.cache_resource(max_entries=50, show_spinner=False)
def _robustness(
    run_id: str,
    key: str,  # noqa: ARG001 - the key of the cache
    _made: Attachment,
) -> Robustness:
    return robustness_kind.read(services.store(), run_id, _made)


@st.cache_resource(max_entries=100, show_spinner=False)
def _changed_samples(
    run_id: str,
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    key: str,
    is_sweep: bool,  # noqa: FBT001 - the cache takes it by place
    _dataset: Dataset,
) -> Samples:
    test = _dataset.test
    strengths = strengths_of(key) if is_sweep else (None,)
    num = SAMPLES_AT_STRENGTH if is_sweep else NUM_SAMPLES
    shown = orders.stratified_sample(test.labels, count=num, seed=0)
    images = np.concatenate(
        [
            example(test.images[shown], key, seed=0, strength=strength)
            for strength in strengths
        ]
    )
    said = predictor(run_id).predict(np.divide(images, 255, dtype=np.float32))
    indices = np.tile(shown, len(strengths))
    return Samples(
        images=images,
        indices=indices,
        labels=test.labels[indices],
        predicted=metrics.predicted_classes(said),
        confidences=said.max(axis=1),
    )

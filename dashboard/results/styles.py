"""How the accuracy of a run depends on how images are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import orders
from core.datasets.store import Dataset
from core.evaluation import style as writing
from core.evaluation.style import Bin, Weakest
from core.records import Run
from core.types import ByteImages, Indices, Labels
from dashboard.results.evaluations import Evaluation

MAX_MEASURED: Final = 10_000


@dataclass(frozen=True, kw_only=True, eq=False)
class Style:
    """The accuracy of a run by how the images are written.

    Attributes:
        indices: Which test images were measured, int64 of shape (n,), rising.
        bins: Of each measure; members are positions in `indices`.
        weakest: The weakest of all; None if none is weaker than the others.
    """

    indices: Indices
    bins: Mapping[str, tuple[Bin, ...]]
    weakest: Weakest | None


def style(run: Run, dataset: Dataset, evaluation: Evaluation) -> Style:
    """Return the accuracy of a run by how test images are written.

    Args:
        run: The run.
        dataset: Whose test images.
        evaluation: What the run says about them.
    """
    return _style(run.id, dataset.fingerprint, dataset, evaluation)


@st.cache_resource(max_entries=20, show_spinner="Measuring the handwriting")
def _handwriting(
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    _images: ByteImages,
    _labels: Labels,
) -> tuple[Indices, Mapping[str, NDArray[np.float64]]]:
    indices = orders.stratified_sample(_labels, count=MAX_MEASURED, seed=0)
    return indices, writing.measure(_images[indices])


@st.cache_resource(max_entries=50, show_spinner=False)
def _style(
    run_id: str,  # noqa: ARG001 - the key of the cache
    fingerprint: str,
    _dataset: Dataset,
    _evaluation: Evaluation,
) -> Style:
    test = _dataset.test
    indices, values = _handwriting(fingerprint, test.images, test.labels)
    is_right = (_evaluation.predicted == _evaluation.predictions.labels)[indices]
    found = {name: writing.bins(name, each, is_right) for name, each in values.items()}
    everything = [each for parts in found.values() for each in parts]
    return Style(indices=indices, bins=found, weakest=writing.weakest(everything))

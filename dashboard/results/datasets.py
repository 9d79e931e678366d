"""What data sets come to: their summary and their map."""

from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import storage
from core.datasets.exploring.summary import DatasetSummary
from core.files import reading_arrays
from core.records import ARRAYS
from core.types import Indices


@st.cache_resource(max_entries=10, show_spinner=False)
def summary(folder: Path) -> DatasetSummary:
    """Return the summary of a data set, of which the large arrays are mapped.

    Raises:
        DatasetFileError: If it is damaged.
    """
    return storage.load(folder)


@st.cache_resource(max_entries=10, show_spinner=False)
def image_map(folder: Path) -> tuple[NDArray[np.float32], Indices]:
    """Return the map of some images of a data set.

    Returns:
        Points, float32 of shape (n, 2), and the positions of their images in the
        split, int64 of shape (n,).

    Raises:
        ArtifactError: If it is damaged.
    """
    damage = f"Expected the map of a data set in {folder}. Delete that folder."
    with reading_arrays(folder / ARRAYS, damage=damage) as arrays:
        return arrays["points"], arrays["indices"]

"""Choose and show samples of a data set."""

from typing import Final, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets import summary
from core.datasets.store import Dataset, Split
from core.types import Indices
from dashboard import services, state
from dashboard.charts.glyphs import glyph_grid
from dashboard.charts.mosaic import Grid
from dashboard.widgets import figure, gallery

SplitName = Literal["training", "test"]

NUM_SAMPLES: Final = 96
SAMPLE_GRID: Final = Grid(columns=12, tile=46)
AVERAGE_GRID: Final = Grid(columns=5, tile=78)
ALL: Final = "All"


def pick_split() -> SplitName:
    """Let the viewer choose the training or the test images."""
    chosen = st.segmented_control(
        "Split",
        ("training", "test"),
        default="training",
        required=True,
        key="split",
        **state.LINKED,
        on_change=state.choose_image,
        args=(None,),
    )
    return "test" if chosen == "test" else "training"


def pick_class(classes: tuple[str, ...]) -> int | None:
    """Let the viewer choose one class, or all of them (None)."""
    chosen = st.segmented_control(
        "Class",
        (ALL, *classes),
        default=ALL,
        required=True,
        key="class",
        **state.LINKED,
        wrap=True,
        on_change=state.choose_image,
        args=(None,),
    )
    return classes.index(chosen) if chosen in classes else None


def images_of(dataset: Dataset, split: SplitName) -> Split:
    """Return the images of a split by its name."""
    return dataset.train if split == "training" else dataset.test


def sample(images: Split, label: int | None) -> Indices:
    """Draw the images that the page shows now; another number draws others."""
    return summary.sample_indices(
        images.labels, label=label, count=NUM_SAMPLES, seed=state.number(state.SAMPLE)
    )


def samples(dataset: Dataset, images: Split, shown: Indices) -> None:
    """Show a sample; a click chooses an image."""
    names = dataset.spec.classes
    gallery.gallery(
        images.images,
        shown,
        captions=[f"{names[images.labels[index]]}, image {index:,}" for index in shown],
        key="samples",
        grid=SAMPLE_GRID,
        alt=f"{len(shown)} random images of {dataset.spec.title}",
    )


def averages(mean_images: NDArray[np.float32], classes: tuple[str, ...]) -> None:
    """Show the average image of each class."""
    figure.show(
        glyph_grid(mean_images, classes, grid=AVERAGE_GRID, palette=services.palette()),
        key="averages",
        alt="The average training image of each class",
    )


def num_images(images: Split, label: int | None) -> int:
    """Count the images from which a sample is drawn."""
    return len(images.labels) if label is None else int((images.labels == label).sum())

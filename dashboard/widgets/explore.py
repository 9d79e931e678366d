"""Choose and show samples of a data set."""

from typing import Final, Literal

import plotly.graph_objects as go
import streamlit as st

from core.datasets import summary
from core.datasets.store import Dataset, Split
from core.types import Indices
from dashboard import results, services, state
from dashboard.charts.bars import class_balance
from dashboard.charts.glyphs import glyph_grid
from dashboard.charts.mosaic import Grid
from dashboard.charts.theme import Palette
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


def balance(dataset: Dataset) -> None:
    """Show how many images each class has."""
    figure.show(
        _balance_figure(dataset.fingerprint, services.palette(), dataset),
        key="balance",
        alt="Number of training and test images of each class",
    )


def averages(dataset: Dataset) -> None:
    """Show the average training image of each class."""
    figure.show(
        _averages_figure(dataset.fingerprint, services.palette(), dataset),
        key="averages",
        alt="The average training image of each class",
    )


def num_images(images: Split, label: int | None) -> int:
    """Count the images from which a sample is drawn."""
    return len(images.labels) if label is None else int((images.labels == label).sum())


# To make these takes a third of the time in which the whole page is run.
@st.cache_resource(max_entries=20, show_spinner=False)
def _balance_figure(
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    palette: Palette,
    _dataset: Dataset,
) -> go.Figure:
    found = results.dataset_summary(_dataset)
    return class_balance(
        found.train_counts,
        found.test_counts,
        classes=_dataset.spec.classes,
        palette=palette,
    )


@st.cache_resource(max_entries=20, show_spinner=False)
def _averages_figure(
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    palette: Palette,
    _dataset: Dataset,
) -> go.Figure:
    return glyph_grid(
        results.dataset_summary(_dataset).mean_images,
        _dataset.spec.classes,
        grid=AVERAGE_GRID,
        palette=palette,
    )

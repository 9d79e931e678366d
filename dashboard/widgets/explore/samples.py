"""Choose and show samples of a data set."""

from dataclasses import dataclass
from typing import Final, Literal

import plotly.graph_objects as go
import streamlit as st

from core.datasets.exploring import orders
from core.datasets.store import Dataset, Split
from core.types import Indices
from dashboard import figure, results, services, state
from dashboard.charts.bars import class_balance
from dashboard.charts.glyphs import glyph_grid
from dashboard.charts.mosaic import Grid
from dashboard.charts.theme import Palette
from dashboard.widgets.common import gallery

SplitName = Literal["training", "test"]

NUM_SAMPLES: Final = 96
SAMPLE_GRID: Final = Grid(columns=12, tile=46)
AVERAGE_GRID: Final = Grid(columns=5, tile=78)
ALL: Final = "All"


@dataclass(frozen=True, kw_only=True)
class _Figures:
    """What is the same for everybody who looks at a data set in one theme.

    Attributes:
        balance: How many images each class has.
        averages: The average training image of each class.
    """

    balance: go.Figure
    averages: go.Figure


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
    return orders.sample_indices(
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
        _figures(dataset.fingerprint, services.palette(), dataset).balance,
        key="balance",
        alt="Number of training and test images of each class",
    )


def averages(dataset: Dataset) -> None:
    """Show the average training image of each class."""
    figure.show(
        _figures(dataset.fingerprint, services.palette(), dataset).averages,
        key="averages",
        alt="The average training image of each class",
    )


def num_images(images: Split, label: int | None) -> int:
    """Count the images from which a sample is drawn."""
    return len(images.labels) if label is None else int((images.labels == label).sum())


# Plotly checks each part of a figure, which takes long.
@st.cache_resource(max_entries=20, show_spinner=False)
def _figures(
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    palette: Palette,
    _dataset: Dataset,
) -> _Figures:
    found, classes = results.dataset_summary(_dataset), _dataset.spec.classes
    return _Figures(
        balance=class_balance(
            found.train_counts, found.test_counts, classes=classes, palette=palette
        ),
        averages=glyph_grid(
            found.mean_images, classes, grid=AVERAGE_GRID, palette=palette
        ),
    )

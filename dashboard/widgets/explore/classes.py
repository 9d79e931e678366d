"""How the classes differ: their balance, their averages, two of them compared."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.arrays import Dataset
from core.datasets.exploring.averages import class_difference
from core.datasets.exploring.summary import DatasetSummary, SplitSummary
from dashboard import figure, services, state
from dashboard.charts.bars import class_balance
from dashboard.charts.glyphs import difference_view, glyph_grid
from dashboard.charts.mosaic import Grid
from dashboard.figure import Hit
from dashboard.widgets.common import class_picker
from dashboard.widgets.explore import selection
from dashboard.widgets.explore.selection import SHOWN, Choice

FEW: Final = Grid(columns=5, tile=78)
MANY: Final = Grid(columns=10, tile=52)
MAX_FEW: Final = 12

MEAN: Final = "Mean"
VARIATION: Final = "Variation"


def balance(dataset: Dataset, summary: DatasetSummary) -> None:
    """Show how many images each class has."""
    st.subheader("Class balance", anchor=False)
    figure.show(
        class_balance(
            summary.train.counts,
            summary.test.counts,
            classes=dataset.spec.classes,
            palette=services.palette(),
        ),
        key="balance",
        alt="Number of training and test images of each class",
    )
    st.caption(_balance_in_words(dataset, summary.train))


def averages(choice: Choice) -> None:
    """Show the mean image of each class, or how its pixels vary; a click chooses."""
    st.subheader("Average images", anchor=False)
    known = choice.split_summary
    if known is None:
        return
    kind = st.segmented_control(
        "Image of each class",
        (MEAN, VARIATION),
        default=MEAN,
        required=True,
        key=state.AVERAGE,
        **state.LINKED,
        help="Mean: the average grey of each pixel. Variation: its standard deviation, "
        "bright where the images of a class differ most.",
    )
    classes = choice.dataset.spec.classes
    images = known.means if kind == MEAN else _stretched(known.deviations)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(classes):
            class_picker.choose(classes, hit.index, key="class")
            selection.start_over()

    figure.show(
        glyph_grid(
            images,
            classes,
            grid=FEW if len(classes) <= MAX_FEW else MANY,
            palette=services.palette(),
        ),
        key="averages",
        alt=f"{kind} image of each class of the {SHOWN[choice.part]} images",
        on_click=choose,
    )
    st.caption(
        f"Of the {len(choice.split.labels):,} {SHOWN[choice.part]} images, by class. "
        "Click one to see only that class."
    )


def difference(choice: Choice) -> None:
    """Show where the mean images of two classes differ."""
    st.subheader("Difference of two classes", anchor=False)
    known = choice.split_summary
    if known is None:
        return
    classes = choice.dataset.spec.classes
    with st.container(horizontal=True):
        first = class_picker.select_class(
            "Class", classes, key=state.FIRST_CLASS, default=0
        )
        second = class_picker.select_class(
            "Less class", classes, key=state.SECOND_CLASS, default=1
        )
    figure.show(
        difference_view(
            class_difference(known.means, first, second), palette=services.palette()
        ),
        key="difference",
        alt=f"Mean image of {classes[first]} less that of {classes[second]}",
    )
    st.caption(
        "Mean image of the first less that of the second: blue has more ink in the "
        "first, vermilion in the second."
    )


def _stretched(deviations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale deviations, 0 to 0.5, so that half of the grey scale is not lost."""
    return np.clip(2 * deviations, 0, 1).astype(np.float32)


def _balance_in_words(dataset: Dataset, train: SplitSummary) -> str:
    counts, classes = train.counts, dataset.spec.classes
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[least] == counts[most]:
        return f"Each class has {counts[least]:,} training images."
    ratio = counts[most] / max(counts[least], 1)
    return (
        f"Training images: from {counts[least]:,} of class {classes[least]} to "
        f"{counts[most]:,} of class {classes[most]}, {ratio:.1f} times as many."
    )

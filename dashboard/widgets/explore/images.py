"""The images that were chosen, page by page, and one of them large."""

import math
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.arrays import Dataset
from core.datasets.exploring import neighbours
from core.datasets.exploring.neighbours import Neighbours
from core.datasets.exploring.summary import DatasetSummary
from core.proportion import percent
from core.types import Indices, SplitName
from dashboard import services, state, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.words import count_of
from dashboard.figure import Hit, show
from dashboard.widgets.common import gallery, sample_card
from dashboard.widgets.explore import selection
from dashboard.widgets.explore.selection import SHOWN, Choice

PER_PAGE: Final = 144
GRID: Final = Grid(columns=12, tile=46)
NEIGHBOUR_GRID: Final = Grid(columns=5, tile=60)
NUM_NEIGHBOURS: Final = 10


def page_of_images(choice: Choice) -> Indices:
    """Show one page of the chosen images, and return which they are."""
    members = choice.members()
    if not len(members):
        st.info("No image of this class is in this split.", icon=":material/info:")
        return members
    num_pages = math.ceil(len(members) / PER_PAGE)
    place = st.empty()
    page = st.pagination(num_pages, key=state.PAGE, **state.LINKED)
    first = (min(page, num_pages) - 1) * PER_PAGE
    shown = members[first : first + PER_PAGE]
    with place.container():
        gallery.gallery(
            choice.split.images,
            shown,
            captions=captions(choice.dataset, choice.part, shown),
            key="samples",
            grid=GRID,
            alt=f"{len(shown)} {SHOWN[choice.part]} images of "
            f"{choice.dataset.spec.title}",
        )
    total = len(choice.split.labels)
    num = f"{total:,}" if len(members) == total else count_of(len(members), total)
    st.caption(
        f"{first + 1:,} to {first + len(shown):,} of {num} {SHOWN[choice.part]} "
        "images. Click one to enlarge it."
    )
    return shown


def captions(dataset: Dataset, part: SplitName, indices: Indices) -> list[str]:
    """Return what hovering over images tells."""
    labels = dataset.part(part).labels[indices]
    return [
        f"{dataset.spec.classes[label]}, {SHOWN[part]} image {index:,}"
        for index, label in zip(indices, labels, strict=True)
    ]


def card(choice: Choice, shown: Indices) -> None:
    """Show one image large: its pixels, its measures, and what is most like it."""
    chosen = state.image(len(choice.split.labels))
    if chosen is None and not len(shown):
        return
    index = int(shown[0]) if chosen is None else chosen
    name = choice.dataset.spec.classes[choice.split.labels[index]]
    st.subheader(
        f"{words.literal(name)}, {SHOWN[choice.part]} image {index:,}", anchor=False
    )
    sample_card.large_glyph(choice.split.images[index], key="explore_pixels")
    st.caption("Hover over a pixel for its value: 0 is paper, 255 is full ink.")
    if choice.split_summary is not None:
        _measures(choice, index)
        _neighbours(choice, index)


def _measures(choice: Choice, index: int) -> None:
    known = choice.split_summary
    if known is None:
        return
    measures = known.measures
    slant = float(measures.slant[index])
    rank = _rank(choice, index)
    facts = {
        "Stroke": _value(measures.thickness[index], "{:.1f} px"),
        "Slant": _value(abs(slant), "{:.0f}° " + ("right" if slant > 0 else "left")),
        "Width : height": _value(measures.aspect[index], "{:.2f}"),
        "Ink": _value(100 * measures.ink[index], "{:.1f} %"),
    }
    with st.container(horizontal=True):
        for title, value in facts.items():
            st.metric(title, value, width="content")
    st.caption(rank)


def _rank(choice: Choice, index: int) -> str:
    """Tell how typical an image is of its class."""
    known = choice.split_summary
    if known is None:
        return ""
    label = choice.split.labels[index]
    share = percent(float(known.unusualness[index]), decimals=1)
    return (
        f"{share} of the {int(known.counts[label]):,} {SHOWN[choice.part]} images of "
        f"class {words.literal(choice.dataset.spec.classes[label])} are more typical."
    )


def _value(value: float, form: str) -> str:
    return "-" if np.isnan(value) else form.format(value)


def _neighbours(choice: Choice, index: int) -> None:
    """Show the training images that differ least from an image."""
    summary, train = choice.summary, choice.dataset.train
    if summary is None:
        return
    key = f"{choice.dataset.fingerprint} {choice.part} {index}"
    found = _nearest(key, choice, summary, index)
    is_other = (found.indices != index) | (choice.part != "train")
    indices = found.indices[is_other][:NUM_NEIGHBOURS]
    st.markdown("**Nearest training images**")
    _mosaic_of(choice, indices, found.differences[is_other][:NUM_NEIGHBOURS])
    num_same = int((train.labels[indices] == choice.split.labels[index]).sum())
    st.caption(
        f"{num_same} of {len(indices)} have the same label. Nearest first, by the mean "
        "squared difference of their pixels."
    )


def _mosaic_of(
    choice: Choice, indices: Indices, differences: NDArray[np.float32]
) -> None:
    """Show neighbours, the nearest first; a click enlarges one."""
    train = choice.dataset.train
    figure = mosaic_figure(
        train.images[indices],
        captions=[
            f"{caption}, difference {difference:.3f}"
            for caption, difference in zip(
                captions(choice.dataset, "train", indices), differences, strict=True
            )
        ],
        grid=NEIGHBOUR_GRID,
        selected=None,
        palette=services.palette(),
    )

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(indices):
            selection.show_image("train", int(indices[hit.index]))

    show(
        figure,
        key="neighbours",
        alt=f"The {len(indices)} training images that differ least from it",
        on_click=choose,
    )


# Whatever else is changed on the page, the card stays: a search among 700,000 images
# would be a third of what the server does then.
@st.cache_data(max_entries=500, show_spinner=False)
def _nearest(
    key: str,  # noqa: ARG001 - the key of the cache
    _choice: Choice,
    _summary: DatasetSummary,
    _index: int,
) -> Neighbours:
    return neighbours.nearest(
        _choice.split.images[_index],
        _choice.dataset.train.images,
        _summary.train.codes,
        _summary.components,
        count=NUM_NEIGHBOURS + 1,
    )

"""Copies within a data set, side by side, and a new version without them."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets import store
from core.datasets.exploring.duplicates import Duplicates
from core.jobs.kinds.version import MakeVersion
from core.types import ByteImages, Indices, SplitName
from dashboard import services, state, words
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.figure import Hit, show
from dashboard.widgets.common import analysis, read_only
from dashboard.widgets.explore import selection
from dashboard.widgets.explore.selection import SHOWN, Choice

GRID: Final = Grid(columns=12, tile=46)
PHONE_GRID: Final = Grid(columns=6, tile=56)
PAIRS_PER_PAGE: Final = 48

EXACT: Final = "Exact copies"
NEAR: Final = "Near duplicates"
ANY_LABEL: Final = "Any labels"
OTHER_LABEL: Final = "Different labels"
ACROSS: Final = "In both splits"


@dataclass(frozen=True)
class Place:
    """Where an image is, by its position among all.

    Attributes:
        part: The split.
        index: Its position in the split.
    """

    part: SplitName
    index: int


def duplicates(choice: Choice) -> None:
    """Show pairs of images that are alike, and offer to remove copies."""
    st.subheader("Duplicates", anchor=False)
    if choice.summary is None:
        return
    found = choice.summary.duplicates
    _counts(choice, found)
    pairs = _chosen_pairs(found)
    if len(pairs):
        _pages(choice, found, pairs)
    else:
        st.info("There are no such pairs.", icon=":material/info:")
    _offer_version(choice, found)


def _counts(choice: Choice, found: Duplicates) -> None:
    train, test = (found.copies(in_test=each) for each in (False, True))
    st.markdown(
        f"{len(train):,} of {len(choice.dataset.train.labels):,} training images and "
        f"{len(test):,} of {len(choice.dataset.test.labels):,} test images have the "
        "same pixels as an earlier one (training images come first). "
        f"{found.num_near:,} other pairs are nearly the same: their pixels differ by "
        "less than a tenth of their length."
    )


def _chosen_pairs(found: Duplicates) -> Indices:
    """Let the viewer choose, and return which of the listed pairs are meant."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Pairs",
            (EXACT, NEAR),
            default=EXACT if found.num_exact else NEAR,
            required=True,
            key=state.PAIR_KIND,
            **state.LINKED,
        )
        which = st.segmented_control(
            "Which",
            (ANY_LABEL, OTHER_LABEL, ACROSS),
            default=ANY_LABEL,
            required=True,
            key=state.PAIR_FILTER,
            **state.LINKED,
        )
    is_exact = found.differences == 0
    chosen = is_exact if kind == EXACT else ~is_exact
    if which == OTHER_LABEL:
        chosen = chosen & ~found.same_label
    if which == ACROSS:
        chosen = chosen & ((found.pairs < found.num_train).sum(axis=1) == 1)
    indices: Indices = np.flatnonzero(chosen)
    return indices


def _pages(choice: Choice, found: Duplicates, pairs: Indices) -> None:
    num_pages = math.ceil(len(pairs) / PAIRS_PER_PAGE)
    place = st.empty()
    page = (
        st.pagination(num_pages, key="pair_page", **state.LINKED)
        if num_pages > 1
        else 1
    )
    first = (min(page, num_pages) - 1) * PAIRS_PER_PAGE
    shown = pairs[first : first + PAIRS_PER_PAGE]
    places = _places(found, found.pairs[shown].ravel())
    differences = np.repeat(found.differences[shown], 2)

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(places):
            chosen = places[hit.index]
            selection.show_image(chosen.part, chosen.index)

    figure = mosaic_figure(
        _images(choice, places),
        captions=_captions(choice, places, differences),
        grid=PHONE_GRID if services.is_phone() else GRID,
        selected=None,
        palette=services.palette(),
    )
    with place.container():
        show(
            figure,
            key="pairs",
            alt=f"{len(shown):,} pairs of images that are alike, side by side",
            on_click=choose,
        )
    listed = f", of which {len(pairs):,} are listed" if found.num_left_out else ""
    st.caption(
        f"{first + 1:,} to {first + len(shown):,} of {len(pairs):,} such pairs"
        f"{listed}; the two images of a pair stand side by side. Click one to "
        "enlarge it above."
    )


def _places(found: Duplicates, positions: Indices) -> list[Place]:
    in_test, indices = found.located(positions)
    return [
        Place("test" if is_test else "train", index)
        for is_test, index in zip(in_test.tolist(), indices.tolist(), strict=True)
    ]


def _images(choice: Choice, places: list[Place]) -> ByteImages:
    return np.stack(
        [choice.dataset.part(each.part).images[each.index] for each in places]
    )


def _captions(
    choice: Choice, places: list[Place], differences: NDArray[np.float32]
) -> list[str]:
    classes = choice.dataset.spec.classes
    found = []
    for each, difference in zip(places, differences.tolist(), strict=True):
        name = classes[choice.dataset.part(each.part).labels[each.index]]
        how = f", differs by {100 * difference:.1f} %" if difference else ""
        found.append(f"{name}, {SHOWN[each.part]} image {each.index:,}{how}")
    return found


def _offer_version(choice: Choice, found: Duplicates) -> None:
    """Offer a new version of the data set without exact copies."""
    dataset = choice.dataset
    train, test = (found.copies(in_test=each).tolist() for each in (False, True))
    if not train and not test:
        return
    name = store.next_version(dataset.spec.name)
    task = MakeVersion.without(
        dataset, train=train, test=test, reason="copies of other images"
    )
    analysis.show_job(task)
    st.button(
        f"Remove {len(train) + len(test):,} exact copies as {name}",
        icon=":material/content_cut:",
        key="remove_copies",
        **read_only.guard(
            "Makes a new version of the data set; this one stays as it is, and runs "
            "that used it too."
        ),
        on_click=_ask,
        args=(task, f"{dataset.spec.title} without copies"),
    )
    st.caption(
        "Of images with the same pixels the first one stays; a test image that is also "
        f"a training image goes. The new version is {words.literal(name)}."
    )


def _ask(task: MakeVersion, name: str) -> None:
    services.submit(task, name=name)

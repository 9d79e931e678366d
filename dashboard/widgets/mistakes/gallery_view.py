"""A gallery of any selection of images: chosen, sorted, page by page, to take along."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.arrays import Dataset
from core.records import Run
from core.types import Indices
from dashboard import services, state
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.widgets.common import (
    chosen_images,
    gallery,
    image_captions,
    sample_card,
    tested_on,
)
from dashboard.widgets.common.image_captions import SHOWN
from dashboard.widgets.common.tested_on import Tested
from dashboard.widgets.mistakes import emphasis, exports, image_choice, image_source
from dashboard.widgets.mistakes.image_source import Source

GRID: Final = Grid(columns=12, tile=56)
PAGE_SIZE: Final = 84


def show(run: Run, tested: Tested) -> None:
    """Show images of a run, and one of them large.

    Args:
        run: The run.
        tested: What it says about test images.
    """
    source = image_source.pick(run, tested)
    points = np.array(state.chosen_points(source.num_images), np.int64)
    choice = image_choice.pick(source, points)
    if len(points):
        chosen_images.chip(points)
    found = choice.indices
    if not len(found):
        st.info(choice.nothing, icon=":material/check:")
        return
    st.markdown(
        f"**{count_of(len(found), source.num_images)}** {SHOWN[source.part]} images, "
        f"{choice.order}."
    )
    if source.dataset is None:
        tested_on.no_images(run)
        return
    gallery_column, card_column = st.columns([3, 2], gap="medium")
    with gallery_column:
        shown = _page_of(source, source.dataset, found)
        exports.show(source, source.dataset, found)
        emphasis.offer(source, found)
    with card_column:
        chosen = state.image(source.num_images)
        index = int(shown[0]) if chosen is None else chosen
        sample_card.sample_card(
            run, source.dataset, source.evaluation, index, split=source.part
        )


def _page_of(source: Source, dataset: Dataset, found: Indices) -> Indices:
    """Show one page of images, and return which they are."""
    slot = st.container()
    page, num_pages = 1, -(-len(found) // PAGE_SIZE)
    if num_pages > 1:
        page = st.pagination(num_pages, key=state.PAGE, **state.LINKED)
    shown = found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    with slot:
        gallery.show_tiles(
            dataset.part(source.part).images,
            image_captions.tiles(
                source.evaluation.judged,
                source.classes,
                shown,
                part=source.part,
                held_out=source.held_out,
            ),
            key="mistakes",
            grid=GRID,
            alt=f"{len(shown)} {SHOWN[source.part]} images with true and predicted "
            "class",
            on_select=_select,
        )
        st.caption(
            "Below each image: its true class, and after an arrow the predicted one if "
            "that is wrong. "
            + (
                "Tap one for its probabilities."
                if services.is_phone()
                else "Click one for its probabilities; drag a box around several to "
                "select them."
            )
        )
    return shown


def _select(chosen: Sequence[int]) -> None:
    state.choose_points(chosen)
    image_choice.start_over()

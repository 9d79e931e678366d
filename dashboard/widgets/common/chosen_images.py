"""The test images that somebody has chosen in a figure, by a click or a lasso."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.selection import Which
from core.types import Indices
from dashboard import page_paths, state
from dashboard.charts.mosaic import Grid
from dashboard.figure import Hit, Selection
from dashboard.results import Evaluation
from dashboard.widgets.common import gallery, image_captions

MAX_IMAGES: Final = 200
GRID: Final = Grid(columns=18, tile=54)


def choose(selection: Selection) -> None:
    """Choose what is in a lasso, of many images some, evenly spread."""
    indices = sorted(set(selection.indices))
    num = min(len(indices), MAX_IMAGES)
    # In whole numbers: which are shown must not depend on rounding.
    shown = [indices[place * len(indices) // num] for place in range(num)]
    state.choose_points(shown, of=len(indices))


def choose_one(hit: Hit) -> None:
    """Choose the image that was hit."""
    state.choose_image(hit.index)


def show(dataset: Dataset, evaluation: Evaluation) -> None:
    """Show the chosen images, if there are any.

    Args:
        dataset: Whose test images they are.
        evaluation: What a run says about them.
    """
    chosen = np.array(state.chosen_points(len(dataset.test.labels)), np.int64)
    if not len(chosen):
        return
    chip(chosen)
    gallery.show_tiles(
        dataset.test.images,
        image_captions.tiles(evaluation.judged, dataset.spec.classes, chosen),
        key="chosen_images",
        grid=GRID,
        alt=f"{len(chosen):,} selected test images",
    )
    open_gallery({state.POINTS: ",".join(map(str, chosen.tolist()))})


def open_gallery(chosen: Mapping[str, str]) -> None:
    """Link to images where they can be sorted and exported.

    Args:
        chosen: Which ones, as parameters of the address.
    """
    kept = {name: state.text(name) for name in (state.RUN, state.TESTED_ON)}
    st.page_link(
        page_paths.MISTAKES,
        label="Sort and export these images",
        icon=":material/gallery_thumbnail:",
        query_params={state.WHICH: Which.ALL.capitalize(), **chosen}
        | {name: value for name, value in kept.items() if value},
    )


def chip(chosen: Indices) -> None:
    """Tell how many images are selected, and let the viewer drop them."""
    st.button(
        _count(chosen.tolist()),
        icon=":material/close:",
        icon_position="right",
        key="remove_points",
        help="Clear the selection",
        on_click=state.choose_points,
        args=((),),
    )


def _count(chosen: Sequence[int]) -> str:
    total = state.num_in_lasso(chosen)
    of_all = f" of {total:,}" if total > len(chosen) else ""
    return f"{len(chosen):,}{of_all} selected images"

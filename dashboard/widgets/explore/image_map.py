"""The images on a plane, what is alike close together; a lasso chooses some."""

from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import maps, orders
from core.jobs.kinds.image_map import MapImages
from core.types import Indices
from dashboard import figure, results, services, state
from dashboard.charts.mosaic import Grid
from dashboard.charts.scatter import class_scatter
from dashboard.figure import Hit
from dashboard.widgets.common import analysis, chosen_images, gallery
from dashboard.widgets.explore.images import captions
from dashboard.widgets.explore.selection import SHOWN, Choice

MAX_POINTS: Final = 20_000
GRID: Final = Grid(columns=20, tile=36)

PCA: Final = "PCA"
TSNE: Final = "t-SNE"


def image_map(choice: Choice) -> None:
    """Show the map of the images, and those that are selected in it."""
    st.subheader("Map", anchor=False)
    if choice.split_summary is None:
        return
    kind = st.segmented_control(
        "Projection",
        (PCA, TSNE),
        default=PCA,
        required=True,
        key=state.MAP_KIND,
        **state.LINKED,
        help="PCA: the two directions in which the pixels differ most, at once. t-SNE "
        "(van der Maaten and Hinton 2008): keeps neighbours together, takes minutes.",
    )
    found = _pca(choice) if kind == PCA else _tsne(choice)
    if found is None:
        return
    points, indices = found
    if choice.label is not None:
        is_chosen = choice.split.labels[indices] == choice.label
        points, indices = points[is_chosen], indices[is_chosen]
    _scatter(choice, points, indices, axis="Component" if kind == PCA else "t-SNE")
    _selected(choice)


def _pca(choice: Choice) -> tuple[NDArray[np.float32], Indices] | None:
    known = choice.split_summary
    if known is None:
        return None
    indices = orders.stratified_sample(choice.split.labels, count=MAX_POINTS, seed=0)
    return maps.principal_map(known.codes[indices]), indices


def _tsne(choice: Choice) -> tuple[NDArray[np.float32], Indices] | None:
    dataset = choice.dataset
    task = MapImages(
        subject=dataset.spec.name, fingerprint=dataset.fingerprint, part=choice.part
    )
    folder = analysis.result_about(
        task,
        title=dataset.spec.title,
        offer="t-SNE lays up to 20,000 images out so that those that look alike are "
        "neighbours. It takes a minute or two, and is kept.",
    )
    return None if folder is None else results.image_map(folder)


def _scatter(
    choice: Choice, points: NDArray[np.float32], indices: Indices, *, axis: str
) -> None:
    figure.show(
        class_scatter(
            points,
            choice.split.labels[indices],
            classes=choice.dataset.spec.classes,
            indices=indices,
            axis_titles=(f"{axis} 1", f"{axis} 2"),
            palette=services.palette(),
        ),
        key="image_map",
        alt=f"{len(indices):,} {SHOWN[choice.part]} images on a plane, by class",
        on_click=_choose,
        on_select=chosen_images.choose,
    )
    st.caption(
        f"{len(indices):,} of {len(choice.split.labels):,} {SHOWN[choice.part]} "
        "images, coloured by class. Draw a lasso around some of them to see up to "
        f"{chosen_images.MAX_IMAGES}."
    )


def _choose(hit: Hit) -> None:
    state.choose_image(hit.index)


def _selected(choice: Choice) -> None:
    """Show what is in the lasso, if anything is."""
    chosen = np.array(state.chosen_points(len(choice.split.labels)), np.int64)
    if not len(chosen):
        return
    chosen_images.chip(chosen)
    gallery.gallery(
        choice.split.images,
        chosen,
        captions=captions(choice.dataset, choice.part, chosen),
        key="map_images",
        grid=GRID,
        alt=f"{len(chosen):,} selected images",
    )

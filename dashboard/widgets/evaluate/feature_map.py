"""The feature map: test images with similar features lie close together."""

from typing import Final

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from core.datasets.store import Dataset
from core.jobs.kinds.projection import MAX_POINTS, Project
from core.proportion import percent
from core.records import Run
from core.types import Indices
from dashboard import figure, results, services, state
from dashboard.charts import feature_map as charts
from dashboard.charts.feature_map import MAX_GLYPHS, Points, View
from dashboard.figure import Change
from dashboard.results import Evaluation
from dashboard.widgets.common import analysis, chosen_images, tested_on
from dashboard.widgets.common.tested_on import Tested

PCA: Final = "PCA"
TSNE: Final = "t-SNE"

TRUE: Final = "True class"
PREDICTED: Final = "Predicted class"
CORRECTNESS: Final = "Correctness"
CONFIDENCE: Final = "Confidence"


def section(run: Run, tested: Tested) -> None:
    """Show the map of a run's own test images."""
    if not tested.is_own:
        st.info(
            "The feature map shows the run's own test images: choose them above.",
            icon=":material/info:",
        )
    elif tested.dataset is None:
        tested_on.no_images(run)
    else:
        feature_map(run, tested.dataset, tested.evaluation)


def feature_map(run: Run, dataset: Dataset, evaluation: Evaluation) -> None:
    """Show the map, and the images that are selected in it."""
    with st.container(horizontal=True):
        kind = st.segmented_control(
            "Projection",
            (PCA, TSNE),
            default=PCA,
            required=True,
            key=state.MAP_KIND,
            **state.LINKED,
            help="Of the features of the last hidden layer. PCA: the two directions in "
            "which they differ most, at once. t-SNE (van der Maaten and Hinton 2008): "
            "keeps neighbours together, takes minutes; distances between groups say "
            "little.",
        )
        colour = st.segmented_control(
            "Colour by",
            (TRUE, PREDICTED, CORRECTNESS, CONFIDENCE),
            default=TRUE,
            required=True,
            key=state.COLOURED_BY,
            **state.LINKED,
            wrap=True,
        )
    # An address with an empty choice chooses none.
    kind, colour = kind or PCA, colour or TRUE
    found = _pca(run, evaluation) if kind == PCA else _tsne(run)
    if found is None:
        return
    places, indices, titles = found
    points = _points(places, indices, evaluation, dataset.spec.classes)
    num_glyphs = _map(run, dataset, points, kind, colour, titles)
    num_all = len(evaluation.predictions.labels)
    of_all = f" of {num_all:,}" if len(indices) < num_all else ""
    glyphs = (
        f"The {num_glyphs:,} in view are drawn as glyphs. "
        if num_glyphs
        else f"Zoom in until at most {MAX_GLYPHS} are in view to see their glyphs. "
    )
    st.caption(
        f"{len(indices):,}{of_all} test images. {glyphs}Draw a lasso around some to "
        f"see up to {chosen_images.MAX_IMAGES} images."
    )
    chosen_images.show(dataset, evaluation)


_Map = tuple[NDArray[np.float32], Indices, tuple[str, str]]


def _pca(run: Run, evaluation: Evaluation) -> _Map | None:
    found = results.feature_points(run)
    indices = results.evenly(len(evaluation.predictions.labels), limit=MAX_POINTS)
    first, second = (
        percent(float(share), decimals=0) for share in found.plane.explained
    )
    titles = (
        f"Component 1 ({first} of the variance)",
        f"Component 2 ({second} of the variance)",
    )
    return found.points[indices], indices, titles


def _tsne(run: Run) -> _Map | None:
    made = analysis.result_of(
        Project(subject=run.id),
        run,
        offer="See which test images look alike to the network: t-SNE of the features "
        f"of its last hidden layer, for up to {MAX_POINTS:,} images. It takes a minute "
        "or two, and is kept.",
    )
    if made is None:
        return None
    arrays = services.store().arrays(run.id, made)
    return arrays["points"], arrays["indices"], ("t-SNE 1", "t-SNE 2")


def _points(
    places: NDArray[np.float32],
    indices: Indices,
    evaluation: Evaluation,
    classes: tuple[str, ...],
) -> Points:
    said = evaluation.predictions
    return Points(
        places=places,
        indices=indices,
        labels=said.labels[indices],
        predicted=evaluation.predicted[indices],
        confidences=said.probabilities[indices].max(axis=1),
        classes=classes,
    )


def _map(
    run: Run,
    dataset: Dataset,
    points: Points,
    kind: str,
    colour: str,
    titles: tuple[str, str],
) -> int:
    """Draw the map.

    Returns:
        How many points are drawn as glyphs.
    """
    drawn = _coloured(points, colour, titles)
    name = f"feature_map {run.id} {kind}"
    # Zoom holds for figures of one name.
    drawn.update_layout(uirevision=name)
    view = View.of(state.map_view(name), points.places)
    chosen = view.inside(points.places)
    if 0 < len(chosen) <= MAX_GLYPHS:
        charts.add_glyphs(
            drawn,
            points,
            dataset.test.images[points.indices[chosen]],
            chosen=chosen,
            inks=_inks(points, chosen, colour),
            view=view,
        )
    else:
        chosen = chosen[:0]

    def zoom(change: Change) -> None:
        state.keep_map_view(name, change.values)

    figure.show(
        drawn,
        key="feature_map",
        alt=f"{len(points.indices):,} test images by the features of the network "
        f"({kind}), coloured by {colour.lower()}",
        on_click=chosen_images.choose_one,
        on_select=chosen_images.choose,
        on_change=zoom,
    )
    return len(chosen)


def _coloured(points: Points, colour: str, titles: tuple[str, str]) -> go.Figure:
    palette = services.palette()
    if colour == CORRECTNESS:
        return charts.by_correctness(points, axis_titles=titles, palette=palette)
    if colour == CONFIDENCE:
        return charts.by_confidence(points, axis_titles=titles, palette=palette)
    return charts.by_class(
        points, is_predicted=colour == PREDICTED, axis_titles=titles, palette=palette
    )


def _inks(points: Points, chosen: Indices, colour: str) -> list[str]:
    palette = services.palette()
    if colour in (CORRECTNESS, CONFIDENCE):
        return charts.right_inks(points, chosen, palette)
    return charts.class_inks(
        points, chosen, is_predicted=colour == PREDICTED, palette=palette
    )

"""The feature map: test images with similar features lie close together."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.jobs.kinds.projection import Project
from core.proportion import percent
from core.records import Run
from dashboard import figure, services
from dashboard.charts.scatter import class_scatter
from dashboard.results import Evaluation
from dashboard.widgets.common import analysis, chosen_images, tested_on
from dashboard.widgets.common.tested_on import Tested

MAX_POINTS: Final = 10_000


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
    made = analysis.result_of(
        Project(subject=run.id),
        run,
        offer="See which test images look alike to the network: the features of its "
        "last hidden layer, projected to two dimensions (PCA). It takes a few seconds.",
    )
    if made is None:
        return
    arrays = services.store().arrays(run.id, made)
    points, labels = arrays["points"], evaluation.predictions.labels
    indices = np.linspace(0, len(points) - 1, min(len(points), MAX_POINTS)).astype(int)
    first, second = (percent(share, decimals=0) for share in arrays["explained"])
    figure.show(
        class_scatter(
            points[indices],
            labels[indices],
            classes=dataset.spec.classes,
            indices=indices,
            axis_titles=(
                f"Component 1 ({first} of the variance)",
                f"Component 2 ({second} of the variance)",
            ),
            palette=services.palette(),
        ),
        key="feature_map",
        alt=f"{len(indices):,} test images on the first two principal components of "
        "their features, coloured by class",
        on_click=chosen_images.choose_one,
        on_select=chosen_images.choose,
    )
    st.caption(
        f"{len(indices):,} test images, coloured by their true class. Draw a lasso "
        f"around some of them to see up to {chosen_images.MAX_IMAGES} images."
    )
    chosen_images.show(dataset, evaluation)

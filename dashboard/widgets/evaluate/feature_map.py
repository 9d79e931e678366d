"""The feature map: test images that the network finds alike lie together."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.jobs.kinds.projection import Project
from core.records import Run
from dashboard import figure, services
from dashboard.charts.scatter import class_scatter
from dashboard.results import Evaluation
from dashboard.widgets.common import analysis, chosen_images

MAX_POINTS: Final = 10_000


def feature_map(run: Run, dataset: Dataset, evaluation: Evaluation) -> None:
    """Show the map, and the images that were chosen in it."""
    st.subheader("Feature map", anchor=False)
    made = analysis.result_of(
        Project(subject=run.id),
        run,
        offer="See which test images the network finds alike: the features of its last "
        "hidden layer on a plane (PCA). It takes some seconds.",
    )
    if made is None:
        return
    arrays = services.store().arrays(run.id, made)
    points, labels = arrays["points"], evaluation.predictions.labels
    indices = np.linspace(0, len(points) - 1, min(len(points), MAX_POINTS)).astype(int)
    first, second = (f"{share:.0%} of the variance" for share in arrays["explained"])
    figure.show(
        class_scatter(
            points[indices],
            labels[indices],
            classes=dataset.spec.classes,
            indices=indices,
            axis_titles=(f"Component 1 ({first})", f"Component 2 ({second})"),
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
        f"around some to see up to {chosen_images.MAX_IMAGES} of them."
    )
    chosen_images.show(dataset, evaluation)

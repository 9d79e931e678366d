"""Where an image lies on the feature map of a run."""

from typing import Final

import numpy as np
import streamlit as st

from core.proportion import percent
from dashboard import figure, image_results, results, services
from dashboard.charts.explained import mark_point
from dashboard.charts.scatter import class_scatter
from dashboard.widgets.one_image.subject import Subject

MAX_POINTS: Final = 3_000
HEIGHT: Final = 360


def show(subject: Subject) -> None:
    """Show the run's own test images on a plane, and this one among them."""
    known = results.feature_points(subject.run)
    features = image_results.features_of(subject.run, subject.image)
    if features is None:
        st.info(
            "This run has kept features of another kind, so this image has no place "
            "among its test images.",
            icon=":material/info:",
        )
        return
    labels = results.evaluation(subject.run).predictions.labels
    shown = results.evenly(len(labels), limit=MAX_POINTS)
    first, second = (percent(float(share), decimals=0) for share in known.explained)
    scatter = class_scatter(
        known.points[shown],
        labels[shown],
        classes=subject.classes,
        indices=shown,
        axis_titles=(
            f"Component 1 ({first} of the variance)",
            f"Component 2 ({second} of the variance)",
        ),
        palette=services.palette(),
    )
    scatter.update_layout(height=HEIGHT, dragmode="zoom")
    (point,) = known.plane.place(features[np.newaxis])
    mark_point(scatter, point, name="This image")
    figure.show(
        scatter,
        key="card_place",
        alt=f"{subject.name} among {len(shown):,} test images on the first two "
        "principal components of their features, coloured by class",
    )
    st.caption(
        f"The star is this image, the points are {len(shown):,} of {len(labels):,} "
        "test images, coloured by their true class: features of the last hidden layer, "
        "projected to two dimensions (PCA)."
    )

"""Inside the network: what its first layer looks for, and units that are dead."""

from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from core.datasets.arrays import Dataset
from core.records import Run
from dashboard import figure, image_results, services, state
from dashboard.charts.layers import value_mosaic
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.widgets.common import tested_on
from dashboard.widgets.common.tested_on import Tested
from dashboard.widgets.one_image import layers

MAX_SHOWN: Final = 64
FILTERS: Final = Grid(columns=16, tile=56)
PHONE_FILTERS: Final = Grid(columns=8, tile=44)


def section(run: Run, tested: Tested) -> None:
    """Show the weights of the first layer, dead units, and the way of an image."""
    member = layers.pick_member(run, key=state.SECTION_MEMBER)
    weights_column, dead_column = st.columns([3, 2], gap="medium")
    with weights_column:
        st.markdown("**Weights of the first layer**")
        _weights(run, member)
    with dead_column:
        st.markdown("**Dead units**")
        own = services.images_of(run)
        if own is None:
            tested_on.no_images(run)
        else:
            _dead_units(run, member, own)
    _way_of_an_image(run, tested, member)


def _weights(run: Run, member: int) -> None:
    weights = image_results.network_view(run, member).first_weights()
    sizes = np.sqrt((weights**2).mean(axis=(1, 2)))
    shown = np.sort(np.argsort(-sizes, kind="stable")[:MAX_SHOWN])
    if not len(shown):
        st.info("The export has no weights of its own for this layer.")
        return
    height, width = weights.shape[1:]
    figure.show(
        value_mosaic(
            weights[shown],
            captions=[
                f"unit {number + 1}: weights from {weights[number].min():.2f} to "
                f"{weights[number].max():.2f}"
                for number in shown.tolist()
            ],
            grid=PHONE_FILTERS if services.is_phone() else FILTERS,
            palette=services.palette(),
        ),
        key="first_weights",
        alt=f"Weights of {len(shown)} units of the first layer",
    )
    is_all = len(shown) == len(weights)
    some = "" if is_all else f", of which the {len(shown)} largest are shown"
    st.caption(
        f"{len(weights):,} units of {height} x {width} weights{some}. Ink where it is "
        "blue excites a unit, ink where it is red inhibits it."
    )


def _dead_units(run: Run, member: int, dataset: Dataset) -> None:
    found = image_results.dead_units(run, member, dataset)
    num = min(image_results.NUM_DEAD_IMAGES, len(dataset.test.labels))
    if not found:
        st.info(
            "Only rectified units (ReLU) can be dead, and this network has none.",
            icon=":material/info:",
        )
        return
    st.table(
        pd.DataFrame(
            {
                "Layer": [each.layer.title for each in found],
                "Dead units": [
                    count_of(each.num_dead, each.num_units) for each in found
                ],
            }
        ).set_index("Layer"),
        alt="Number of dead units in each layer",
    )
    st.caption(
        f"Units that answer 0 to all of {num:,} test images, evenly spread. They "
        "learn nothing any more, because no gradient passes them: a sign of too "
        "large a learning rate."
    )


def _way_of_an_image(run: Run, tested: Tested, member: int) -> None:
    if tested.dataset is None:
        return
    chosen = state.image(len(tested.evaluation.predicted))
    index = 0 if chosen is None else chosen
    st.markdown(f"**How test image {index:,} flows through it**")
    if chosen is None:
        st.caption("Choose another image above, in a cell of the matrix.")
    image = tested.dataset.test.images[index].astype(np.float32) / np.float32(255)
    layers.flow(run, image, tested.classes, member=member, key="section_layer")

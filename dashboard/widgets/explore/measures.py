"""How stroke thickness, slant, aspect and ink are distributed within the classes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import distributions
from core.datasets.exploring.distributions import Distribution
from dashboard import figure, services, state
from dashboard.charts.distributions import distributions_by_class
from dashboard.widgets.explore.selection import SHOWN, Choice


@dataclass(frozen=True)
class _Measure:
    title: str
    axis: str
    help: str


MEASURES: Final[Mapping[str, _Measure]] = {
    "thickness": _Measure(
        "Stroke thickness",
        "Stroke thickness, pixels",
        "Mean width of the strokes: four times the inked area by the length of its "
        "outline, with a correction for loops.",
    ),
    "slant": _Measure(
        "Slant",
        "Slant, degrees (right is above 0)",
        "How far the strokes lean, from the second moments of the ink.",
    ),
    "aspect": _Measure(
        "Width : height",
        "Width of the ink by its height",
        "Of the box around all ink.",
    ),
    "ink": _Measure("Ink", "Mean grey, 0 to 1", "How dark the image is as a whole."),
}


def measures(choice: Choice) -> None:
    """Show one measure of all images, by class."""
    st.subheader("Measures by class", anchor=False)
    known = choice.split_summary
    if known is None:
        return
    name = st.segmented_control(
        "Measure",
        tuple(MEASURES),
        default="thickness",
        required=True,
        format_func=lambda each: MEASURES[each].title,
        key=state.MEASURE,
        **state.LINKED,
    )
    measure = MEASURES[name or "thickness"]
    found = _distribution(
        f"{choice.dataset.fingerprint} {choice.part} {name}",
        getattr(known.measures, name or "thickness"),
        choice,
    )
    figure.show(
        distributions_by_class(
            found,
            classes=choice.dataset.spec.classes,
            title=measure.axis,
            palette=services.palette(),
        ),
        key="distributions",
        alt=f"{measure.title} of the {SHOWN[choice.part]} images of each class",
    )
    missing = (
        f" {found.num_missing:,} blank images left out." if found.num_missing else ""
    )
    st.caption(
        f"{measure.help} Of {len(choice.split.labels):,} {SHOWN[choice.part]} images; "
        f"each row is one class, the mark its median.{missing} Order the images above "
        "by it to see both ends."
    )


@st.cache_data(max_entries=32, show_spinner=False)
def _distribution(
    key: str,  # noqa: ARG001 - the key of the cache
    _values: NDArray[np.float32],
    _choice: Choice,
) -> Distribution:
    return distributions.distribution(
        _values, _choice.split.labels, len(_choice.dataset.spec.classes)
    )

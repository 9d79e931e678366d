"""What Evaluate tells below the matrix: one section at a time."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from core.records import Run
from dashboard import state
from dashboard.widgets.common import section_picker
from dashboard.widgets.common.tested_on import Tested
from dashboard.widgets.evaluate import (
    by_style,
    calibration,
    class_metrics,
    feature_map,
    how_it_learned,
    network,
    robustness,
    scores,
)

Section = Callable[[Run, Tested], None]

SECTIONS: Final[Mapping[str, Section]] = {
    "Scores": scores.section,
    "Per-class metrics": class_metrics.section,
    "Calibration": calibration.section,
    "Robustness": robustness.section,
    "By style": by_style.section,
    "Feature map": feature_map.section,
    "How it learned": how_it_learned.section,
    "Inside the network": network.section,
}


def show(run: Run, tested: Tested) -> None:
    """Let the viewer choose a section, and show it."""
    chosen = section_picker.pick(SECTIONS, label="Section", key=state.ANALYSIS)
    st.subheader(chosen, anchor=False)
    SECTIONS[chosen](run, tested)

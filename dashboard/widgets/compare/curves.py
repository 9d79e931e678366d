"""The learning curves of several runs in one figure."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.records import Run
from dashboard import figure, services, state, words
from dashboard.charts.compared_curves import compared_curves
from dashboard.widgets.common import page_frame
from dashboard.widgets.compare import curve_lines
from dashboard.widgets.compare.curve_lines import RunCurves, View

MAX_SMOOTHING: Final = 0.95
NAMES_PER_ROW: Final = 5
NAMES_PER_ROW_OF_PHONE: Final = 1


def show(chosen: Sequence[Run]) -> None:
    """Show the learning curves of some runs, with controls of what is shown.

    Args:
        chosen: Two runs or more, in the order in which they are compared.
    """
    st.subheader("Learning curves", anchor=False)
    found = curve_lines.with_curves(
        chosen,
        services.curves(chosen),
        [services.spec_of(run) for run in chosen],
    )

    @page_frame.fragment
    def part() -> None:
        _figure(found, _pick_view(found), num_chosen=len(chosen))

    part()


def _figure(found: Sequence[RunCurves], view: View, *, num_chosen: int) -> None:
    lines = curve_lines.lines(found, view)
    what = f"{view.images} {view.quantity.lower()}"
    if not lines:
        st.info(
            f"None of these runs has a curve of the {what.lower()} yet.",
            icon=":material/info:",
        )
        return
    per_row = NAMES_PER_ROW_OF_PHONE if services.is_phone() else NAMES_PER_ROW
    figure.show(
        compared_curves(
            view.quantity,
            lines,
            axis=view.axis,
            names_per_row=per_row,
            palette=services.palette(),
        ),
        key="compared_curves",
        alt=f"{what} by {view.axis.lower()} of the compared runs",
    )
    num_drawn = sum(bool(each.values(view)) for each in found)
    if num_drawn < num_chosen:
        missing = words.count(num_chosen - num_drawn, "run")
        st.caption(
            f"{missing} of {num_chosen} left out: without a curve of the "
            f"{what.lower()}. Ensembles are not trained, and so have none."
        )
    if num_waiting := curve_lines.without_place(lines):
        st.caption(
            f"{words.count(num_waiting, 'curve')} left out: nobody can tell the time "
            "of a first epoch before the second one."
        )


def _pick_view(found: Sequence[RunCurves]) -> View:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        quantity = _pick("Curve", ("Accuracy", "Loss"), state.CURVES)
        images = _pick("Images", ("Validation", "Training"), state.CURVE_IMAGES)
        axis = _pick("X axis", ("Epoch", "Step", "Time"), state.CURVE_AXIS)
        smoothing = st.slider(
            "Smoothing",
            0.0,
            MAX_SMOOTHING,
            0.0,
            step=0.05,
            key=state.SMOOTHING,
            **state.LINKED,
            width=220,
            help="Weight of an exponential moving average, whose start is not drawn "
            "towards zero. The curve as it was measured stays behind it.",
        )
        is_grouped = curve_lines.has_repetitions(found) and st.toggle(
            "Mean and range over seeds",
            key=state.OVER_SEEDS,
            **state.LINKED,
            help="Runs that differ by the seed only become one curve: their mean, and "
            "from the lowest to the highest of them as a band.",
        )
    return View(
        quantity="Loss" if quantity == "Loss" else "Accuracy",
        images="Training" if images == "Training" else "Validation",
        axis="Step" if axis == "Step" else "Time" if axis == "Time" else "Epoch",
        smoothing=smoothing,
        is_grouped=is_grouped,
    )


def _pick(label: str, options: tuple[str, ...], key: str) -> str | None:
    return st.segmented_control(
        label,
        options,
        default=options[0],
        required=True,
        key=key,
        **state.LINKED,
    )

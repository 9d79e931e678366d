"""Is the model right as often as it says, and what if it may decline to answer?"""

from typing import Final, get_args

import pandas as pd
import streamlit as st

from core.evaluation import temperature as temperatures
from core.evaluation.calibration import NUM_BINS, Binning, Summary
from core.proportion import percent
from core.records import Run
from core.runs.temperatures import RunTemperature
from dashboard import figure, results, services, state, words
from dashboard.charts.calibration import reliability_diagram
from dashboard.widgets.common.tested_on import Tested
from dashboard.widgets.evaluate import rejection

_BINNINGS: Final[tuple[Binning, ...]] = get_args(Binning)


def section(run: Run, tested: Tested) -> None:
    """Show reliability, the temperature, and what a threshold rejects."""
    fitted = _temperature(run, tested)
    diagram, numbers = st.columns(2, gap="medium")
    with diagram:
        binning = _pick_binning()
    evaluation = tested.evaluation
    before = results.calibration_of(evaluation, temperatures.NONE, binning)
    after = (
        results.calibration_of(evaluation, fitted.value, binning)
        if fitted.is_fitted
        else None
    )
    with diagram:
        _diagram(before, after, binning)
    with numbers:
        _numbers(before, after, fitted)
    rejection.show(run, tested, fitted)


def _temperature(run: Run, tested: Tested) -> RunTemperature:
    if tested.is_own:
        return results.temperature(run)
    return RunTemperature(
        reason="The temperature of a run is fitted on validation images of the data "
        "set that it learned from. Of this one there are only test images, which must "
        "not choose anything."
    )


def _pick_binning() -> Binning:
    chosen: Binning = st.segmented_control(
        "Bins",
        _BINNINGS,
        default=_BINNINGS[0],
        required=True,
        format_func=str.capitalize,
        key=state.BINNING,
        **state.LINKED,
        help=f"{NUM_BINS} bins of confidence: of equal width, as in most publications, "
        "or with about as many images each, which shows more where most images are.",
    )
    return chosen


def _diagram(before: Summary, after: Summary | None, binning: Binning) -> None:
    figure.show(
        reliability_diagram(
            before.reliability,
            after.reliability if after else None,
            name=f"reliability {binning}",
            palette=services.palette(),
        ),
        key="reliability",
        alt="Accuracy of the test images by confidence, with the number of images. "
        "Expected calibration error "
        f"{percent(before.reliability.error)} of {before.reliability.n:,} images"
        + (f", with temperature {percent(after.reliability.error)}" if after else ""),
    )
    st.caption(
        "Confidence is the probability of the predicted class. Of images at 90 %, a "
        "calibrated model classifies 90 % correctly. Below the diagonal it is too "
        "confident, above it too cautious. Whiskers: 95 % Wilson intervals."
    )


def _numbers(before: Summary, after: Summary | None, fitted: RunTemperature) -> None:
    if after is None:
        st.info(
            f"No temperature. {words.message(fitted.reason)}", icon=":material/info:"
        )
    else:
        st.markdown(
            f"**Temperature {fitted.value:.3f}**, fitted on {fitted.n:,} validation "
            f"images: {_direction(fitted.value)} Draw uses it.",
            help="The logarithms of the probabilities are divided by it, and made "
            "probabilities again. It is the one with the lowest log loss on the "
            f"validation images ({fitted.loss_before:.4f} before, "
            f"{fitted.loss_after:.4f} after). The order of the classes never changes.",
        )
    columns = {"As trained": _column(before)}
    if after is not None:
        columns["With temperature"] = _column(after)
    st.table(
        pd.DataFrame(columns, index=list(_column(before))),
        alt="Calibration error and log loss of the test images, with intervals",
    )
    fit = ", which took no part in the fit" if after is not None else ""
    st.caption(
        f"{before.reliability.n:,} test images{fit}. The expected calibration error is "
        f"the mean distance of accuracy and confidence over {NUM_BINS} bins, weighted "
        "by their images (Guo and others 2017). In brackets: 95 % bootstrap intervals. "
        "By chance: what the error of a perfectly calibrated model would stay below in "
        "95 of 100 cases, on as many images."
    )


def _direction(temperature: float) -> str:
    if temperature > 1:
        return "the model is too confident, and this makes it less so."
    if temperature < 1:
        return "the model is too cautious, and this makes it more confident."
    return "no other fits them better."


def _column(found: Summary) -> dict[str, str]:
    error, loss = found.reliability, found.log_loss_interval
    return {
        "Expected calibration error": f"{percent(error.error)} ("
        f"{words.bare_percent(error.interval.low)} to "
        f"{words.bare_percent(error.interval.high)})",
        "By chance at most": percent(error.by_chance),
        "Log loss": f"{found.log_loss:.4f} ({loss.low:.4f} to {loss.high:.4f})",
    }

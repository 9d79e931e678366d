"""Is the model right as often as it says, and what if it may decline to answer?"""

from dataclasses import replace
from typing import Any, Final, get_args

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from core.datasets.store import Dataset
from core.evaluation import rejection
from core.evaluation import temperature as temperatures
from core.evaluation.calibration import NUM_BINS, Binning, Summary
from core.evaluation.rejection import Answered
from core.proportion import percent
from core.records import Run
from core.runs.temperatures import RunTemperature
from dashboard import figure, results, services, state, words
from dashboard.charts.calibration import coverage_curve, reliability_diagram
from dashboard.charts.mosaic import Grid
from dashboard.charts.words import count_of
from dashboard.results import Evaluation
from dashboard.widgets.common import gallery, image_captions, tested_on
from dashboard.widgets.common.tested_on import Tested

GRID: Final = Grid(columns=20, tile=48)
PAGE_SIZE: Final = 60
MAX_PERCENT: Final = 99.9
DEFAULT_PERCENT: Final = 90.0

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
    _rejection(run, tested, fitted)


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
    st.caption(
        f"{before.reliability.n:,} test images, which took no part in the fit. The "
        "expected calibration error is the mean distance of accuracy and confidence "
        f"over {NUM_BINS} bins, weighted by their images (Guo and others 2017). In "
        "brackets: 95 % bootstrap intervals. By chance: what the error of a perfectly "
        "calibrated model would stay below in 95 of 100 cases, on as many images."
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
        "Expected calibration error": f"{percent(error.error)} "
        f"({percent(error.interval.low)} to {percent(error.interval.high)})",
        "By chance at most": percent(error.by_chance),
        "Log loss": f"{found.log_loss:.4f} ({loss.low:.4f} to {loss.high:.4f})",
    }


def _rejection(run: Run, tested: Tested, fitted: RunTemperature) -> None:
    st.subheader("Rejection", anchor=False)
    evaluation = tested.evaluation
    said = results.confidences(evaluation, fitted.value)
    chosen = st.slider(
        "Answer only if more confident than",
        0.0,
        MAX_PERCENT,
        DEFAULT_PERCENT,
        0.1,
        format="%.1f %%",
        key=state.ABOVE,
        **state.LINKED,
        on_change=_forget_page,
        width=420,
        help="The other images are rejected: left to a person, for example."
        + (" The confidence is the calibrated one." if fitted.is_fitted else ""),
    )
    answered = rejection.answered(said, above=chosen / 100)
    curve = results.coverage(evaluation, fitted.value)
    told, drawn = st.columns(2, gap="medium")
    with told:
        _tell(answered)
        st.caption(
            f"Mean risk {percent(curve.mean_risk)}: the share of wrong answers, "
            "averaged over all coverages (area under the risk-coverage curve, Geifman "
            "and El-Yaniv 2017). The lower, the better the confidence tells right from "
            "wrong."
        )
    with drawn:
        figure.show(
            coverage_curve(
                curve, answered, name="coverage", palette=services.palette()
            ),
            key="coverage",
            alt=f"Accuracy of the answers by coverage, {curve.n:,} test images",
        )
    if not len(answered.wrong):
        return
    if tested.dataset is None:
        tested_on.no_images(run)
    else:
        _wrong_images(tested.dataset, evaluation, answered, said.confidence)


def _tell(answered: Answered) -> None:
    total = answered.total
    st.markdown(
        f"**{count_of(answered.num_rejected, total)} test images are rejected.**"
    )
    right = answered.right
    if right is None:
        st.info(
            "No image has a higher confidence: move the slider to the left.",
            icon=":material/info:",
        )
        return
    wrong = len(answered.wrong)
    st.markdown(
        f"**{wrong:,} of the {right.total:,} others are wrong**: "
        f"{percent(wrong / right.total)} "
        f"({percent(1 - right.high)} to {percent(1 - right.low)}, 95 % Wilson)."
    )


def _wrong_images(
    dataset: Dataset,
    evaluation: Evaluation,
    answered: Answered,
    confidence: NDArray[np.floating[Any]],
) -> None:
    num_pages = -(-len(answered.wrong) // PAGE_SIZE)
    slot = st.container()
    page = (
        st.pagination(num_pages, key=state.ANSWERED_PAGE, **state.LINKED)
        if num_pages > 1
        else 1
    )
    shown = answered.wrong[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    classes = dataset.spec.classes
    tiles = image_captions.tiles(evaluation.judged, classes, shown)
    labels, predicted = evaluation.predictions.labels, evaluation.predicted
    captions = [
        f"{classes[labels[index]]} predicted as {classes[predicted[index]]}, "
        f"{words.confidence(float(confidence[index]))}, test image {index:,}"
        for index in shown.tolist()
    ]
    with slot:
        st.caption(
            f"Wrong among the answered: {len(shown):,} of {len(answered.wrong):,} test "
            "images, the most confident first. Click one for its probabilities."
        )
        gallery.show_tiles(
            dataset.test.images,
            replace(tiles, captions=captions),
            key="answered_wrong",
            grid=GRID,
            alt=f"{len(shown):,} misclassified test images that are answered",
        )


def _forget_page() -> None:
    st.session_state[state.ANSWERED_PAGE] = 1

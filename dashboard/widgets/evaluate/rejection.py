"""What if the model may decline to answer where it is not confident enough?"""

from dataclasses import replace
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.store import Dataset
from core.evaluation.rejection import Answered, answered_above
from core.proportion import percent
from core.records import Run
from core.runs.temperatures import RunTemperature
from core.types import Indices
from dashboard import figure, results, services, state, words
from dashboard.charts.calibration import coverage_curve
from dashboard.charts.mosaic import Grid
from dashboard.widgets.common import gallery, image_captions, tested_on
from dashboard.widgets.common.gallery import Tiles
from dashboard.widgets.common.tested_on import Tested

GRID: Final = Grid(columns=20, tile=48)
PAGE_SIZE: Final = 60
MAX_PERCENT: Final = 99.9
DEFAULT_PERCENT: Final = 90.0
WRONG: Final = "Wrong among the answered"
REJECTED: Final = "Rejected"


def show(run: Run, tested: Tested, fitted: RunTemperature) -> None:
    """Let the viewer choose a confidence, and show what is rejected and what is wrong.

    Args:
        run: The run.
        tested: What it says about some test images.
        fitted: Its temperature on these images, if it has one.
    """
    st.subheader("Rejection", anchor=False)
    said = results.confidences(tested.evaluation, fitted.value)
    curve = results.coverage(tested.evaluation, fitted.value)
    answered = answered_above(said, _pick_confidence(fitted) / 100)
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
    _images(run, tested, answered, said.confidence)


def _pick_confidence(fitted: RunTemperature) -> float:
    chosen: float = st.slider(
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
    return chosen


def _tell(answered: Answered) -> None:
    total, num_rejected, right = answered.total, len(answered.rejected), answered.right
    st.markdown(
        f"**{num_rejected:,} of {total:,} test images are rejected** "
        f"({percent(num_rejected / total)})."
    )
    if right is None:
        st.info(
            "No image has a higher confidence: move the slider to the left.",
            icon=":material/info:",
        )
        return
    wrong = len(answered.wrong)
    st.markdown(
        f"**{wrong:,} of the {right.total:,} others "
        f"{'is' if wrong == 1 else 'are'} wrong**: "
        f"{percent(wrong / right.total)} ({words.bare_percent(1 - right.high)} to "
        f"{words.bare_percent(1 - right.low)}, 95 % Wilson interval)."
    )


def _images(
    run: Run, tested: Tested, answered: Answered, confidence: NDArray[np.floating[Any]]
) -> None:
    """Show what is wrong among the answers, or what is rejected, page by page."""
    groups = {WRONG: answered.wrong, REJECTED: answered.rejected}
    chosen = st.segmented_control(
        "Images",
        list(groups),
        default=WRONG,
        required=True,
        key=state.ANSWERED,
        **state.LINKED,
        on_change=_forget_page,
        label_visibility="collapsed",
    )
    indices = groups[chosen]
    if not len(indices):
        st.info(f"{chosen}: no test image.", icon=":material/check:")
    elif tested.dataset is None:
        tested_on.no_images(run)
    else:
        slot = st.container()
        shown = _page_of(indices)
        with slot:
            st.caption(
                f"{len(shown):,} of {len(indices):,} test images, the "
                f"{'most' if chosen == WRONG else 'least'} confident first. Click one "
                "for its probabilities as the model gives them."
            )
            _gallery(tested.dataset, _tiles(tested, shown, confidence), chosen)


def _page_of(indices: Indices) -> Indices:
    num_pages = -(-len(indices) // PAGE_SIZE)
    page = 1
    if num_pages > 1:
        page = st.pagination(num_pages, key=state.ANSWERED_PAGE, **state.LINKED)
    return indices[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]


def _tiles(
    tested: Tested, shown: Indices, confidence: NDArray[np.floating[Any]]
) -> Tiles:
    """Return images with the confidence that decides here, not that of the model."""
    evaluation, classes = tested.evaluation, tested.classes
    labels, predicted = evaluation.predictions.labels, evaluation.predicted
    captions = [
        f"{classes[labels[index]]} predicted as {classes[predicted[index]]}, "
        f"{words.confidence(float(confidence[index]))}, test image {index:,}"
        for index in shown.tolist()
    ]
    tiles = image_captions.tiles(evaluation.judged, classes, shown)
    return replace(tiles, captions=captions)


def _gallery(dataset: Dataset, tiles: Tiles, what: str) -> None:
    gallery.show_tiles(
        dataset.test.images,
        tiles,
        key="answered_images",
        grid=GRID,
        alt=f"{len(tiles.indices):,} test images: {what.lower()}",
    )


def _forget_page() -> None:
    st.session_state[state.ANSWERED_PAGE] = 1

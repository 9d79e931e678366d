"""How much accuracy is left when images are changed or corrupted."""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS
from core.evaluation.robustness import Robustness
from core.jobs.kinds.robustness import MAX_IMAGES, MeasureRobustness
from core.proportion import percent
from core.records import Attachment, Run
from dashboard import figure, results, services, state, words
from dashboard.charts.mosaic import Grid
from dashboard.charts.robustness import read_mosaic, strength_curve
from dashboard.figure import Hit
from dashboard.results import Samples
from dashboard.widgets.common import analysis, tested_on
from dashboard.widgets.common.tested_on import Tested

TITLES: Final[Mapping[str, str]] = {
    **{f"c-{each.key}": each.title for each in CORRUPTIONS},
    **{f"s-{each.key}": f"{each.title}, by strength" for each in SWEEPS},
}
"""What can be looked at: a corruption, or all strengths of a change."""

CURVE_COLUMNS: Final = 3
GRID: Final = Grid(columns=10, tile=60)
PHONE_GRID: Final = Grid(columns=5, tile=64)
TABLE_HEIGHT: Final = 563


def section(run: Run, tested: Tested) -> None:
    """Show what was measured, or how to get it."""
    if not tested.is_own:
        st.info(
            "Robustness is measured on the run's own test images: choose them above.",
            icon=":material/info:",
        )
        return
    task = MeasureRobustness(subject=run.id)
    is_there = isinstance(services.analysis(run, task), Attachment)
    if tested.dataset is None and not is_there:
        tested_on.no_images(run)
        return
    made = analysis.result_of(
        task,
        run,
        offer=f"Let {words.literal(run.name)} read up to {MAX_IMAGES:,} of its test "
        "images rotated, shifted, blurred, hidden in part and more, and under the 15 "
        "corruptions of MNIST-C. It takes from a few seconds to some minutes, and is "
        "kept.",
    )
    if made is None:
        return
    found = results.robustness(run, made)
    _score(found)
    _table_and_samples(run, tested, found)
    _curves(found)


def _score(found: Robustness) -> None:
    shown = f"{found.clean.total:,}"
    if found.num_test > found.clean.total:
        shown += f" of {found.num_test:,}"
    drop = 100 * (found.clean.value - found.score)
    st.markdown(
        f"**Robustness score {percent(found.score)}** "
        f"({percent(found.low)} to {percent(found.high)}) on {shown} test images, "
        f"{drop:.2f} points below the {percent(found.clean.value)} on the same images "
        "as they are",
        help="The mean accuracy over the 15 corruptions of MNIST-C (Mu and Gilmer "
        "2019), each at one strength, with its 95 % interval. Fewer images than all "
        "are drawn so that each class has its share.",
    )


def _table_and_samples(run: Run, tested: Tested, found: Robustness) -> None:
    table, samples = st.columns(2, gap="medium")
    with table:
        st.dataframe(
            _rows(found),
            key="corruptions",
            hide_index=True,
            height=TABLE_HEIGHT,
            column_config={
                "Corruption": st.column_config.Column(pinned=True),
                "Accuracy": st.column_config.NumberColumn(format="%.2f %%"),
                "Drop": st.column_config.NumberColumn(
                    format="%.2f",
                    help="By how many percentage points it is below the accuracy on "
                    "the same images as they are.",
                ),
                "Test images": st.column_config.NumberColumn(format="localized"),
            },
            alt="Accuracy under each corruption of MNIST-C, the lowest first",
        )
    with samples:
        keys = [f"c-{key}" for key, _ in found.worst_first]
        keys += [each for each in TITLES if each not in keys]
        chosen = st.selectbox(
            "Look at",
            [each for each in keys if each in TITLES],
            format_func=TITLES.__getitem__,
            key=state.CHANGE,
            **state.LINKED,
        )
        if tested.dataset is None:
            tested_on.no_images(run)
        else:
            _samples(run, tested.dataset, chosen)


def _rows(found: Robustness) -> pd.DataFrame:
    titles = {each.key: each.title for each in CORRUPTIONS}
    worst_first = found.worst_first
    return pd.DataFrame(
        {
            "Corruption": [titles.get(key, key) for key, _ in worst_first],
            "Accuracy": [100 * share.value for _, share in worst_first],
            "95 % interval": [f"{words.interval(share)} %" for _, share in worst_first],
            "Drop": [
                100 * (found.clean.value - share.value) for _, share in worst_first
            ],
            "Test images": [share.total for _, share in worst_first],
        }
    )


def _samples(run: Run, dataset: Dataset, chosen: str) -> None:
    """Show a few test images under a corruption, and what the model reads."""
    kind, _, key = chosen.partition("-")
    is_sweep = kind == "s"
    found = results.changed_samples(run, dataset, key, is_sweep=is_sweep)
    classes = dataset.spec.classes

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(found.indices):
            state.choose_image(int(found.indices[hit.index]))

    narrow = services.is_phone() and not is_sweep
    figure.show(
        read_mosaic(
            found.images,
            captions=_captions(found, classes),
            answers=[classes[each] for each in found.predicted],
            is_right=found.is_right.tolist(),
            grid=PHONE_GRID if narrow else GRID,
            palette=services.palette(),
        ),
        key=f"changed_{key}",
        alt=f"{len(found.indices)} test images: {TITLES[chosen]}; in the corner of "
        "each what the model predicts",
        on_click=choose,
    )
    count = int(found.is_right.sum())
    rows = ""
    if is_sweep:
        (sweep,) = (each for each in SWEEPS if each.key == key)
        strengths = ", ".join(f"{each:g}" for each in sweep.strengths)
        rows = f" Rows from top to bottom: {strengths} ({sweep.axis})."
    st.caption(
        f"In the corner of each image the predicted class, marked where it is wrong: "
        f"{count} of {len(found.indices)} are right.{rows} Click one to see the image "
        "as it is."
    )


def _captions(found: Samples, classes: tuple[str, ...]) -> list[str]:
    return [
        f"test image {index:,}: {classes[true]} predicted as {classes[predicted]}, "
        + words.confidence(float(confidence))
        for index, true, predicted, confidence in zip(
            found.indices, found.labels, found.predicted, found.confidences, strict=True
        )
    ]


def _curves(found: Robustness) -> None:
    st.markdown("**Accuracy against strength**")
    chosen = st.session_state.get(state.CHANGE)
    curves = {each.key: each for each in found.curves}
    shown = [each for each in SWEEPS if each.key in curves]
    for start in range(0, len(shown), CURVE_COLUMNS):
        row = shown[start : start + CURVE_COLUMNS]
        for column, sweep in zip(st.columns(CURVE_COLUMNS), row, strict=False):
            curve = curves[sweep.key]
            with column:
                st.markdown(sweep.title)
                figure.show(
                    strength_curve(
                        curve.strengths,
                        curve.accuracies,
                        name=f"curve_{sweep.key}",
                        axis=sweep.axis,
                        is_chosen=chosen == f"s-{sweep.key}",
                        palette=services.palette(),
                    ),
                    key=f"curve_{sweep.key}",
                    alt=f"Accuracy against strength: {sweep.axis}",
                    on_click=_look_at(sweep.key),
                )
    st.caption(
        f"Accuracy on {found.clean.total:,} test images at each strength, with its "
        "95 % interval; 0 is the images as they are. Lengths in pixels of an image of "
        "28 grow with larger images. Click a curve to look at its images."
    )


def _look_at(key: str) -> Callable[[Hit], None]:
    def look(_: Hit) -> None:
        st.session_state[state.CHANGE] = f"s-{key}"

    return look

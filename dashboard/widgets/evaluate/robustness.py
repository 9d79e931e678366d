"""How much accuracy is left when images are changed or corrupted."""

from collections.abc import Callable, Mapping
from typing import Final

import pandas as pd
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS, Sweep
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

BY_STRENGTH: Final[Mapping[str, Sweep]] = {
    f"{each.title}, by strength": each for each in SWEEPS
}
"""The changes, as they can be looked at: with all their strengths."""

KEYS: Final[Mapping[str, str]] = {each.title: each.key for each in CORRUPTIONS}
"""The corruptions that can be looked at."""

CURVE_COLUMNS: Final = 3
GRID: Final = Grid(columns=6, tile=76)
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
        f"({_interval(found)}) on {shown} test images, "
        f"{drop:.2f} points below the {percent(found.clean.value)} on the same images "
        "as they are",
        help="The mean accuracy over the 15 corruptions of MNIST-C (Mu and Gilmer "
        "2019), each at one strength, with its 95 % interval. Fewer images than all "
        "are drawn so that each class has its share.",
    )


def _interval(found: Robustness) -> str:
    low, high = percent(found.low, decimals=1), percent(found.high, decimals=1)
    return f"{low.removesuffix(' %')} to {high.removesuffix(' %')}"


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
        places = [key for key, _ in found.worst_first]
        worst_first = sorted(KEYS, key=lambda title: places.index(KEYS[title]))
        chosen = st.selectbox(
            "Look at",
            [*worst_first, *BY_STRENGTH],
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
    sweep = BY_STRENGTH.get(chosen)
    key = KEYS[chosen] if sweep is None else sweep.key
    found = results.changed_samples(run, dataset, key, is_sweep=sweep is not None)
    classes = dataset.spec.classes

    def choose(hit: Hit) -> None:
        if 0 <= hit.index < len(found.indices):
            state.choose_image(int(found.indices[hit.index]))

    figure.show(
        read_mosaic(
            found.images,
            captions=_captions(found, classes),
            answers=[classes[each] for each in found.predicted],
            is_right=found.is_right.tolist(),
            grid=GRID,
            palette=services.palette(),
        ),
        key="changed_images",
        alt=f"{len(found.indices)} test images: {chosen}; in the corner of "
        "each what the model predicts",
        on_click=choose,
    )
    count = int(found.is_right.sum())
    rows = ""
    if sweep is not None:
        strengths = ", ".join(f"{each:g}" for each in sweep.strengths)
        strengths = strengths.replace("-", "\u2212")
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
    shown = [pair for pair in BY_STRENGTH.items() if pair[1].key in curves]
    for start in range(0, len(shown), CURVE_COLUMNS):
        row = shown[start : start + CURVE_COLUMNS]
        for column, (title, sweep) in zip(st.columns(CURVE_COLUMNS), row, strict=False):
            curve = curves[sweep.key]
            with column:
                st.markdown(sweep.title)
                figure.show(
                    strength_curve(
                        curve.strengths,
                        curve.accuracies,
                        name=f"curve_{sweep.key}",
                        axis=sweep.axis,
                        is_chosen=chosen == title,
                        palette=services.palette(),
                    ),
                    key=f"curve_{sweep.key}",
                    alt=f"Accuracy against strength: {sweep.axis}",
                    on_click=_look_at(title),
                )
    st.caption(
        f"Accuracy on {found.clean.total:,} test images at each strength, with its "
        "95 % interval; 0 is the images as they are. Lengths in pixels of an image of "
        "28 grow with larger images. Click a curve to look at its images."
    )


def _look_at(title: str) -> Callable[[Hit], None]:
    def look(_: Hit) -> None:
        st.session_state[state.CHANGE] = title

    return look

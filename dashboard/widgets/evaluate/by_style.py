"""Where a model is weak: accuracy by stroke thickness, slant, size and ink."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.style import Bin, Weakest
from core.proportion import Proportion, percent
from core.records import Run
from dashboard import figure, results, services, state, words
from dashboard.charts.mosaic import Grid
from dashboard.charts.style import span, style_curve
from dashboard.figure import Hit
from dashboard.results import Evaluation, Style
from dashboard.widgets.common import gallery, tested_on
from dashboard.widgets.common.tested_on import Tested

COLUMNS: Final = 2
MAX_IMAGES: Final = 100
GRID: Final = Grid(columns=20, tile=36)


@dataclass(frozen=True)
class _Measure:
    title: str
    axis: str
    unit: str


MEASURES: Final[Mapping[str, _Measure]] = {
    "thickness": _Measure("Stroke thickness", "Stroke thickness, pixels", "pixels"),
    "slant": _Measure("Slant", "Slant, degrees (right is above 0)", "degrees"),
    "size": _Measure("Size", "Mean side of the box around the ink, pixels", "pixels"),
    "ink": _Measure("Ink mass", "Sum of the ink, pixels of full ink", "pixels"),
}


def section(run: Run, tested: Tested) -> None:
    """Show the accuracy by each measure, and the images of one bin."""
    if tested.dataset is None:
        tested_on.no_images(run)
        return
    found = results.style(run, tested.dataset, tested.evaluation)
    if not any(found.bins.values()):
        st.info(
            "None of the test images has ink that could be measured.",
            icon=":material/info:",
        )
        return
    st.markdown(_sentence(found.weakest))
    chosen = _chosen(found)
    _figures(found, chosen)
    num_all, num = len(tested.dataset.test.labels), len(found.indices)
    of_all = f" of {num_all:,}, each class by its share" if num < num_all else ""
    st.caption(
        f"{num:,} test images{of_all}. Each point is a tenth of them, or fewer points "
        "if many images have the same value; with its 95 % Wilson interval. Click a "
        "point to see its images."
    )
    if chosen is not None:
        _images(found, chosen, tested.dataset, tested.evaluation)


def _sentence(weakest: Weakest | None) -> str:
    if weakest is None:
        return (
            "**No style is weaker than the others**: the accuracy is the same in all "
            "parts of each measure."
        )
    where = weakest.bin
    measure = MEASURES[where.measure]
    chance = (
        "That is more than chance"
        if weakest.is_more_than_chance
        else "That may be chance"
    )
    return (
        f"**Weakest where the {measure.title.lower()} is {span(where)} "
        f"{measure.unit}**: {_share(where.accuracy)}, against "
        f"{_share(where.others)} of the others. {chance} (Fisher's exact test, "
        f"corrected for {weakest.num_bins} parts: "
        f"p {_p_value(weakest.p_value)})."
    )


def _share(share: Proportion | None) -> str:
    if share is None:
        return ""
    return f"{percent(share.value)} of {share.total:,} ({words.interval(share)})"


def _p_value(value: float) -> str:
    if value < 0.0001:  # noqa: PLR2004 - four digits are shown
        return "< 0.0001"
    return f"= {value:.4f}" if value < 1 else "= 1"


def _chosen(found: Style) -> tuple[str, int] | None:
    """Return the measure and the number of the bin to show: the weakest by default."""
    measure, _, written = (state.text(state.STYLE_BIN) or "").partition("-")
    bins = found.bins.get(measure, ())
    if written.isdecimal() and len(written) < 3 and int(written) < len(bins):  # noqa: PLR2004
        return measure, int(written)
    if found.weakest is None:
        return None
    where = found.weakest.bin
    return where.measure, found.bins[where.measure].index(where)


def _figures(found: Style, chosen: tuple[str, int] | None) -> None:
    shown = [name for name in MEASURES if found.bins.get(name)]
    for start in range(0, len(shown), COLUMNS):
        row = shown[start : start + COLUMNS]
        for column, name in zip(st.columns(COLUMNS), row, strict=False):
            number = chosen[1] if chosen and chosen[0] == name else None
            with column:
                st.markdown(f"**{MEASURES[name].title}**")
                figure.show(
                    style_curve(
                        found.bins[name],
                        axis=MEASURES[name].axis,
                        unit=MEASURES[name].unit,
                        chosen=number,
                        palette=services.palette(),
                    ),
                    key=f"style_{name}",
                    alt=f"Accuracy by {MEASURES[name].title.lower()}",
                    on_click=_choose(name),
                )


def _choose(name: str) -> Callable[[Hit], None]:
    def choose(hit: Hit) -> None:
        state.remember(state.STYLE_BIN, f"{name}-{hit.index}")

    return choose


def _images(
    found: Style, chosen: tuple[str, int], dataset: Dataset, evaluation: Evaluation
) -> None:
    """Show the images of a bin, those first that are classified wrongly."""
    name, number = chosen
    where = found.bins[name][number]
    indices = found.indices[where.members]
    is_right = evaluation.predicted[indices] == evaluation.predictions.labels[indices]
    indices = indices[np.argsort(is_right, kind="stable")][:MAX_IMAGES]
    measure, classes = MEASURES[name], dataset.spec.classes
    st.markdown(f"**{measure.title} {span(where)} {measure.unit}**")
    gallery.gallery(
        dataset.test.images,
        indices,
        captions=[
            f"test image {index:,}: {classes[true]} predicted as {classes[said]}"
            for index, true, said in zip(
                indices,
                evaluation.predictions.labels[indices],
                evaluation.predicted[indices],
                strict=True,
            )
        ],
        key="style_images",
        grid=GRID,
        alt=f"Test images with {measure.title.lower()} {span(where)}, mistakes first",
    )
    st.caption(
        f"{words.count(_num_wrong(where), 'mistake')} among "
        f"{where.accuracy.total:,} images, the mistakes first; "
        f"{len(indices):,} are shown."
    )


def _num_wrong(where: Bin) -> int:
    return where.accuracy.total - where.accuracy.successes

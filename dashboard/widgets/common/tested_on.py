"""Choose the test images that a run is looked at on: its own, or another data set's."""

from dataclasses import dataclass, replace
from typing import Final

import streamlit as st

from core.datasets import catalog
from core.datasets.arrays import Dataset, Split
from core.datasets.spec import DatasetSpec
from core.errors import DatasetError
from core.evaluation import shared_classes
from core.jobs.kinds.evaluate import Evaluate
from core.records import Run
from dashboard import results, services, state, words
from dashboard.results import Evaluation
from dashboard.widgets.common import analysis

OWN: Final = ""

_PICKER: Final = "tested_on"


@dataclass(frozen=True, kw_only=True)
class Tested:
    """What a run says about some test images.

    Attributes:
        evaluation: How good it is on them.
        classes: Names of the run's classes.
        dataset: The images, with labels by the run's classes; None if they are not
            here any more.
        is_own: Whether they are those of the data set that it learned from.
    """

    evaluation: Evaluation
    classes: tuple[str, ...]
    dataset: Dataset | None
    is_own: bool


def pick(run: Run) -> Tested:
    """Let the viewer choose, and show what there is to wait for, ending the page."""
    spec = services.spec_of(run)
    others = {each.name: each for each in catalog.specs() if _fits(run, spec, each)}
    chosen = _choose(run, spec, others) if others else OWN
    if chosen == OWN:
        return _own(run, spec)
    return _elsewhere(run, spec, others[chosen])


def no_images(run: Run) -> None:
    """Say that the images of a run are gone, and what to do."""
    st.info(
        f"The images of {words.literal(services.spec_of(run).title)} "
        f"({words.literal(run.config.dataset)}) are not here any more: the data set "
        "was deleted, or another one has its name. Get or import it again to see them. "
        "The scores are those of the training.",
        icon=":material/hide_image:",
    )


def _fits(run: Run, spec: DatasetSpec, other: DatasetSpec) -> bool:
    """Tell whether a run can be tested on another data set."""
    is_own = other.name == run.config.dataset and services.has_images(run)
    if is_own or other.image_shape != spec.image_shape:
        return False
    try:
        shared_classes.covering(spec.classes, other.classes)
    except DatasetError:
        return False
    return True


def _choose(run: Run, spec: DatasetSpec, others: dict[str, DatasetSpec]) -> str:
    wanted = state.text(state.TESTED_ON) or OWN
    st.session_state[_PICKER] = wanted if wanted in others else OWN
    titles = {OWN: f"{spec.title} (its own test images)"} | {
        name: f"{other.title}, {other.num_test:,} test images"
        for name, other in others.items()
    }
    chosen: str = st.selectbox(
        "Evaluated on",
        list(titles),
        format_func=titles.__getitem__,
        key=_PICKER,
        on_change=_keep,
        width=420,
        help=f"The test images of another data set whose classes {run.name} knows.",
    )
    return chosen


def _keep() -> None:
    state.test_on(st.session_state[_PICKER])


def _own(run: Run, spec: DatasetSpec) -> Tested:
    return Tested(
        evaluation=results.evaluation(run),
        classes=spec.classes,
        dataset=services.images_of(run),
        is_own=True,
    )


def _elsewhere(run: Run, spec: DatasetSpec, other: DatasetSpec) -> Tested:
    dataset = services.dataset(other.name)
    made = analysis.result_of(
        Evaluate.on(run, dataset),
        run,
        offer=f"Let {words.literal(run.name)} classify the {other.num_test:,} test "
        f"images of {words.literal(other.title)}. It takes some seconds, and is kept.",
    )
    if made is None:
        st.stop()
    found = results.evaluation_elsewhere(run, made)
    for remark in found.remarks:
        st.caption(words.literal(remark))
    labels = found.predictions.labels
    return Tested(
        evaluation=found,
        classes=spec.classes,
        dataset=Dataset(
            spec=replace(other, classes=spec.classes),
            train=dataset.train,
            test=Split(dataset.test.images, labels),
            fingerprint=dataset.fingerprint,
        ),
        is_own=False,
    )

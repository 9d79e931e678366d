"""Which images are looked at, those of the test or of the training split."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.arrays import Dataset
from core.jobs.kinds.training_images import PredictTraining
from core.records import Attachment, Run
from core.types import SplitName
from dashboard import results, services, state, words
from dashboard.results import Evaluation
from dashboard.widgets.common import analysis
from dashboard.widgets.common.image_captions import HELD_OUT
from dashboard.widgets.common.tested_on import Tested

PARTS: Final[dict[str, SplitName]] = {"Test": "test", "Training": "train"}


@dataclass(frozen=True, eq=False, kw_only=True)
class Source:
    """The images of a split, and what a run says of them.

    Attributes:
        run: The run.
        part: The split.
        evaluation: What the run says of its images.
        classes: Names of the run's classes.
        dataset: Whose images they are; None if they are not here any more.
        held_out: Positions of those that the run was validated with.
        made: What `PredictTraining` has left, of training images.
        has_features: Whether the run kept features of them.
    """

    run: Run
    part: SplitName
    evaluation: Evaluation
    classes: tuple[str, ...]
    dataset: Dataset | None
    held_out: frozenset[int] = frozenset()
    made: Attachment | None = None
    has_features: bool = True

    @property
    def num_images(self) -> int:
        """Images of the split."""
        return len(self.evaluation.predicted)

    def unusualness(self) -> NDArray[np.float32] | None:
        """Return how unusual each image is, see `results.unusualness`."""
        if not self.has_features:
            return None
        if self.made is not None:
            return results.training_unusualness(self.run, self.made, self.evaluation)
        return results.unusualness(self.run, self.evaluation)


def pick(run: Run, tested: Tested) -> Source:
    """Let the viewer choose a split, and show what there is to wait for."""
    dataset = tested.dataset
    chosen = "Test"
    if tested.is_own and dataset is not None:
        chosen = st.segmented_control(
            "Split",
            tuple(PARTS),
            default="Test",
            required=True,
            key=state.PART,
            **state.LINKED,
            on_change=_start_over,
        )
    if chosen == "Training" and dataset is not None:
        return _training(run, tested.classes, dataset)
    return Source(
        run=run,
        part="test",
        evaluation=tested.evaluation,
        classes=tested.classes,
        dataset=dataset,
        has_features=tested.is_own,
    )


def _start_over() -> None:
    """Drop what was chosen among the images of the other split."""
    state.turn_to_first(state.PAGE)
    state.choose_image(None)
    state.choose_points(())


def _training(run: Run, classes: tuple[str, ...], dataset: Dataset) -> Source:
    labels = dataset.train.labels
    made = analysis.result_of(
        PredictTraining(subject=run.id),
        run,
        offer=f"Let {words.literal(run.name)} classify the {len(labels):,} training "
        "images, to see which of them it has not learned. It takes some seconds for "
        "each 10,000 images, and is kept.",
    )
    if made is None:
        st.stop()
    held_out = results.validation_positions(run.id)
    st.caption(_learned_from(len(labels), len(held_out), run))
    return Source(
        run=run,
        part="train",
        evaluation=results.training_evaluation(run, made, labels),
        classes=classes,
        dataset=dataset,
        held_out=held_out,
        made=made,
    )


def _learned_from(num_images: int, num_held_out: int, run: Run) -> str:
    """Say what predictions for training images are worth."""
    said = (
        "The network learned from these images: how many of them it gets right says "
        "nothing about new ones."
    )
    if num_held_out:
        return (
            f"{said} The exception are {num_held_out:,} of the {num_images:,}, held "
            f"out for validation and marked {words.literal(HELD_OUT)}."
        )
    has_split = any(
        member.training.validation_fraction
        for member in (services.members(run) if run.members else (run,))
    )
    if has_split:
        return f"{said} Which were held out for validation was not kept with this run."
    return f"{said} None was held out for validation."

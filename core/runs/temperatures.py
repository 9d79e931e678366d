"""The temperature of a run, fitted on its validation images; or why it has none."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from core.errors import ArtifactError
from core.evaluation import metrics, temperature
from core.predictions import Validation
from core.records import Run

if TYPE_CHECKING:
    from core.runs.store import RunStore

MIN_IMAGES: Final = 100
"""Of fewer, chance decides: a temperature fitted on 18 doubled the test loss."""

_AGAIN: Final = "Train it again to get a temperature."


@dataclass(frozen=True, kw_only=True)
class RunTemperature:
    """The temperature of a run.

    Attributes:
        value: 1.0 if it has none; see `core.evaluation.temperature`.
        n: Number of validation images that it was fitted on; 0 if it has none.
        loss_before: Log loss of these images without it; NaN if it has none.
        loss_after: Log loss of these images with it.
        reason: Why it has none, in sentences; empty if it has one.
    """

    value: float = temperature.NONE
    n: int = 0
    loss_before: float = float("nan")
    loss_after: float = float("nan")
    reason: str = ""

    @property
    def is_fitted(self) -> bool:
        """Whether there is one."""
        return not self.reason


def of_run(store: "RunStore", run: Run) -> RunTemperature:
    """Fit the temperature of a run with a model; it is quick."""
    try:
        found = store.validation(run.id)
        if found is None or not len(found.labels):
            return RunTemperature(reason=_why_none(store, run))
        return _fitted(found)
    except (ArtifactError, ValueError) as error:
        reason = f"What this run said about its validation images is damaged: {error}"
        return RunTemperature(reason=f"{reason} {_AGAIN}")


def _fitted(found: Validation) -> RunTemperature:
    labels, probabilities = found.labels, found.probabilities
    if metrics.accuracy(labels, probabilities).value == 1:
        return RunTemperature(
            reason=f"The model classifies all {len(labels):,} validation images "
            "correctly, so every lower temperature fits them better, and none best."
        )
    if len(labels) < MIN_IMAGES:
        return RunTemperature(
            reason=f"Only {len(labels):,} images were held out for validation: a "
            f"temperature fitted on fewer than {MIN_IMAGES} is mostly chance."
        )
    value = temperature.fit(labels, probabilities)
    scaled = temperature.scaled(probabilities, value)
    return RunTemperature(
        value=value,
        n=len(labels),
        loss_before=metrics.log_loss(labels, probabilities),
        loss_after=metrics.log_loss(labels, scaled),
    )


def _why_none(store: "RunStore", run: Run) -> str:
    if run.members:
        if all(store.validation(member) is not None for member in run.members):
            return (
                "The members of this ensemble were validated with different images: "
                "each learned from some that others were validated with, so on these "
                "the ensemble seems better than it is. Combine runs with the same seed "
                "and validation split to get a temperature."
            )
        return (
            "A member of this ensemble has kept nothing about validation images: it "
            "had none, an earlier version of Inklab trained it, or it was deleted."
        )
    if run.scores.validation_accuracy is None:
        return (
            "This run was trained without a validation split, and the test images must "
            "not choose anything. Train it again with one to get a temperature."
        )
    return (
        "This run was trained by a version of Inklab that did not keep what the model "
        f"says about each validation image. {_AGAIN}"
    )

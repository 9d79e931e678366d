"""Which lines the curves of some runs come to: by axis, smoothed, over seeds."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Literal

from core.config import TrainingConfig
from core.datasets.spec import DatasetSpec
from core.insight.curve_axes import seconds_at_epochs, steps_at_epochs
from core.insight.repetitions import groups_by_recipe, spread
from core.insight.smoothing import exponential_moving_average
from core.records import Run
from core.runs.curves import Curves
from dashboard.charts.compared_curves import Axis, Line
from dashboard.charts.curves import Quantity

Images = Literal["Validation", "Training"]

SCORES: Final = {
    ("Accuracy", "Training"): "accuracy",
    ("Accuracy", "Validation"): "val_accuracy",
    ("Loss", "Training"): "loss",
    ("Loss", "Validation"): "val_loss",
}


@dataclass(frozen=True, kw_only=True)
class View:
    """How curves are shown.

    Attributes:
        quantity: What is on the y axis.
        images: Of which images.
        axis: What is on the x axis.
        smoothing: Weight of the moving average, 0 (none) up to but without 1.
        is_grouped: Whether runs that differ by the seed only become one line.
    """

    quantity: Quantity = "Accuracy"
    images: Images = "Validation"
    axis: Axis = "Epoch"
    smoothing: float = 0.0
    is_grouped: bool = False


@dataclass(frozen=True, kw_only=True)
class RunCurves:
    """A run with what is needed to draw it.

    Attributes:
        run: A run that was, or is being, trained.
        number: Its number on the page, from 1.
        spec: Its data set.
        curves: Its scores by epoch.
    """

    run: Run
    number: int
    spec: DatasetSpec
    curves: Curves

    def values(self, view: View) -> tuple[float, ...]:
        """Return the scores that are shown; empty if it has none of these."""
        name = SCORES[view.quantity, view.images]
        values: tuple[float, ...] = getattr(self.curves.history, name)
        return values

    def places(self, view: View) -> tuple[float, ...]:
        """Return where its epochs end; NaN where nobody can tell yet."""
        num_epochs = self.curves.history.num_epochs
        if view.axis == "Step" and isinstance(self.run.config, TrainingConfig):
            return steps_at_epochs(self.run.config, num_epochs, spec=self.spec)
        if view.axis == "Time":
            seconds = self.run.scores.train_seconds
            return seconds_at_epochs(self.curves.moments, train_seconds=seconds)
        return tuple(float(epoch) for epoch in range(1, num_epochs + 1))


def with_curves(
    runs: Sequence[Run],
    curves: Mapping[str, Curves],
    specs: Sequence[DatasetSpec],
) -> tuple[RunCurves, ...]:
    """Put runs together with their curves; those that were not trained are left out."""
    return tuple(
        RunCurves(run=run, number=number, spec=spec, curves=curves[run.id])
        for number, (run, spec) in enumerate(zip(runs, specs, strict=True), start=1)
        if isinstance(run.config, TrainingConfig)
    )


def lines(found: Sequence[RunCurves], view: View) -> tuple[Line, ...]:
    """Return a line for each run, or each recipe, that has such a curve."""
    drawn = [each for each in found if each.values(view)]
    if not view.is_grouped:
        return tuple(_line([each], view) for each in drawn)
    return tuple(_line([drawn[at] for at in group], view) for group in _groups(drawn))


def has_repetitions(found: Sequence[RunCurves]) -> bool:
    """Whether some of the runs differ by the seed only."""
    return len(_groups(found)) < len(found)


def _groups(found: Sequence[RunCurves]) -> tuple[tuple[int, ...], ...]:
    return groups_by_recipe(
        [each.run.config for each in found], [each.run.fingerprint for each in found]
    )


def _line(members: Sequence[RunCurves], view: View) -> Line:
    # Scores may be read while an epoch is written: the shorter list counts.
    pairs = [
        list(zip(each.places(view), each.values(view), strict=False))
        for each in members
    ]
    x = _mean_places([[place for place, _ in each] for each in pairs])
    raw = [[value for _, value in each] for each in pairs]
    smooth = [exponential_moving_average(each, weight=view.smoothing) for each in raw]
    over_seeds = spread(smooth)
    is_band = len(members) > 1
    return Line(
        name=_name(members),
        x=x,
        y=over_seeds.mean,
        raw=spread(raw).mean if view.smoothing else (),
        low=over_seeds.low if is_band else (),
        high=over_seeds.high if is_band else (),
        counts=over_seeds.count if is_band else (),
    )


def _mean_places(places: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Return where the epochs of some runs end, with the mean length of each epoch.

    The mean of the places would go back where slow runs end before quick ones.
    """
    lengths = [
        [end - start for start, end in pairwise((0.0, *each))] for each in places
    ]
    return tuple(accumulate(spread(lengths).mean))


def _name(members: Sequence[RunCurves]) -> str:
    return f"({_listed([each.number for each in members])}) {members[0].run.name}"


def _listed(numbers: Sequence[int]) -> str:
    """Write ascending numbers, in short where several follow each other: "1 to 5"."""
    first, last = numbers[0], numbers[-1]
    is_row = len(numbers) > 2 and last - first == len(numbers) - 1  # noqa: PLR2004 - a row of two is no shorter
    return f"{first} to {last}" if is_row else ", ".join(map(str, numbers))


def without_place(found: Sequence[Line]) -> int:
    """Count the lines of which no point can be placed yet."""
    return sum(not any(map(math.isfinite, line.x)) for line in found)

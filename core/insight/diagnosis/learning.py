"""Does it learn at all, and at the right rate?"""

import math
import statistics
from typing import Final

from core.insight.diagnosis.curves import (
    FEW,
    SETTLED_EPOCHS,
    Curves,
    Kind,
    Remark,
    Severity,
    falls_always,
    falls_in_the_long_run,
    num_turns,
    typical_move,
)
from core.proportion import percent

MIN_STEPS: Final = 1000
"""After so many steps even a slow training answers better than by guessing."""

STUCK_LOSS: Final = 0.9
"""A loss above this share of guessing's has hardly begun to fall."""

STUCK_ACCURACY: Final = 2.0
"""An accuracy below so many times chance is near chance."""

MOVES: Final = 3.0
"""A change is clear if it is three times what the loss usually moves."""

MIN_MOVE: Final = 0.02
"""Moves below this share of guessing's loss (0.05 nats of 10 classes) are noise."""

LOST: Final = 1.1
"""A training loss so many times above an earlier one has lost what was learned."""

SWING: Final = 0.1
"""A swing is at least a tenth of the loss it swings about."""

SLOW_EPOCHS: Final = 4
"""A small network may fall in each of its first three epochs at any rate."""

SLOW_START: Final = 0.4
"""Good rates bring the mean loss of the first epoch below this share of guessing's."""

STILL_HIGH: Final = 0.05
"""A loss below this share of guessing's is low, however it came there."""

STEEP: Final = 0.02
"""A loss that falls by more than this in an epoch has not levelled off."""

BLOWN_UP: Final = 1.25
"""No first weights have so many times guessing's loss; only a step too far has."""

NO_BETTER: Final = 0.995
"""A loss above this share of guessing's has not begun to fall at all."""

MANY_DEAD: Final = 0.3
"""Some dead units are usual in wide layers, which have units to spare."""

MOSTLY_DEAD: Final = 0.8
"""Hardly anything gets through a network of which so much is dead."""

USUAL_RATE: Final = 1e-3
"""A learning rate below this is seldom too high."""


def not_a_number(curves: Curves) -> Remark | None:
    """See whether the loss stopped being a finite number."""
    losses = (*curves.losses, *curves.history.loss, *curves.history.val_loss)
    if all(map(math.isfinite, losses)):
        return None
    return Remark(
        kind="no number",
        severity=Severity.PROBLEM,
        finding="The training has diverged: its loss is no longer a finite number.",
        advice=_lower_rate(curves),
    )


def not_learning(curves: Curves) -> Remark | None:
    """See whether it still guesses after an epoch, or a thousand steps."""
    guessing, losses = curves.guessing_loss, curves.losses
    just_begun = curves.epochs_done < 1 and curves.steps_done < MIN_STEPS
    if just_begun or not losses or losses[-1] < STUCK_LOSS * guessing:
        return None
    if curves.accuracy > STUCK_ACCURACY * curves.chance:
        return None
    kind, advice = _wrong_rate(curves, losses)
    return Remark(
        kind=kind,
        severity=Severity.PROBLEM,
        finding=f"The network does not learn: its training loss is {losses[-1]:.2f} "
        f"(guessing: {guessing:.2f}), its accuracy {percent(curves.accuracy)} "
        f"(chance: {percent(curves.chance)}).",
        advice=advice,
    )


def dead_network(curves: Curves) -> Remark | None:
    """See whether most hidden units answer nothing any more."""
    return _dead(curves, above=MOSTLY_DEAD, severity=Severity.PROBLEM)


def dead_units(curves: Curves) -> Remark | None:
    """See whether many hidden units answer nothing any more."""
    return _dead(curves, above=MANY_DEAD, severity=Severity.WARNING)


def _dead(curves: Curves, *, above: float, severity: Severity) -> Remark | None:
    share = next(iter(curves.history.dead_units[-1:]), 0.0)
    if not share > above:
        return None
    return Remark(
        kind="dead units",
        severity=severity,
        finding=f"{percent(share)} of the hidden units output 0 for every image: they "
        "are dead and no longer learn.",
        advice=f"{_lower_rate(curves)} Or choose an activation other than relu.",
    )


def collapse(curves: Curves) -> Remark | None:
    """See whether it has lost what it had learned."""
    losses, by_epoch = curves.losses, curves.history.loss
    if len(losses) < FEW:
        return None
    lowest = min(losses)
    move = max(MIN_MOVE * curves.guessing_loss, MOVES * typical_move(losses))
    # The first epoch starts by guessing, so each later one should be better.
    worse = len(by_epoch) >= FEW and by_epoch[-1] > by_epoch[0]
    if not worse and min(losses[-2:]) < max(LOST * lowest, lowest + move):
        return None
    epoch = (curves.live.epochs or range(1, len(losses) + 1))[losses.index(lowest)]
    return Remark(
        kind="rate too high",
        severity=Severity.PROBLEM,
        finding=f"The training loss has risen from {lowest:.2f} in epoch "
        f"{math.ceil(epoch)} to {losses[-1]:.2f}: the network loses what it learned.",
        advice=_lower_rate(curves),
    )


def swinging(curves: Curves) -> Remark | None:
    """See whether the validation loss goes up and down by much."""
    values = curves.history.val_loss[SETTLED_EPOCHS:]
    if len(values) < FEW:
        return None
    level = statistics.median(values)
    size = max(MIN_MOVE * curves.guessing_loss, SWING * level)
    if num_turns(values, size=size) < 2:  # noqa: PLR2004 - up and down, or down and up
        return None
    return Remark(
        kind="rate too high",
        severity=Severity.WARNING,
        finding=f"Validation loss swings between {min(values):.2f} and "
        f"{max(values):.2f} instead of settling.",
        advice=_lower_rate(curves),
    )


def slow(curves: Curves) -> Remark | None:
    """See whether it learns steadily but hardly gets on."""
    losses = curves.history.val_loss or curves.history.loss
    guessing = curves.guessing_loss
    begun = len(losses) >= SLOW_EPOCHS and curves.steps_done >= MIN_STEPS
    if not begun or not falls_always(losses):
        return None
    quick = curves.history.loss[0] < SLOW_START * guessing
    if quick or losses[-1] < STILL_HIGH * guessing:
        return None
    level = curves.config.schedule in ("constant", "step")
    if level and 1 - losses[-1] / losses[-2] < STEEP:
        return None
    name = "Validation" if curves.history.val_loss else "Training"
    return Remark(
        kind="rate too low",
        severity=Severity.WARNING,
        finding=f"{name} loss falls in every epoch, but slowly: {losses[0]:.2f} after "
        f"the first epoch, {losses[-1]:.2f} after {len(losses)} epochs.",
        advice=f"{_raise_rate(curves)} Or train for more epochs.",
    )


def unfinished(curves: Curves) -> Remark | None:
    """See whether it was still getting better at its end."""
    values = curves.history.val_loss
    if not curves.is_complete or len(values) < FEW or not falls_always(values[-FEW:]):
        return None
    if 1 - values[-1] / values[-2] < STEEP:
        return None
    return Remark(
        kind="unfinished",
        severity=Severity.NOTE,
        finding=f"Validation loss was still falling at the end: {values[-2]:.3f}, then "
        f"{values[-1]:.3f} in the last epoch.",
        advice="Train for more epochs.",
    )


def _wrong_rate(curves: Curves, losses: tuple[float, ...]) -> tuple[Kind, str]:
    """Say which way the learning rate is wrong, as far as the losses tell."""
    guessing = curves.guessing_loss
    if max(losses) > BLOWN_UP * guessing or losses[-1] > LOST * min(losses):
        return "rate too high", _lower_rate(curves)
    if falls_in_the_long_run(losses) and losses[-1] < NO_BETTER * guessing:
        return "rate too low", _raise_rate(curves)
    first, second = _lower_rate(curves), "higher"
    if curves.config.learning_rate < USUAL_RATE:
        first, second = _raise_rate(curves), "lower"
    return "not learning", f"{first} If that does not help, try a {second} one."


def _lower_rate(curves: Curves) -> str:
    rate = curves.config.learning_rate
    return f"Lower the learning rate: it is {rate:g}, try {rate / 10:g}."


def _raise_rate(curves: Curves) -> str:
    rate = curves.config.learning_rate
    return f"Raise the learning rate: it is {rate:g}, try {min(rate * 10, 1):g}."

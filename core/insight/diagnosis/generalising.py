"""Does what it learns hold for new images?"""

from typing import Final

from core.insight.diagnosis.curves import (
    FEW,
    SETTLED_EPOCHS,
    Curves,
    Remark,
    Severity,
    typical_reversal,
)
from core.proportion import percent

RISE: Final = 0.1
"""Validation losses less than a tenth above the lowest are about the lowest."""

MOVES: Final = 2.0
"""A change is clear if it is twice what chance usually does."""

STRONG_RISE: Final = 0.5
"""By so much the probabilities are worse, even if the answers are not."""

WIDE_GAP: Final = 0.05
"""Five points between the two accuracies are what the run suffers from."""

GAP: Final = 0.01
"""Accuracies less than one point apart are close, whatever their ratio."""

KNOWN_BY_HEART: Final = 3.0
"""So many times as many mistakes on new images as on those it learned."""

ALIKE: Final = 1.5
"""Up to so many times the mistakes, new images are read as well as learned ones."""

FLAT: Final = 0.05
"""A training loss that falls by less than this in three epochs has levelled off."""

MANY_MISTAKES: Final = 0.05
"""A network that misreads less of what it learned is not too small."""

BETTER: Final = 0.01
"""A validation loss is better if it is lower by a hundredth."""

LONG: Final = 1 / 3
"""So much of the training without a better score was in vain."""

MUCH_HELD_OUT: Final = 0.2
"""Holding out more than this takes images that are missed in training."""


def overfitting(curves: Curves) -> Remark | None:
    """See whether the validation loss has clearly risen since its lowest."""
    history, best = curves.history, curves.history.best_epoch
    if best is None or history.num_epochs - best < 2:  # noqa: PLR2004 - one epoch is chance
        return None
    lowest, latest = history.val_loss[best - 1], history.val_loss[-1]
    before, now = history.loss[best - 1], history.loss[-1]
    back = typical_reversal(history.val_loss[SETTLED_EPOCHS:])
    rise = min(history.val_loss[-2:]) - lowest
    if rise < max(RISE * lowest, MOVES * back) or now >= before:
        return None
    top, last = max(history.val_accuracy), max(history.val_accuracy[-2:])
    lost = top - last > MOVES * curves.accuracy_noise
    severe = lost or rise > STRONG_RISE * lowest or _gap(curves) > WIDE_GAP
    suffered = f"fell from {percent(top)} to" if lost else "has not suffered, at"
    return Remark(
        kind="overfitting",
        severity=Severity.WARNING if severe else Severity.NOTE,
        finding=f"Validation loss has risen since epoch {best}, from {lowest:.3f} to "
        f"{latest:.3f}, while training loss fell from {before:.3f} to {now:.3f}: "
        f"overfitting. Validation accuracy {suffered} "
        f"{percent(history.val_accuracy[-1])}.",
        advice=_against_overfitting(curves, stop=True),
    )


def gap(curves: Curves) -> Remark | None:
    """See whether learned images are read far better than new ones."""
    history = curves.history
    if not history.val_accuracy:
        return None
    training, validation = history.accuracy[-1], history.val_accuracy[-1]
    if _gap(curves) < GAP or 1 - validation < KNOWN_BY_HEART * (1 - training):
        return None
    return Remark(
        kind="gap",
        severity=Severity.WARNING if _gap(curves) > WIDE_GAP else Severity.NOTE,
        finding=f"Training accuracy is {percent(training)}, but validation accuracy "
        f"only {percent(validation)}: much of what the network learns does not "
        "generalise.",
        advice=_against_overfitting(curves, stop=False),
    )


def underfitting(curves: Curves) -> Remark | None:
    """See whether it cannot get better even on what it learns from."""
    history = curves.history
    if not history.val_accuracy or history.num_epochs <= FEW:
        return None
    training, validation = history.accuracy[-1], history.val_accuracy[-1]
    fall = 1 - history.loss[-1] / history.loss[-1 - FEW]
    alike = 1 - validation < ALIKE * (1 - training)
    if fall > FLAT or not alike or 1 - training < MANY_MISTAKES:
        return None
    return Remark(
        kind="underfitting",
        severity=Severity.NOTE,
        finding=f"Training accuracy has levelled off at {percent(training)}, and "
        f"validation accuracy is {percent(validation)}: underfitting. The network "
        "cannot fit these images better as it is.",
        advice=_against_underfitting(curves),
    )


def plateau(curves: Curves) -> Remark | None:
    """See whether the validation loss has stopped improving."""
    values = curves.history.val_loss
    if not values:
        return None
    good = min(values) / (1 - BETTER)
    near = next(epoch for epoch, value in enumerate(values, 1) if value <= good)
    if len(values) - near < max(FEW, LONG * len(values)):
        return None
    advice = "Fewer epochs might do as well."
    if curves.config.schedule == "constant":
        advice = "Use a cosine or one-cycle learning rate schedule, or early stopping."
    return Remark(
        kind="plateau",
        severity=Severity.NOTE,
        finding=f"Validation loss has not improved since epoch {near}: "
        f"{values[near - 1]:.3f} then, {values[-1]:.3f} now.",
        advice=advice,
    )


def _gap(curves: Curves) -> float:
    """By how much training is more accurate than validation; dropout hides some."""
    return curves.history.accuracy[-1] - curves.history.val_accuracy[-1]


def _against_overfitting(curves: Curves, *, stop: bool) -> str:
    config = curves.config
    ideas = [
        "augmentation" if config.augmentation.is_none else "",
        "more dropout" if config.network.dropout else "dropout",
        "a smaller validation split"
        if config.validation_fraction > MUCH_HELD_OUT
        else "",
        "early stopping, which keeps the best epoch"
        if stop and not config.patience
        else "",
    ]
    return _either(ideas)


def _against_underfitting(curves: Curves) -> str:
    config, network = curves.config, curves.config.network
    is_dense = not network.is_convolutional
    ideas = [
        "less dropout" if network.dropout else "",
        "" if config.augmentation.is_none else "weaker augmentation",
        "more or wider layers" if is_dense else "more filters or blocks",
        "a convolutional network" if is_dense else "",
    ]
    return _either(ideas)


def _either(ideas: list[str]) -> str:
    """Write "Try a, b or c." of the ideas that are not empty."""
    *others, last = filter(None, ideas)
    return f"Try {', '.join(others)} or {last}." if others else f"Try {last}."

"""Say in plain sentences what looks wrong in the curves of a training.

Curves are noisy, so each sign has a threshold below which nothing is said, and
only what can be seen in curves is told. Losses are cross-entropies in nats: a
network that only guesses has the natural logarithm of the number of classes.
"""

from collections.abc import Callable
from typing import Final

from core.config import TrainingConfig
from core.datasets.spec import DatasetSpec
from core.insight.diagnosis import generalising, learning
from core.insight.diagnosis.curves import Curves, Remark, Severity
from core.records import History, LivePoints

__all__ = ["Remark", "Severity", "diagnose"]

Check = Callable[[Curves], Remark | None]

_ORDER: Final = (Severity.PROBLEM, Severity.WARNING, Severity.NOTE)

# Of each line at most one is told, the first that is seen: what comes later in
# it is a weaker word for the same, or the other way round.
_LINES: Final[tuple[tuple[Check, ...], ...]] = (
    (generalising.overfitting, generalising.gap),
    (learning.swinging, learning.slow, generalising.underfitting, learning.unfinished),
    (learning.swinging, generalising.overfitting, generalising.plateau),
    (learning.dead_units,),
)
_ALONE: Final = (
    learning.not_a_number,
    learning.dead_network,
    learning.not_learning,
    learning.collapse,
)
"""Where one of these is seen, nothing else matters."""


def diagnose(
    history: History,
    live: LivePoints | None,
    *,
    config: TrainingConfig,
    spec: DatasetSpec,
) -> tuple[Remark, ...]:
    """Look for what is wrong in a training that is going on, or is over.

    Args:
        history: Scores of its finished epochs; also none.
        live: Scores within the epochs, if they are known.
        config: What was asked for.
        spec: The data set it learns from.

    Returns:
        Remarks, the worst first; none if nothing can be seen, or not yet.
    """
    curves = Curves(
        history=history, live=live or LivePoints(), config=config, spec=spec
    )
    for check in _ALONE:
        if remark := check(curves):
            return (remark,)
    firsts = (_first(line, curves) for line in _LINES)
    remarks = dict.fromkeys(remark for remark in firsts if remark)
    return tuple(sorted(remarks, key=lambda each: _ORDER.index(each.severity)))


def _first(line: tuple[Check, ...], curves: Curves) -> Remark | None:
    return next((remark for check in line if (remark := check(curves))), None)

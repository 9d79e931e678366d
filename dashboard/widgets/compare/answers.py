"""What differs between the answers of runs: verdict, images, confusion, ensemble."""

from collections.abc import Sequence

from core.records import Run
from dashboard import results
from dashboard.widgets.common import page_frame
from dashboard.widgets.compare import (
    changed_images,
    comparable_runs,
    ensemble_preview,
    pair_choice,
)


def answers(chosen: Sequence[Run]) -> None:
    """Compare what runs answered to the test images.

    Args:
        chosen: Two runs or more, in the order in which they are compared.
    """
    with page_frame.plain_errors():
        compared = comparable_runs.pick(chosen)
        if compared is None:
            return
        pairs = results.pairs(compared.runs)
        first, second = pair_choice.pick(compared, pairs)
        changed_images.show(compared, first=first, second=second)
        ensemble_preview.show(compared)

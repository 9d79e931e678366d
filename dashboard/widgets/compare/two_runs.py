"""Two runs on the same images, as values that the parts of Compare share."""

from dataclasses import dataclass

from core.datasets.store import Dataset
from core.records import Run
from dashboard.results import Evaluation


@dataclass(frozen=True, kw_only=True)
class TwoRuns:
    """Two runs on the same images.

    Attributes:
        runs: The two.
        first: What the first predicts.
        second: What the second predicts.
        titles: What they are called, as plain text.
        classes: Names of the classes.
        dataset: The images; None if they are not here any more.
    """

    runs: tuple[Run, Run]
    first: Evaluation
    second: Evaluation
    titles: tuple[str, str]
    classes: tuple[str, ...]
    dataset: Dataset | None

    @property
    def num_images(self) -> int:
        """How many test images there are."""
        return len(self.first.predicted)

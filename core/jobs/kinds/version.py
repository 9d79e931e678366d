"""The task that makes a new version of a data set."""

from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

from core.datasets import label_review, versions
from core.datasets.arrays import Dataset
from core.datasets.label_review import Review
from core.datasets.versions import Change
from core.jobs.tasks import DatasetTask, TaskContext
from core.types import SplitName


class MakeVersion(DatasetTask):
    """Make a data set without some images of another, or with other labels.

    Attributes:
        changes: What to change, by split.
        reason: Why, as a short clause.
    """

    kind: ClassVar[str] = "version"
    title: ClassVar[str] = "New version"

    changes: Mapping[SplitName, Change]
    reason: str

    @classmethod
    def without(
        cls,
        dataset: Dataset,
        *,
        train: Sequence[int],
        test: Sequence[int],
        reason: str,
    ) -> Self:
        """Return the task that leaves images of a data set out.

        Args:
            dataset: The data set, which stays as it is.
            train: Positions of training images.
            test: Positions of test images.
            reason: Why, as a short clause.
        """
        changes: dict[SplitName, Change] = {
            "train": Change(remove=tuple(train)),
            "test": Change(remove=tuple(test)),
        }
        return cls(
            subject=dataset.spec.name,
            fingerprint=dataset.fingerprint,
            changes=changes,
            reason=reason,
        )

    @classmethod
    def reviewed(cls, dataset: Dataset, review: Review) -> Self:
        """Return the task that follows what people decided about labels.

        Args:
            dataset: The data set, which stays as it is.
            review: The decisions.
        """
        return cls(
            subject=dataset.spec.name,
            fingerprint=dataset.fingerprint,
            changes=review.changes(),
            reason=label_review.REASON,
        )

    def work(self, context: TaskContext) -> None:
        """Write the new version; see `Task.work`."""
        dataset = self.dataset()
        context.report(0, "writing the new version")
        spec = versions.create(dataset, self.changes, reason=self.reason)
        context.say(f"Made {spec.name}.")

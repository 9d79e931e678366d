"""The task that works a data set out for Explore."""

from typing import ClassVar

from core.datasets.exploring import storage
from core.datasets.exploring.summary import summarise
from core.jobs.tasks import DatasetTask, TaskContext


class Summarise(DatasetTask):
    """Measure all images of a data set, and find copies and neighbours."""

    kind: ClassVar[str] = "summary"
    title: ClassVar[str] = "Summary"

    def work(self, context: TaskContext) -> None:
        """Compute the summary, and leave it with the data set."""
        dataset = self.dataset()

        def report(share: float) -> None:
            context.report(share, "measuring the images")

        found = summarise(
            dataset.train, dataset.test, len(dataset.spec.classes), report
        )
        context.attach(self, write=lambda folder: storage.save(found, folder))

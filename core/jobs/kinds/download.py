"""The task that gets a published data set: downloads, unpacks and imports it."""

from typing import ClassVar

from core.datasets import getting
from core.jobs.tasks import Task, TaskContext
from core.records import Lane


class Download(Task):
    """Get a split of EMNIST; one download serves all six.

    Attributes:
        subject: The data set to get, such as "emnist-bymerge".
    """

    kind: ClassVar[str] = "download"
    title: ClassVar[str] = "Download"
    lane: ClassVar[Lane] = Lane.INPUT_OUTPUT

    subject: str

    def work(self, context: TaskContext) -> None:
        """Download what is missing, and import it; see `Task.work`."""
        card = getting.get(self.subject, context.report)
        context.say(
            f"Got {card.spec.name}: {card.spec.num_train:,} training images, "
            f"{card.spec.num_test:,} test images."
        )

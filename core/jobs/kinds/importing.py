"""The task that makes a data set of files on the disk of the server."""

from pathlib import Path
from typing import ClassVar

from core.datasets.importing import make, uploads
from core.datasets.importing.make import About
from core.datasets.importing.source import ImportOptions
from core.jobs.tasks import Task, TaskContext
from core.records import Lane


class Import(Task):
    """Make a data set of files, folders or zips.

    Attributes:
        subject: What to call the data set.
        paths: Where its images are. Those that `uploads.keep` gave are removed
            once they are imported; until then one can try again.
        options: What the user decided.
        about: What the user says of it.
    """

    kind: ClassVar[str] = "import"
    title: ClassVar[str] = "Import"
    lane: ClassVar[Lane] = Lane.INPUT_OUTPUT

    subject: str
    paths: tuple[str, ...]
    options: ImportOptions = ImportOptions()
    about: About = About()

    def work(self, context: TaskContext) -> None:
        """Read and write the images; see `Task.work`."""
        paths = [Path(each) for each in self.paths]
        card = make.import_dataset(
            paths, self.subject, self.options, context.report, about=self.about
        )
        uploads.discard(paths)
        context.say(
            f"Imported {card.spec.name}: {card.spec.num_train:,} training images, "
            f"{card.spec.num_test:,} test images, {card.num_left_out:,} left out.",
            *card.remarks,
        )

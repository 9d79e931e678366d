"""The task that writes a data set into a file of the home."""

from pathlib import Path
from typing import ClassVar

from core import settings
from core.datasets import export
from core.datasets.export import Form
from core.datasets.part_file import writing
from core.jobs.tasks import DatasetTask, TaskContext


class Export(DatasetTask):
    """Write a data set in a form that other programs read.

    Attributes:
        form: Which; see `core.datasets.export`.
    """

    kind: ClassVar[str] = "export"
    title: ClassVar[str] = "Export"

    form: Form = "idx"

    @property
    def path(self) -> Path:
        """Where the file is when it is written: in the folder `exports` of the home."""
        name = Path(export.file_name(self.subject, self.form))
        named = f"{name.stem}-{self.fingerprint[:8]}{name.suffix}"
        return settings.home() / "exports" / named

    def work(self, context: TaskContext) -> None:
        """Write it; see `Task.work`."""
        dataset = self.dataset()
        with writing(self.path.parent):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        export.write(dataset, self.form, self.path, context.report, replace=True)
        context.say(f"Wrote {self.path}.")

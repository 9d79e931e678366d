"""The task that makes the feature map of a run."""

from typing import ClassVar

from core.evaluation.projection import principal_components
from core.jobs.tasks import Task, TaskContext


class Project(Task):
    """Lay the test images out by the features of the last hidden layer."""

    kind: ClassVar[str] = "projection"
    title: ClassVar[str] = "Feature map"

    def work(self, context: TaskContext) -> None:
        """Project the features, and leave the points with the run."""
        features = context.store.predictions(self.subject).features
        context.report(0.2, "computing the principal components")
        points, explained = principal_components(features)
        context.attach_arrays(self, points=points, explained=explained)

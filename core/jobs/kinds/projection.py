"""The task that lays the test images of a run out by t-SNE of their features."""

from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from core.datasets.exploring import chunks, maps, orders
from core.errors import ArtifactError
from core.jobs.tasks import Task, TaskContext

MAX_POINTS: Final = 10_000
NUM_COMPONENTS: Final = 32
"""Neighbours are found by so many principal components of the features: there is
little in the others, and the search takes time by their number."""


class Project(Task):
    """Lay test images out so that those with similar features are neighbours.

    It leaves `points`, float32 of shape (n, 2), and `indices`, int64 of shape (n,),
    the positions of their images among the test images.

    Attributes:
        subject: Id of the run.
        max_points: Of more test images so many are taken, each class by its share.
        seed: Chooses these, and where the points start.
    """

    kind: ClassVar[str] = "projection"
    title: ClassVar[str] = "Feature map"
    version: ClassVar[int] = 2

    max_points: int = Field(default=MAX_POINTS, ge=1, le=maps.MAX_POINTS)
    seed: int = Field(default=0, ge=0)

    def work(self, context: TaskContext) -> None:
        """Compute the points, and leave them with the run; see `Task.work`."""
        said = context.store.predictions(self.subject)
        indices = orders.stratified_sample(
            said.labels, count=self.max_points, seed=self.seed
        )
        features = said.features[indices]
        if not np.isfinite(features).all():
            message = (
                f"Expected features that are numbers from run {self.subject}, but some "
                "are not: its training has diverged. Train it again with a lower "
                "learning rate."
            )
            raise ArtifactError(message)
        text = f"laying out {len(indices):,} test images"

        def report(share: float) -> None:
            context.report(share, text)

        report(0)
        points = maps.tsne(
            _reduced(features, seed=self.seed),
            seed=self.seed,
            report=chunks.part(report, 0.05, 1),
        )
        context.attach_arrays(self, points=points, indices=np.asarray(indices))


def _reduced(features: NDArray[np.float32], *, seed: int) -> NDArray[np.float32]:
    """Return the first principal components; all features if they are few."""
    # Imported here: it takes a second and 70 MB, which the pages shall not spend.
    from sklearn.decomposition import PCA  # noqa: PLC0415

    if min(features.shape) <= NUM_COMPONENTS:
        return features
    solver = PCA(NUM_COMPONENTS, svd_solver="randomized", random_state=seed)
    reduced: NDArray[np.float32] = solver.fit_transform(features)
    return reduced

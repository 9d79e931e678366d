"""The task that lays the images of a data set out by t-SNE."""

from typing import ClassVar

import numpy as np

from core.datasets.exploring import chunks, components, maps, orders
from core.jobs.tasks import DatasetTask, TaskContext
from core.types import SplitName


class MapImages(DatasetTask):
    """Lay up to 20,000 images out so that those that look alike are neighbours.

    Attributes:
        part: Which images.
        seed: Chooses which of them, and where they start.
    """

    kind: ClassVar[str] = "image-map"
    title: ClassVar[str] = "Map"

    part: SplitName
    seed: int = 0

    def work(self, context: TaskContext) -> None:
        """Compute the points; see `Task.work`."""
        dataset = self.dataset()
        split = dataset.part(self.part)

        def report(share: float) -> None:
            context.report(share, "laying the images out")

        space = components.fit(dataset.train.images, chunks.part(report, 0, 0.2))
        indices = orders.stratified_sample(
            split.labels, count=maps.MAX_POINTS, seed=self.seed
        )
        codes = components.encode(split.images[indices], space)
        points = maps.tsne(codes, seed=self.seed, report=chunks.part(report, 0.2, 1))
        context.attach_arrays(self, points=points, indices=np.asarray(indices))

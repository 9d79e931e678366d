"""The task that asks a run about the images that it learned from.

Their features are what the nearest training images of another image are found by, and
their predictions show what the network has not learned, or what is mislabelled.
"""

from typing import ClassVar

import numpy as np

from core.jobs.tasks import Task, TaskContext
from core.runs import run_dataset


class PredictTraining(Task):
    """Keep what a run says about the training images, and their features.

    It leaves `probabilities`, float32 of shape (n, classes), and `features`, float16
    of shape (n, units), of all training images in order.
    """

    kind: ClassVar[str] = "training-images"
    title: ClassVar[str] = "Predictions for the training images"

    def work(self, context: TaskContext) -> None:
        """Predict, and leave the arrays with the run; see `Task.work`."""
        # They import TensorFlow.
        from core.training import trained_model  # noqa: PLC0415
        from core.training.train import predict  # noqa: PLC0415

        run = context.store.get(self.subject)
        dataset = run_dataset.dataset_of(run)
        model = trained_model.load(
            context.store.artifact(run.id, "model.keras"),
            run.config,
            dataset.spec.dimensions,
        )
        text = f"classifying {len(dataset.train.labels):,} training images"
        said = predict(
            model, dataset.train, lambda share: context.report(0.9 * share, text)
        )
        context.report(0.9, "saving them")
        context.attach_arrays(
            self,
            probabilities=said.probabilities,
            features=said.features.astype(np.float16),
        )

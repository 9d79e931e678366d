"""How a run learned, in a terminal."""

import argparse
from collections.abc import Mapping

from core.errors import ArtifactError
from core.evaluation import learning
from core.records import Run
from core.runs import run_dataset
from core.runs.store import RunStore

MAX_IMAGES = 50


def analyse(
    store: RunStore,
    run: Run,
    options: argparse.Namespace,
) -> Mapping[str, object]:
    """Tell which validation images were learned late, forgotten, or never learned."""
    said = store.validation(run.id)
    if said is None or not len(said.by_epoch):
        message = (
            f"Expected predictions of {run.name} after each epoch, but it has none: "
            "nothing was held out, an earlier version trained it, or it is an "
            "ensemble. Train a run with a validation split."
        )
        raise ArtifactError(message)
    followed = learning.follow(said.labels, said.by_epoch)
    classes = run_dataset.spec_of(store, run).classes
    found: dict[str, object] = {
        "epochs": followed.num_epochs,
        "validation_images": len(said.labels),
    }
    for kind in learning.KINDS:
        indices = said.indices[followed.of(kind)]
        name = kind.replace(" ", "_")
        found[f"num_{name}"] = len(indices)
        found[name] = indices[:MAX_IMAGES].tolist()
    if options.json:
        by_class = learning.class_accuracy(
            said.labels, said.by_epoch, num_classes=len(classes)
        )
        found["classes"] = classes
        found["class_accuracy"] = by_class.tolist()
    return found

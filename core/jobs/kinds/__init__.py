"""The kinds of task. A new one is a module here and a line in one of the lists."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from core.errors import SchemaError
from core.jobs.kinds.download import Download
from core.jobs.kinds.ensemble import Combine
from core.jobs.kinds.evaluate import Evaluate
from core.jobs.kinds.export import Export
from core.jobs.kinds.fine_tune import FineTune
from core.jobs.kinds.image_map import MapImages
from core.jobs.kinds.importing import Import
from core.jobs.kinds.keep import Keep
from core.jobs.kinds.label_check import CheckLabels
from core.jobs.kinds.novelty import FitNovelty
from core.jobs.kinds.projection import Project
from core.jobs.kinds.robustness import MeasureRobustness
from core.jobs.kinds.summary import Summarise
from core.jobs.kinds.train import Train
from core.jobs.kinds.training_images import PredictTraining
from core.jobs.kinds.trial import Trial
from core.jobs.kinds.version import MakeVersion
from core.jobs.tasks import Task
from core.records import Job, Run

if TYPE_CHECKING:
    from core.runs.store import RunStore

ANALYSES: Final[Mapping[str, type[Task]]] = {
    each.kind: each
    for each in (
        Project,
        PredictTraining,
        MeasureRobustness,
        CheckLabels,
        FitNovelty,
    )
}
"""Those that find something out about a run, which is all that they need to know."""

DATASET_KINDS: Final[Mapping[str, type[Task]]] = {
    each.kind: each
    for each in (Download, Import, Export, Summarise, MapImages, MakeVersion)
}
"""Those about a data set; none of them needs TensorFlow."""

KINDS: Final[Mapping[str, type[Task]]] = {
    Train.kind: Train,
    Combine.kind: Combine,
    Evaluate.kind: Evaluate,
    FineTune.kind: FineTune,
    Trial.kind: Trial,
    Keep.kind: Keep,
    **ANALYSES,
    **DATASET_KINDS,
}


def task_of(store: "RunStore", job: Job) -> Task:
    """Return what a job is to do.

    Args:
        store: Where it is kept.
        job: Any job; a run of the first version is told by its configuration alone.

    Raises:
        SchemaError: If this version does not know such work, or its record is damaged.
    """
    kind = KINDS.get(job.kind)
    if kind is None:
        message = (
            f"Expected a task of a kind that this version knows ({', '.join(KINDS)}), "
            f"got {job.kind!r}. It comes from another version of Inklab: use that one."
        )
        raise SchemaError(message)
    document = store.document(job.id)
    if document or not isinstance(job, Run):
        return kind.from_document(document)
    if job.members:
        return Combine(members=job.members)
    return Train(config=job.training, parent=job.parent)

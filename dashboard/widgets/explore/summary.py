"""The summary of a data set: computed once, for everybody, when it is first looked at."""

from core.datasets.arrays import Dataset
from core.datasets.exploring.summary import DatasetSummary
from core.jobs.kinds.summary import Summarise
from dashboard import results, services
from dashboard.widgets.common import analysis


def of(dataset: Dataset) -> DatasetSummary | None:
    """Return the summary of a data set; begin to make it, and show how far it is."""
    task = Summarise(subject=dataset.spec.name, fingerprint=dataset.fingerprint)
    if services.dataset_result(task) is None:
        services.submit(task, name=f"Summary of {dataset.spec.title}")
    folder = analysis.result_about(
        task,
        title=dataset.spec.title,
        offer="Averages, orders, duplicates and the map need a look at every image. "
        "It takes some seconds, for a million images some minutes, and is kept.",
    )
    return None if folder is None else results.summary(folder)

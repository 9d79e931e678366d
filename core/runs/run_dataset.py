"""The data set of a run: the one of that name, or what the run remembers of it."""

from typing import TYPE_CHECKING

from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec, read_spec, write_spec
from core.datasets.store import Dataset
from core.errors import ArtifactError, DatasetError, UnknownDatasetError
from core.records import DATASET, Run

if TYPE_CHECKING:
    from core.runs.store import RunStore


def is_here(run: Run) -> bool:
    """Tell whether the images that a run learned from are in this home."""
    try:
        fingerprint = catalog.fingerprint_of(run.config.dataset)
    except DatasetError:
        return False
    # A bundled data set has one fingerprint, and old runs have noted none.
    return fingerprint is None or run.fingerprint in ("", fingerprint)


def spec_of(store: "RunStore", run: Run) -> DatasetSpec:
    """Return the description of the data set of a run, even if that one is gone.

    Raises:
        UnknownDatasetError: If it is gone, and the run remembers nothing of it.
    """
    if is_here(run):
        return catalog.spec(run.config.dataset)
    try:
        text = store.artifact(run.id, DATASET).read_text("utf-8")
        return read_spec(text)
    except (ArtifactError, DatasetError, OSError, UnicodeDecodeError) as error:
        message = (
            f"Expected the data set {run.config.dataset} of run {run.name}, but it is "
            "not in this home, or another one has its name. Import it again."
        )
        raise UnknownDatasetError(message) from error


def note(store: "RunStore", run_id: str, spec: DatasetSpec) -> None:
    """Keep with a run that was just asked for which data set it is to learn from.

    Its fingerprint is noted when it begins, because the data set may be another one
    by then.
    """
    store.note_dataset(run_id, write_spec(spec))


def fingerprint_of(run: Run) -> str:
    """Return the fingerprint of the data set that a run learned from.

    Old runs have noted none: it is that of the bundled data set of that name then, or
    empty if it is not known.
    """
    if run.fingerprint or not is_here(run):
        return run.fingerprint
    return dataset_of(run).fingerprint


def dataset_of(run: Run) -> Dataset:
    """Open the data set that a run learned from.

    Raises:
        UnknownDatasetError: If it is gone, or another one has its name now.
        DatasetFileError: If it is damaged.
    """
    if is_here(run):
        return datasets.load(run.config.dataset)
    message = (
        f"Expected the images of {run.config.dataset}, which run {run.name} learned "
        "from, but they are not in this home, or another data set has their name. "
        "Get or import that data set again."
    )
    raise UnknownDatasetError(message)

"""The files of a run: what its worker saved, and what analyses left with it."""

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient
from numpy.typing import NDArray

from core.errors import ArtifactError
from core.evaluation import checks
from core.files import reading_arrays
from core.predictions import PREDICTIONS, VALIDATION, Predictions, Validation
from core.records import ARRAYS, Attachment
from core.runs import attachments, database, file_cache, server
from core.runs.mlflow_mapping import plain_errors

DOCUMENT: Final = "task.json"
"""The file of a job that says what its work is: MLflow cuts tags off."""

_ASK_SECONDS: Final = 2.0


class RunFiles:
    """The part of the run store that reads files."""

    _uri: str
    _client: MlflowClient

    def artifact(self, run_id: str, name: str) -> Path:
        """Return a file of a run as a local path.

        Raises:
            ArtifactError: If the run has no such file.
        """
        with plain_errors():
            try:
                uri = self._client.get_run(run_id).info.artifact_uri
                folder = database.folder_of(run_id, uri)
                if folder is None:
                    return file_cache.file_of(self._client, run_id, name)
                return (folder / name).resolve(strict=True)
            except (OSError, MlflowException) as error:
                # That it is not there has to be said by a server that answers.
                server.wait_for(self._uri, seconds=_ASK_SECONDS)
                message = (
                    f"Expected {name} among the files of run {run_id}, but it is "
                    "missing. Delete this run and train it again."
                )
                raise ArtifactError(message) from error

    def predictions(self, run_id: str) -> Predictions:
        """Return what a finished run's model said about the test images.

        Raises:
            ArtifactError: If they are missing or damaged.
        """
        return Predictions.load(self.artifact(run_id, PREDICTIONS))

    def validation(self, run_id: str) -> Validation | None:
        """Return what a finished run's model said about the validation images.

        Returns:
            None if it has none: nothing was held out, an earlier version trained it,
            or it is an ensemble whose members were not validated with the same images.

        Raises:
            ArtifactError: If they are damaged.
        """
        try:
            path = self.artifact(run_id, VALIDATION)
        except ArtifactError:
            return None
        found = Validation.load(path)
        try:
            _check_validation(found)
        except ValueError as error:
            message = (
                f"Expected what run {run_id} says about its validation images, but it "
                f"is damaged: {error} Train the run again."
            )
            raise ArtifactError(message) from error
        return found

    def document(self, job_id: str) -> str:
        """Return what decides the work of a job, as JSON; empty if only its tags do."""
        try:
            return self.artifact(job_id, DOCUMENT).read_text(encoding="utf-8")
        except (OSError, ArtifactError, UnicodeDecodeError):
            return ""

    def attachments(self, run_id: str) -> tuple[Attachment, ...]:
        """Return what other work left with a run; its files are among the run's."""
        with plain_errors():
            address = self._client.get_run(run_id).info.artifact_uri
            folder = database.folder_of(run_id, address)
            names = attachments.names_of(self._client, run_id, folder)
        found = (attachments.read(self, run_id, name) for name in names)
        return tuple(filter(None, found))

    def attachment(self, run_id: str, name: str, *, key: str) -> Attachment | None:
        """Return what an analysis left with a run, if it can be used.

        What was made otherwise or is damaged has to be made anew, and is None.

        Args:
            run_id: The run.
            name: Of the analysis.
            key: Of the work that would make it now; see `TaskRecord`.
        """
        found = attachments.read(self, run_id, name)
        if found is None or found.key != key:
            return None
        paths = map(found.path_of, found.files)
        return found if all(self._is_whole(run_id, path) for path in paths) else None

    def arrays(self, run_id: str, made: Attachment) -> Mapping[str, NDArray[Any]]:
        """Return the arrays that an analysis left with a run, by name.

        Raises:
            ArtifactError: If they are missing or damaged.
        """
        damage = (
            f"Expected the arrays of an analysis ({made.title}) with run {run_id}, but "
            "their file is missing or damaged. Delete the run and train it again."
        )
        path = self.artifact(run_id, made.path_of(ARRAYS))
        with reading_arrays(path, damage=damage) as arrays:
            return dict(arrays)

    def _is_whole(self, run_id: str, name: str) -> bool:
        try:
            path = self.artifact(run_id, name)
        except ArtifactError:
            return False
        # An archive ends with its list of contents: half a file has none.
        return path.suffix != ".npz" or zipfile.is_zipfile(path)


def _check_validation(found: Validation) -> None:
    """Check that all arrays are about the same images and classes.

    Raises:
        ValueError: If they are not.
    """
    if found.labels.shape == (0,):
        return
    checks.check_predictions(found.labels, found.probabilities)
    num_images, num_classes = found.probabilities.shape
    indices, by_epoch = found.indices, found.by_epoch
    if indices.shape != (num_images,) or by_epoch.shape[1:] != (num_images,):
        message = (
            f"Expected positions of {num_images:,} images and their classes after each "
            f"epoch, got arrays of shape {indices.shape} and {by_epoch.shape}."
        )
        raise ValueError(message)
    for each in by_epoch:
        checks.check_labels(each, num_images=num_images, num_classes=num_classes)

"""Data sets in the run store, for workers on machines that do not have them.

Each is a run of MLflow's in an experiment of its own, found by the fingerprint. Its
files are the folder of the data set as a zip, cut in pieces that one request carries.
"""

import contextlib
import shutil
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from core import files, settings
from core.datasets import arrays, catalog
from core.datasets import store as datasets
from core.errors import DatasetFileError
from core.runs.mlflow_mapping import FINGERPRINT_TAG, plain_errors

EXPERIMENT: Final = "inklab-datasets"
PIECE_BYTES: Final = 32_000_000
UNUSED_SECONDS: Final = 30 * 24 * 3600.0
"""After so long without use, a copy that a worker fetched is removed."""

_FOLDER: Final = "fetched"
_ALIVE_TAG: Final = "inklab.heartbeat"
_FILES: Final = frozenset(
    {
        catalog.CARD,
        *(
            f"{part}_{kind}.npy"
            for part in arrays.PARTS
            for kind in ("images", "labels")
        ),
    }
)


@dataclass(frozen=True)
class Offer:
    """What the run store has of a data set.

    Attributes:
        id: Of its run.
        is_whole: Whether all of it is there.
        sign: Changes as long as somebody is about to put it there.
    """

    id: str
    is_whole: bool
    sign: str


class SharedDatasets:
    """The data sets of one run store.

    Args:
        uri: Address of the store, as MLflow takes it.
    """

    def __init__(self, uri: str) -> None:
        with plain_errors():
            self._client = MlflowClient(tracking_uri=uri)
            self._experiment = self._find_or_create_experiment()

    def find(self, fingerprint: str) -> Offer | None:
        """Return what there is of a data set: the whole of it, or the newest try."""
        with plain_errors():
            found = self._client.search_runs(
                [self._experiment],
                f"tags.`{FINGERPRINT_TAG}` = '{fingerprint}'",
                order_by=["attributes.start_time DESC"],
                max_results=20,
            )
        offers = [_offer_of(run) for run in found if run.info.status != "FAILED"]
        whole = (each for each in offers if each.is_whole)
        return next(whole, next(iter(offers), None))

    @settings.changes
    def put(self, name: str, fingerprint: str) -> None:
        """Put a data set of this home there, unless it is there already.

        Args:
            name: Its name.
            fingerprint: Its fingerprint.

        Raises:
            DatasetError: If there is none, or another one has its name.
            RunStoreError: If the store does not take it.
        """
        found = self.find(fingerprint)
        if found is not None and found.is_whole:
            return
        tags = {FINGERPRINT_TAG: fingerprint, "mlflow.runName": name}
        with plain_errors():
            made = self._client.create_run(self._experiment, tags=tags).info.run_id
            try:
                with _scratch() as folder:
                    _pack(_folder_of(name, fingerprint), folder / "data.zip")
                    self._put_pieces(made, folder / "data.zip")
                self._client.set_terminated(made, "FINISHED")
            except BaseException:
                with contextlib.suppress(Exception):
                    self._client.set_terminated(made, "FAILED")
                raise

    def get(
        self, name: str, offer: Offer, *, fingerprint: str, check: Callable[[], None]
    ) -> Path:
        """Fetch a data set into this home, unless it was fetched before.

        Args:
            name: Its name.
            offer: What the store has of it; the whole.
            fingerprint: Its fingerprint.
            check: Called between the pieces; may raise to give up.

        Returns:
            Its folder.

        Raises:
            DatasetFileError: If what comes is not what it should be.
            RunStoreError: If the store does not answer.
        """
        target = folder_of(name, fingerprint)
        with plain_errors(), _scratch() as folder:
            with (folder / "data.zip").open("wb") as whole:
                for path in self._pieces(offer.id):
                    check()
                    piece = self._client.download_artifacts(offer.id, path, str(folder))
                    _append(Path(piece), whole)
            with files.creating_folder(target) as temporary:
                _unpack(folder / "data.zip", temporary, name)
        self._verify(name, target, fingerprint)
        return target

    def _find_or_create_experiment(self) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is None:
            try:
                return str(self._client.create_experiment(EXPERIMENT))
            except MlflowException:
                # Another process may have created it since we looked.
                found = self._client.get_experiment_by_name(EXPERIMENT)
                if found is None:
                    raise
        return str(found.experiment_id)

    def _put_pieces(self, run_id: str, whole: Path) -> None:
        with whole.open("rb") as stream:
            number = 0
            while content := stream.read(PIECE_BYTES):
                piece = whole.with_name(f"piece-{number:05}")
                piece.write_bytes(content)
                self._client.log_artifact(run_id, str(piece))
                self._client.set_tag(run_id, _ALIVE_TAG, str(time.time()))
                piece.unlink()
                number += 1

    def _pieces(self, run_id: str) -> list[str]:
        return sorted(each.path for each in self._client.list_artifacts(run_id))

    def _verify(self, name: str, folder: Path, fingerprint: str) -> None:
        with catalog.lying_in({name: folder}):
            found = arrays.fingerprint(datasets.load(name))
        if found != fingerprint:
            shutil.rmtree(folder, ignore_errors=True)
            message = (
                f"Expected {name} with the fingerprint {fingerprint} from the run "
                f"store, got {found}. Delete its run in the experiment {EXPERIMENT} "
                "of the tracking server, and start this run again."
            )
            raise DatasetFileError(message)


def folder_of(name: str, fingerprint: str) -> Path:
    """Return where a data set lies that was fetched; it need not be there."""
    return settings.home() / _FOLDER / fingerprint / name


def sweep() -> None:
    """Remove what was fetched and is not used any more."""
    latest = time.time() - UNUSED_SECONDS
    for folder in (settings.home() / _FOLDER).glob("*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < latest:
                shutil.rmtree(folder, ignore_errors=True)


def _offer_of(run: MlflowRun) -> Offer:
    sign = run.data.tags.get(_ALIVE_TAG, "")
    is_whole = run.info.status == "FINISHED"
    return Offer(run.info.run_id, is_whole=is_whole, sign=f"{run.info.run_id} {sign}")


def _folder_of(name: str, fingerprint: str) -> Path:
    if catalog.card(name).fingerprint != fingerprint:
        message = (
            f"Expected {name} with the fingerprint {fingerprint}, but another data "
            "set has its name now. Start the run again."
        )
        raise DatasetFileError(message)
    return catalog.folder_of(name)


@contextlib.contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=settings.home(), prefix=".run-") as folder:
        yield Path(folder)


def _pack(folder: Path, path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted(_FILES):
            archive.write(folder / name, name)


def _unpack(path: Path, folder: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for each in _FILES:
                archive.extract(each, folder)
    except (*files.DAMAGED, EOFError) as error:
        message = (
            f"Expected the data set {name} in the run store, got a damaged file "
            f"({error}). Start the run again."
        )
        raise DatasetFileError(message) from error


def _append(piece: Path, whole: IO[bytes]) -> None:
    with piece.open("rb") as stream:
        shutil.copyfileobj(stream, whole)
    piece.unlink()

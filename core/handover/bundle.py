"""Pack a finished run into one zip that needs no Inklab.

Everything in it is read from the run store, without TensorFlow. The same run
gives the same bytes: no clock is read, and no owner is named but by the log.
"""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from core.errors import ArtifactError, BundleError
from core.evaluation import metrics
from core.files import creating_file
from core.handover.markdown import literal
from core.handover.script import script_of
from core.handover.tables import number_cell, text_cell
from core.predictions import Predictions
from core.records import (
    ANALYSES,
    ENSEMBLE,
    FINE_TUNE,
    HANDWRITING,
    Attachment,
    History,
    Run,
)
from core.runs import run_dataset
from core.runs.logs import LOG

if TYPE_CHECKING:
    from core.runs.store import RunStore

CONTENTS: Final = {
    "model.keras": "the network; `keras.models.load_model` opens it",
    "model.tflite": "the same for LiteRT, on phones and small devices",
    "model.onnx": "the same for ONNX Runtime, in browsers and other languages",
    "config.json": "the recipe, as Inklab reads it",
    "history.csv": "loss (nats) and accuracy (0 to 1) after each epoch",
    "predictions.csv": "the probability of each class for every test image",
    LOG: "the log of the training",
    "card.md": "this model card",
    "reproduce.py": "a plain Keras script that repeats the training",
}
"""The files of an archive, in order, and what they are."""

_OF_FINE_TUNING: Final = {
    HANDWRITING: "ids of the drawings that it was fine-tuned on, and what came of it"
}

_STORED: Final = ("model.keras", "model.tflite", "model.onnx", "config.json")
_LATER: Final = ("model.onnx", LOG, HANDWRITING)
"""Runs of the first versions, or that were not fine-tuned, have none of these."""

_SCRIPT: Final = "reproduce.py"
"""An ensemble was not trained itself; the archives of its members have one each. What
a fine-tuning began with is no recipe: the archive of that run has its script."""

_UNSCRIPTED: Final = (ENSEMBLE, FINE_TUNE)

_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16
_UNIX: Final = 3
_LONGEST_NAME: Final = 40


def file_name(run: Run) -> str:
    """Name the archive of a run, so that any system takes it as a file name."""
    safe = re.sub(r"[^\w.-]+", "-", run.name)[:_LONGEST_NAME].strip("-._")
    return f"{safe or 'run'}-{run.id[:8]}.zip"


def write_bundle(
    store: "RunStore", run_id: str, path: Path, *, replace: bool = False
) -> None:
    """Write the archive of a run that has a model.

    Args:
        store: Where the run is.
        run_id: Its id, or `latest`.
        path: The zip to write, in a folder that exists.
        replace: Whether a file that is already there may be replaced.

    Raises:
        UnknownRunError: If there is no such run, or it has no model.
        UnknownDatasetError: If its data set is not there any more.
        ArtifactError: If a file of the run is missing or damaged.
        BundleError: If the archive cannot be written, or is already there.
    """
    run = store.with_model(run_id)
    if not replace and path.exists():
        message = (
            f"Expected a new file, but {path} is already there. "
            "Choose another name, or replace it with --force."
        )
        raise BundleError(message)
    try:
        with (
            creating_file(path) as temporary,
            zipfile.ZipFile(temporary, "w") as archive,
        ):
            _fill(archive, store, run)
    except OSError as error:
        message = (
            f"Expected to write {path}, but: {error.strerror or error}. "
            "Choose a folder that exists, is writable and has free space."
        )
        raise BundleError(message) from error


def _fill(archive: zipfile.ZipFile, store: "RunStore", run: Run) -> None:
    spec = run_dataset.spec_of(store, run)
    missing = [name for name in _STORED if not _copy(archive, store, run.id, name)]
    with _text(archive, "history.csv") as file:
        csv.writer(file).writerows(_history_rows(store.history(run.id)))
    with _text(archive, "predictions.csv") as file:
        predictions = store.predictions(run.id)
        csv.writer(file).writerows(_prediction_rows(predictions, spec.classes))
    unscripted = [_SCRIPT] if run.kind in _UNSCRIPTED else []
    unlogged = [
        name
        for name in (LOG, *_OF_FINE_TUNING)
        if not _copy(archive, store, run.id, name)
    ]
    attached = store.attachments(run.id)
    names = [each.path_of(name) for each in attached for name in each.files]
    lost = [name for name in names if not _copy(archive, store, run.id, name)]
    with _text(archive, "card.md") as file:
        card = store.artifact(run.id, "card.md").read_text(encoding="utf-8")
        files = _list_of_files(missing, [*unscripted, *unlogged, *lost], attached)
        file.write(f"{card.rstrip()}\n\n{files}")
    if run.kind in _UNSCRIPTED:
        return
    with _text(archive, _SCRIPT) as file:
        file.write(script_of(run, spec))


def _copy(archive: zipfile.ZipFile, store: "RunStore", run_id: str, name: str) -> bool:
    """Copy a file of the run; False if it is not there, and may be missing."""
    try:
        path = store.artifact(run_id, name)
    except ArtifactError:
        if name in _LATER or name.startswith(ANALYSES):
            return False
        raise
    with path.open("rb") as source, archive.open(_entry(name), "w") as target:
        shutil.copyfileobj(source, target)
    return True


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _EARLIEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _READABLE
    return entry


def _text(archive: zipfile.ZipFile, name: str) -> IO[str]:
    """Open a text file in the archive, written as it comes."""
    # A table may grow beyond the 2 GB that an entry has room for unless told.
    binary = archive.open(_entry(name), "w", force_zip64=True)
    return io.TextIOWrapper(binary, encoding="utf-8", newline="")


def _history_rows(history: History) -> Iterator[Sequence[object]]:
    yield "epoch", "loss", "accuracy", "val_loss", "val_accuracy"
    nothing = ("",) * history.num_epochs
    scores = (history.loss, history.accuracy, history.val_loss, history.val_accuracy)
    columns = [tuple(map(number_cell, values)) or nothing for values in scores]
    for epoch, row in enumerate(zip(*columns, strict=True), start=1):
        yield epoch, *row


def _prediction_rows(
    predictions: Predictions, classes: Sequence[str]
) -> Iterator[Sequence[object]]:
    classes = [text_cell(name) for name in classes]
    yield "index", "label", "prediction", *classes
    predicted = metrics.predicted_classes(predictions.probabilities)
    both = zip(predictions.labels, predicted, strict=True)
    for index, (label, guess) in enumerate(both):
        shares = map(number_cell, predictions.probabilities[index])
        yield index, classes[label], classes[guess], *shares


def _list_of_files(
    missing: Iterable[str], absent: Iterable[str], attached: Sequence[Attachment]
) -> str:
    without = {*missing, *absent}
    analyses = {
        each.path_of(name): f"analysis: {literal(each.title)}"
        for each in attached
        for name in each.files
    }
    rows = "\n".join(
        f"| `{name}` | {what} |"
        for name, what in {**CONTENTS, **_OF_FINE_TUNING, **analyses}.items()
        if name not in without
    )
    remarks = "".join(
        f"\n`{name}` is missing: the run was made before Inklab wrote such files. "
        "Train it again to get one.\n"
        for name in missing
    )
    return f"## Files\n\n| file | what it is |\n|---|---|\n{rows}\n{remarks}"

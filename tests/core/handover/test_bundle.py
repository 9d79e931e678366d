"""The archive of a run: complete, the same each time, and never half written."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.config import EnsembleConfig, MlpConfig, TrainingConfig
from core.errors import ArtifactError, BundleError, UnknownRunError
from core.handover import bundle
from core.predictions import Predictions
from core.records import History, Run, RunScores
from core.runs.store import RunStore
from tests.small_data import progress, write_predictions

SCORES = RunScores(test_accuracy=0.5, test_size=3, train_seconds=1.0)
HISTORY = History(
    loss=(0.5, 0.25),
    accuracy=(0.75, 0.875),
    val_loss=(0.6, 0.3),
    val_accuracy=(0.7, 0.8),
)


def predictions() -> Predictions:
    """Make what a model says about three images of ten classes."""
    probabilities = np.full((3, 10), 0.01, np.float32)
    probabilities[[0, 1, 2], [3, 4, 5]] = np.float32(1) / np.float32(3)
    return Predictions(
        labels=np.array([3, 4, 9], np.uint8),
        probabilities=probabilities,
        features=np.zeros((3, 1), np.float32),
    )


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Write the files that a worker keeps with a run."""
    folder = tmp_path / "files"
    write_predictions(folder, predictions())
    (folder / "config.json").write_text(TrainingConfig().to_json())
    (folder / "card.md").write_text("# Card\n\nÉ\n", encoding="utf-8")
    (folder / "log.txt").write_text("Epoch 1 of 2\n", encoding="utf-8")
    for kind in ("keras", "tflite", "onnx"):
        (folder / f"model.{kind}").write_bytes(kind.encode() * 1000)
    return folder


def finished(store: RunStore, files: Path, history: History = HISTORY) -> Run:
    """Store a finished run without training."""
    run_id = store.create(TrainingConfig(), name="My run: 3/4 ½")
    store.start(run_id)
    store.log(run_id, [progress(1.0, history=history)])
    store.save_results(run_id, scores=SCORES, files=files)
    store.finish(run_id)
    return store.get(run_id)


def opened(store: RunStore, run: Run, path: Path) -> zipfile.ZipFile:
    """Write the archive of a run and open it."""
    bundle.write_bundle(store, run.id, path)
    return zipfile.ZipFile(path)


def rows(archive: zipfile.ZipFile, name: str) -> list[list[str]]:
    """Read a table of the archive."""
    return list(csv.reader(io.StringIO(archive.read(name).decode(), newline="")))


def test_all_that_was_promised_is_inside(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """And what the worker wrote is there byte by byte."""
    run = finished(run_store, files)

    with opened(run_store, run, tmp_path / "run.zip") as archive:
        assert archive.namelist() == list(bundle.CONTENTS)
        assert archive.testzip() is None
        for name in (
            "model.keras",
            "model.tflite",
            "model.onnx",
            "config.json",
            "log.txt",
        ):
            assert archive.read(name) == (files / name).read_bytes()
        card = archive.read("card.md").decode()
        assert card.startswith("# Card\n\nÉ\n\n## Files\n")
        assert all(f"| `{name}` |" in card for name in bundle.CONTENTS)
        assert "missing" not in card
        script = archive.read("reproduce.py").decode()
        compile(script, "reproduce.py", "exec")
        assert run.id in script


def test_the_tables_hold_every_epoch_and_every_image(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """With as many digits as it takes to get the same numbers back."""
    run = finished(run_store, files)

    with opened(run_store, run, tmp_path / "run.zip") as archive:
        epochs = rows(archive, "history.csv")
        head, *images = rows(archive, "predictions.csv")

    # A report holds the scores up to its epoch, and the store keeps the latest.
    assert epochs[0] == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert epochs[-1][1:] == ["0.25", "0.875", "0.3", "0.8"]
    assert head == ["index", "label", "prediction", *"0123456789"]
    assert [row[:3] for row in images] == [
        ["0", "3", "3"],
        ["1", "4", "4"],
        ["2", "9", "5"],
    ]
    read = np.array([row[3:] for row in images], np.float32)
    np.testing.assert_array_equal(read, predictions().probabilities)


def test_without_hold_out_the_columns_are_empty(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """A program that reads the table finds the same columns."""
    history = History(loss=(0.5,), accuracy=(0.75,))
    run = finished(run_store, files, history)

    with opened(run_store, run, tmp_path / "run.zip") as archive:
        assert rows(archive, "history.csv")[1] == ["1", "0.5", "0.75", "", ""]


def test_the_same_run_gives_the_same_bytes(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """So one can tell by a checksum whether two are the same."""
    run = finished(run_store, files)
    paths = [tmp_path / "first.zip", tmp_path / "second.zip"]

    for path in paths:
        os.utime(run_store.artifact(run.id, "model.keras"))
        bundle.write_bundle(run_store, run.id, path)

    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_an_older_run_says_what_it_lacks(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """Runs of the first versions have no ONNX file."""
    (files / "model.onnx").unlink()
    run = finished(run_store, files)

    with opened(run_store, run, tmp_path / "run.zip") as archive:
        names = set(archive.namelist())
        card = archive.read("card.md").decode()

    assert names == set(bundle.CONTENTS) - {"model.onnx"}
    assert "| `model.onnx` |" not in card
    assert "`model.onnx` is missing: the run was made before" in card


def test_a_run_that_lost_a_file_is_not_exported(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """An archive without it would look complete; nothing is left behind."""
    (files / "model.tflite").unlink()
    run = finished(run_store, files)
    target = tmp_path / "out"
    target.mkdir()

    with pytest.raises(ArtifactError, match=r"model\.tflite"):
        bundle.write_bundle(run_store, run.id, target / "run.zip")

    assert list(target.iterdir()) == []


def test_a_run_that_has_not_finished_is_refused(
    run_store: RunStore, tmp_path: Path
) -> None:
    """It has no model yet."""
    run_id = run_store.create(TrainingConfig(), name="waits")

    with pytest.raises(UnknownRunError, match="is queued"):
        bundle.write_bundle(run_store, run_id, tmp_path / "run.zip")


def test_a_file_is_replaced_only_on_demand(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """It may be the only copy of something."""
    run = finished(run_store, files)
    path = tmp_path / "run.zip"
    path.write_text("precious")

    with pytest.raises(BundleError, match="already there"):
        bundle.write_bundle(run_store, run.id, path)
    assert path.read_text() == "precious"

    bundle.write_bundle(run_store, run.id, path, replace=True)
    assert zipfile.is_zipfile(path)


def test_a_folder_that_is_not_there_is_said_plainly(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """With the path, the reason and what to do."""
    run = finished(run_store, files)
    path = tmp_path / "nowhere" / "run.zip"

    with pytest.raises(BundleError, match=r"nowhere.*No such file.*Choose a folder"):
        bundle.write_bundle(run_store, run.id, path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is full")
def test_a_full_disk_is_said_plainly_and_leaves_nothing(
    run_store: RunStore,
    files: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half an archive would be taken for a whole one."""
    run = finished(run_store, files)
    target = tmp_path / "out"
    target.mkdir()
    full = zipfile.ZipFile

    class OnFullDisk(full):
        """A zip on a device that takes nothing."""

        def __init__(self, path: Path, mode: str) -> None:
            path.symlink_to("/dev/full")
            super().__init__(path, mode)

    monkeypatch.setattr(zipfile, "ZipFile", OnFullDisk)
    with pytest.raises(BundleError, match="No space left"):
        bundle.write_bundle(run_store, run.id, target / "run.zip")

    assert list(target.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("lenet", "lenet-01234567.zip", id="plain"),
        pytest.param("../../etc/passwd", "etc-passwd-01234567.zip", id="path"),
        pytest.param("a:b*c?\n\x00", "a-b-c-01234567.zip", id="not on Windows"),
        pytest.param("...", "run-01234567.zip", id="nothing left"),
        pytest.param("Größe 5", "Größe-5-01234567.zip", id="letters of any language"),
        pytest.param("字" * 300, f"{'字' * 40}-01234567.zip", id="very long"),
    ],
)
def test_any_name_of_a_run_becomes_a_file_name(
    run_store: RunStore, name: str, expected: str
) -> None:
    """People call their runs as they like."""
    run_id = run_store.create(TrainingConfig(), name="any")
    run = run_store.get(run_id)
    fields = vars(run) | {"name": name, "id": "0123456789abcdef" * 2}

    assert bundle.file_name(Run(**fields)) == expected


def test_the_archive_is_of_plain_json_too(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """The recipe in it is the run's."""
    run = finished(run_store, files)

    with opened(run_store, run, tmp_path / "run.zip") as archive:
        text = archive.read("config.json").decode()

    assert json.loads(text)["schema"]
    assert TrainingConfig.from_json(text) == run.config


def test_the_archive_of_an_ensemble_has_no_script(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """Nothing was trained; its members have scripts of their own."""
    config = EnsembleConfig(members=(MlpConfig(), MlpConfig()))
    run_id = run_store.create(config, name="pair", members=["a", "b"])
    run_store.start(run_id)
    run_store.save_results(run_id, scores=SCORES, files=files)
    run_store.finish(run_id)

    with opened(run_store, run_store.get(run_id), tmp_path / "run.zip") as archive:
        names = archive.namelist()
        card = archive.read("card.md").decode()

    assert names == [name for name in bundle.CONTENTS if name != "reproduce.py"]
    assert "reproduce.py" not in card


def test_a_stopped_run_with_a_model_is_packed_and_its_script_says_so(
    run_store: RunStore, files: Path, tmp_path: Path
) -> None:
    """The script trains to the end, and so comes out elsewhere."""
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.start(run_id)
    run_store.stop(run_id, saving=True)
    run_store.save_results(run_id, scores=SCORES, files=files)

    with opened(run_store, run_store.get(run_id), tmp_path / "run.zip") as archive:
        script = archive.read("reproduce.py").decode()

    assert "stopped before its last epoch" in script

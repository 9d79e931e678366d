"""All there is to know of a data set, computed, saved and opened."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core.datasets.exploring import averages, measures, storage
from core.datasets.exploring.summary import DatasetSummary, summarise
from core.datasets.store import Split
from core.errors import DatasetError, DatasetFileError, TrainingStopped


def split(count: int, seed: int) -> Split:
    """Draw images of three classes, of which the first is rare."""
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 256, (count, 9, 12), dtype=np.uint8)
    labels = generator.choice(3, count, p=[0.02, 0.49, 0.49]).astype(np.uint8)
    return Split(images, labels)


TRAIN, TEST = split(200, 0), split(50, 1)


@pytest.fixture(scope="module")
def summary() -> DatasetSummary:
    """Summarise once for all tests."""
    return summarise(TRAIN, TEST, 4)


def test_a_summary_has_everything_of_both_splits(summary: DatasetSummary) -> None:
    """Its parts are what their own functions give."""
    for part, source in ((summary.train, TRAIN), (summary.test, TEST)):
        expected = measures.measure(source.images)
        assert part.counts.tolist() == np.bincount(source.labels, minlength=4).tolist()
        np.testing.assert_array_equal(
            part.means, averages.mean_images(source.images, source.labels, 4)
        )
        np.testing.assert_array_equal(
            part.deviations, averages.pixel_deviations(source.images, source.labels, 4)
        )
        np.testing.assert_array_equal(part.measures.thickness, expected.thickness)
        assert part.codes.shape == (len(source.images), 33)
        assert part.distances.shape == (len(source.images),)
        assert np.isfinite(part.distances).all()
        assert part.unusualness.min() < 0.05
        assert part.unusualness.max() > 0.95
    assert len(summary.duplicates.first_copies) == 250


def test_progress_grows_from_nothing_to_nearly_all() -> None:
    """A bar that goes back looks like a fault."""
    shares: list[float] = []

    summarise(TRAIN, TEST, 4, shares.append)

    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.9 < shares[-1] <= 1


def test_a_report_that_raises_ends_the_work() -> None:
    """That is how a summary is cancelled."""

    def stop(share: float) -> None:
        if share > 0.3:
            message = "stopped"
            raise TrainingStopped(message)

    with pytest.raises(TrainingStopped):
        summarise(TRAIN, TEST, 4, stop)


@pytest.mark.parametrize("value", [0, 255])
def test_images_that_are_all_the_same_can_be_summarised(value: int) -> None:
    """Blank or full: nothing is divided by 0, and all are copies."""
    images = np.full((6, 8, 16), value, dtype=np.uint8)
    same = Split(images, np.array([0, 1, 1, 1, 1, 1], dtype=np.uint8))

    found = summarise(same, same, 2)

    assert found.duplicates.num_exact == 11
    assert found.train.distances.tolist() == [0.0] * 6
    assert not found.train.deviations.any()


def test_one_image_can_be_summarised() -> None:
    """The smallest data set there is, without test images."""
    one = Split(TRAIN.images[:1], np.zeros(1, np.uint8))
    none = Split(TRAIN.images[:0], np.zeros(0, np.uint8))

    found = summarise(one, none, 1)

    assert found.train.distances.tolist() == [0.0]
    assert found.test.counts.tolist() == [0]


def test_no_training_images_are_refused() -> None:
    """There is nothing to find components in."""
    with pytest.raises(DatasetError, match="training images, got none"):
        summarise(Split(TRAIN.images[:0], TRAIN.labels[:0]), TEST, 4)


def test_splits_of_different_shapes_are_refused() -> None:
    """They are not of one data set."""
    other = Split(np.zeros((2, 12, 9), np.uint8), np.zeros(2, np.uint8))

    with pytest.raises(DatasetError, match=r"\(9, 12\).*got \(12, 9\)"):
        summarise(TRAIN, other, 4)


def test_a_saved_summary_is_opened_as_it_was(
    summary: DatasetSummary, tmp_path: Path
) -> None:
    """Every array, mapped from disk and read-only, and every number."""
    storage.save(summary, tmp_path / "summary")

    opened = storage.load(tmp_path / "summary")

    for part, source in ((opened.train, summary.train), (opened.test, summary.test)):
        np.testing.assert_array_equal(part.codes, source.codes)
        np.testing.assert_array_equal(part.measures.slant, source.measures.slant)
        np.testing.assert_array_equal(part.distances, source.distances)
    np.testing.assert_array_equal(opened.duplicates.pairs, summary.duplicates.pairs)
    assert opened.duplicates.num_train == 200
    assert isinstance(opened.train.codes, np.memmap)
    assert not opened.train.codes.flags.writeable


def test_saving_again_replaces_what_was_there(
    summary: DatasetSummary, tmp_path: Path
) -> None:
    """A summary that is made anew must not be thrown away for the old one."""
    storage.save(summarise(TRAIN, TRAIN, 4), tmp_path / "summary")

    storage.save(summary, tmp_path / "summary")

    assert len(storage.load(tmp_path / "summary").test.distances) == 50
    assert [path.name for path in tmp_path.iterdir()] == ["summary"]


def cut(folder: Path) -> None:
    """Shorten a file."""
    path = folder / "train.codes.npy"
    path.write_bytes(path.read_bytes()[:-100])


def remove(folder: Path) -> None:
    """Remove a file."""
    (folder / "test.means.npy").unlink()


def exchange(folder: Path) -> None:
    """Put a file in the place of another."""
    (folder / "test.distances.npy").replace(folder / "train.distances.npy")


def pickle(folder: Path) -> None:
    """Put objects where numbers were."""
    np.save(folder / "train.counts.npy", np.array([{}], dtype=object))


def forget(folder: Path) -> None:
    """Leave an array out of the index."""
    path = folder / "summary.json"
    index = json.loads(path.read_text("utf-8"))
    del index["arrays"]["components.mean"]
    path.write_text(json.dumps(index), "utf-8")


def scribble(folder: Path) -> None:
    """Write something else into the index."""
    (folder / "summary.json").write_text("[]", "utf-8")


@pytest.mark.parametrize("harm", [cut, remove, exchange, pickle, forget, scribble])
def test_a_damaged_summary_is_told(
    summary: DatasetSummary, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    """The remedy is always the same: compute it again."""
    storage.save(summary, tmp_path / "summary")
    harm(tmp_path / "summary")

    with pytest.raises(DatasetFileError, match="Compute the summary again"):
        storage.load(tmp_path / "summary")


def test_a_missing_summary_is_told(tmp_path: Path) -> None:
    """Before the first one is computed there is none."""
    with pytest.raises(DatasetFileError, match="whole summary"):
        storage.load(tmp_path / "summary")


def test_a_summary_of_another_schema_is_told(
    summary: DatasetSummary, tmp_path: Path
) -> None:
    """Its arrays may mean something else."""
    storage.save(summary, tmp_path / "summary")
    path = tmp_path / "summary" / "summary.json"
    path.write_text(path.read_text("utf-8").replace('"schema": 1', '"schema": 2'))

    with pytest.raises(DatasetFileError, match=r"schema 1 in .*, got 2"):
        storage.load(tmp_path / "summary")

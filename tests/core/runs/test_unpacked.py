"""Predictions that are mapped from a bounded cache."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import ArtifactError
from core.predictions import Predictions
from core.runs import unpacked

pytestmark = pytest.mark.usefixtures("home")


def made_up(seed: int = 0) -> Predictions:
    """Make the probabilities of 40 images of 62 classes."""
    generator = np.random.default_rng(seed)
    return Predictions(
        labels=generator.integers(0, 62, 40, dtype=np.uint8),
        probabilities=generator.random((40, 62), dtype=np.float32),
        features=np.ones((40, 2), np.float32),
    )


def packed(folder: Path, *, seed: int = 0) -> Path:
    """Write predictions as a worker does."""
    path = folder / f"{seed}.npz"
    made_up(seed).save(path)
    return path


@pytest.mark.parametrize("looks", [1, 2])
def test_mapped_predictions_are_exact(looks: int, tmp_path: Path) -> None:
    """Numbers on a page must not depend on who has looked before."""
    path = packed(tmp_path)

    found = [unpacked.load(path) for _ in range(looks)][-1]

    np.testing.assert_array_equal(found.probabilities, made_up().probabilities)
    np.testing.assert_array_equal(found.labels, made_up().labels)
    assert isinstance(found.probabilities, np.memmap)
    assert not found.probabilities.flags.writeable


def test_cache_is_bounded_and_what_left_it_can_still_be_read(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session may still show a run for which there was no more room."""
    monkeypatch.setattr(unpacked, "MAX_KEPT", 2)
    opened = [unpacked.load(packed(tmp_path, seed=seed)) for seed in range(4)]

    assert len(list((home / "cache" / "predictions").iterdir())) == 2
    for seed, found in enumerate(opened):
        np.testing.assert_array_equal(found.probabilities, made_up(seed).probabilities)


def test_damaged_cache_is_made_anew(home: Path, tmp_path: Path) -> None:
    path = packed(tmp_path)
    unpacked.load(path)
    (file,) = (home / "cache").rglob("probabilities.npy")
    file.write_bytes(file.read_bytes()[:500])

    found = unpacked.load(path)

    np.testing.assert_array_equal(found.probabilities, made_up().probabilities)


def test_cache_that_cannot_be_written_is_done_without(
    home: Path, tmp_path: Path
) -> None:
    """A full disk must not hide results that can be read."""
    home.mkdir(exist_ok=True)
    (home / "cache").write_text("in the way")

    found = unpacked.load(packed(tmp_path))

    np.testing.assert_array_equal(found.probabilities, made_up().probabilities)


@pytest.mark.parametrize("content", [b"", b"no archive"])
def test_damaged_predictions_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "0.npz"
    path.write_bytes(content)

    with pytest.raises(ArtifactError, match="damaged"):
        unpacked.load(path)

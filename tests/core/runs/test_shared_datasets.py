"""Data sets in the run store: another home gets the same images, or an error."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import settings
from core.datasets import arrays, catalog
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import DatasetFileError, UnknownDatasetError
from core.runs import shared_datasets
from core.runs.shared_datasets import SharedDatasets
from core.runs.store import RunStore
from tests.small_data import stripes


@pytest.fixture
def shared(run_store: RunStore, monkeypatch: pytest.MonkeyPatch) -> SharedDatasets:
    """Open the data sets of a run store; they are cut in many pieces."""
    assert run_store
    monkeypatch.setattr(shared_datasets, "PIECE_BYTES", 50_000)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", settings.tracking_uri())
    return SharedDatasets(settings.tracking_uri())


def make(name: str = "stripes", *, num: int = 200) -> Dataset:
    """Make a data set in the home."""
    made = stripes(num)
    with datasets.create(replace(made.spec, name=name)) as draft:
        for part in ("train", "test"):
            draft.content.append(part, made.part(part).images, made.part(part).labels)
    return datasets.load(name)


def move_to_another_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Be a worker on another machine."""
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "elsewhere"))


def test_another_home_gets_the_same_images(
    shared: SharedDatasets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = make()
    shared.put("stripes", ours.fingerprint)
    move_to_another_home(tmp_path, monkeypatch)
    offer = shared.find(ours.fingerprint)

    folder = shared.get(
        "stripes", offer, fingerprint=ours.fingerprint, check=lambda: None
    )

    with catalog.lying_in({"stripes": folder}):
        theirs = datasets.load("stripes")
        assert theirs == ours
        assert arrays.fingerprint(theirs) == ours.fingerprint
        np.testing.assert_array_equal(theirs.train.images, ours.train.images)
    with pytest.raises(UnknownDatasetError):
        datasets.load("stripes")


def test_what_was_fetched_goes_before_another_one_of_that_name(
    shared: SharedDatasets, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker may have its own; it is left alone."""
    ours = make()
    shared.put("stripes", ours.fingerprint)
    move_to_another_home(tmp_path, monkeypatch)
    other = make(num=240)

    offer = shared.find(ours.fingerprint)
    folder = shared.get(
        "stripes", offer, fingerprint=ours.fingerprint, check=lambda: None
    )

    with catalog.lying_in({"stripes": folder}):
        assert datasets.load("stripes").fingerprint == ours.fingerprint
    assert datasets.load("stripes").fingerprint == other.fingerprint


def test_data_set_is_put_there_once(shared: SharedDatasets) -> None:
    ours = make()
    shared.put("stripes", ours.fingerprint)
    first = shared.find(ours.fingerprint)

    shared.put("stripes", ours.fingerprint)

    assert shared.find(ours.fingerprint) == first
    assert first.is_whole


def test_other_images_than_expected_are_refused(shared: SharedDatasets) -> None:
    """Whatever went wrong on the way, nothing is trained on them."""
    ours = make()
    shared.put("stripes", ours.fingerprint)
    offer = shared.find(ours.fingerprint)

    with pytest.raises(DatasetFileError, match=r"fingerprint f00 .*, got "):
        shared.get("stripes", offer, fingerprint="f00", check=lambda: None)

    assert not shared_datasets.folder_of("stripes", "f00").exists()


def test_data_set_that_changed_meanwhile_is_not_put_there(
    shared: SharedDatasets,
) -> None:
    """Its name may be another one's by the time it is read; the try has failed."""
    make()

    with pytest.raises(DatasetFileError, match="another data set has its name"):
        shared.put("stripes", "f00")

    assert shared.find("f00") is None

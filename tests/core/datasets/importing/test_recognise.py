"""Telling what lies there, and what does not."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError, SeveralSetsError


def test_what_is_not_understood_is_told_with_what_is(tmp_path: Path) -> None:
    """One learns what was found, and what could have been."""
    for name in ("a.docx", "b.docx", "c.txt"):
        (tmp_path / name).write_bytes(b"text")

    with pytest.raises(
        DatasetFileError, match=r"2 x \.docx, 1 x \.txt.*Understood are"
    ):
        recognise([tmp_path])


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    """An empty list would look like a defect."""
    with pytest.raises(DatasetFileError, match="got: no files"):
        recognise([tmp_path])


def test_of_several_sets_the_names_are_given_to_choose_from(tmp_path: Path) -> None:
    """The page offers them; the error may come from another process."""
    images = np.zeros((4, 9, 9), np.uint8)
    for name in ("one", "two"):
        np.savez(tmp_path / f"{name}.npz", x_train=images, y_train=[0, 0, 1, 1])

    with pytest.raises(SeveralSetsError, match="got 2 that lie there") as raised:
        recognise([tmp_path])

    travelled = pickle.loads(pickle.dumps(raised.value))  # noqa: S301 - made here
    assert travelled.names == (f"{tmp_path.name}/one", f"{tmp_path.name}/two")
    assert str(travelled) == str(raised.value)


def test_a_zip_in_a_zip_is_not_opened(tmp_path: Path) -> None:
    """A bomb may be packed so; the remedy is to unpack the outer one."""
    with zipfile.ZipFile(tmp_path / "outer.zip", "w") as archive:
        archive.writestr("inner.zip", b"PK")

    with pytest.raises(DatasetFileError, match="give the inner"):
        recognise([tmp_path / "outer.zip"])


@pytest.mark.parametrize("share", [0.0, 0.6])
def test_a_test_share_out_of_range_is_refused(share: float) -> None:
    """Half of each class is the most that leaves it something to learn from."""
    with pytest.raises(DatasetFileError, match=r"0\.01 to 0\.5"):
        ImportOptions(test_share=share)


def test_an_image_size_out_of_range_is_refused() -> None:
    """Networks here are made for up to 64 x 64 pixels."""
    with pytest.raises(DatasetFileError, match=r"chosen image size.*got 28 x 65"):
        ImportOptions(image_shape=(28, 65))


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_that_no_generator_takes_is_refused(seed: int) -> None:
    """Before anything is read."""
    with pytest.raises(DatasetFileError, match="Expected a seed of 0 to"):
        ImportOptions(seed=seed)

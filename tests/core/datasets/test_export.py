"""A data set goes out in three forms, and comes back as it was."""

import errno
import io
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.datasets import arrays, class_folders, export, store
from core.datasets.arrays import Dataset
from core.datasets.export import Form
from core.datasets.importing.make import import_dataset
from core.datasets.spec import DatasetSpec
from core.errors import DatasetError, TrainingStopped

CLASSES = ("7", "C/c", "A", "a", "あ", ".", "con", "a_lower", "50%", "Ab", "aB")
SPEC = DatasetSpec(
    name="signs",
    title="Signs",
    classes=CLASSES,
    image_shape=(16, 20),
    ink_style="plain",
    num_train=1,
    num_test=1,
)


@pytest.fixture
def signs(small_mnist: Dataset) -> Dataset:
    """Make a data set of images that all differ, of classes with awkward names."""
    assert small_mnist
    generator = np.random.default_rng(0)
    with store.create(SPEC) as draft:
        for part, size in (("train", 33), ("test", 11)):
            images = np.zeros((size, 16, 20), np.uint8)
            shape = (size, 10, 9)
            images[:, 3:13, 5:14] = generator.integers(0, 256, shape, np.uint8)
            labels = np.arange(size, dtype=np.uint8) % len(CLASSES)
            draft.content.append(part, images, labels)
    return store.load("signs")


def by_class(dataset: Dataset) -> dict[tuple[str, str], set[bytes]]:
    """Return the images of each class and part."""
    return {
        (part, name): {
            each.tobytes()
            for each in dataset.part(part).images[dataset.part(part).labels == label]
        }
        for part in arrays.PARTS
        for label, name in enumerate(dataset.spec.classes)
    }


@pytest.mark.parametrize("form", ["idx", "npz"])
def test_an_archive_of_arrays_comes_back_byte_for_byte(
    signs: Dataset, tmp_path: Path, form: Form
) -> None:
    path = tmp_path / export.file_name("signs", form)

    export.write(signs, form, path)
    card = import_dataset([path], "again")

    assert card.fingerprint == signs.fingerprint
    assert card.spec.classes == CLASSES


def test_folders_of_pictures_come_back_with_the_same_images_in_each_class(
    signs: Dataset, tmp_path: Path
) -> None:
    """The order of images and classes is another one."""
    path = tmp_path / "signs.zip"

    export.write(signs, "folders", path)
    card = import_dataset([path], "again")

    assert by_class(store.load("again")) == by_class(signs)
    assert card.num_left_out == 0


@pytest.mark.parametrize("form", ["idx", "npz", "folders"])
def test_the_same_data_set_gives_the_same_bytes(
    signs: Dataset, tmp_path: Path, form: Form
) -> None:
    """So whoever has the file can compare it."""
    paths = [tmp_path / "a", tmp_path / "b"]

    for path in paths:
        export.write(signs, form, path)

    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_mnist_goes_out_too(small_mnist: Dataset, tmp_path: Path) -> None:
    """It has no card in the home."""
    path = tmp_path / "mnist.npz"

    export.write(small_mnist, "npz", path)

    with np.load(path) as found:
        assert sorted(found) == [
            "card",
            "classes",
            "x_test",
            "x_train",
            "y_test",
            "y_train",
        ]
        np.testing.assert_array_equal(found["x_train"], small_mnist.train.images)
        assert small_mnist.fingerprint in str(found["card"])


def test_pictures_are_what_the_images_are(signs: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "signs.zip"

    export.write(signs, "folders", path)

    with zipfile.ZipFile(path) as archive:
        first = Image.open(io.BytesIO(archive.read("train/7/000000.png")))
        assert archive.testzip() is None
    np.testing.assert_array_equal(np.asarray(first), signs.train.images[0])


def test_no_two_classes_share_a_folder_where_cases_are_folded() -> None:
    folders = class_folders.folder_names(CLASSES)

    assert len({each.casefold() for each in folders}) == len(CLASSES)
    assert tuple(map(class_folders.class_of, folders)) == CLASSES
    assert not any(set(each) & set('<>:"/\\|?*') for each in folders)
    assert folders[:5] == ("7", "C%2Fc", "A_upper", "a_lower", "あ")


@pytest.mark.parametrize(
    "name",
    ["..", " a", "a ", "COM1.txt", "%2F", "x_UPPER", "\n", "ß", "__MACOSX", "~", "🙂"],
)
def test_a_folder_tells_its_class_whatever_that_is_called(name: str) -> None:
    (folder,) = class_folders.folder_names([name])

    assert class_folders.class_of(folder) == name
    assert folder == folder.strip(". ")
    assert folder.isprintable()
    assert not folder.startswith("__MACOSX")


def test_a_folder_of_somebody_else_that_looks_escaped_stays_as_it_is() -> None:
    assert class_folders.class_of("100%FF") == "100%FF"


def test_a_name_of_two_lines_does_not_fit_into_a_list(
    signs: Dataset, tmp_path: Path
) -> None:
    odd = replace(signs, spec=replace(SPEC, classes=("one\ntwo", *CLASSES[1:])))

    with pytest.raises(DatasetError, match="Export it as npz"):
        export.write(odd, "idx", tmp_path / "signs.zip")

    assert list(tmp_path.glob("*.zip")) == []


def test_a_file_that_is_there_is_replaced_only_if_asked(
    signs: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "signs.npz"
    path.write_text("mine")

    with pytest.raises(DatasetError, match="which exists"):
        export.write(signs, "npz", path)
    assert path.read_text() == "mine"
    export.write(signs, "npz", path, replace=True)

    assert zipfile.is_zipfile(path)


def test_an_export_that_is_stopped_leaves_nothing(
    signs: Dataset, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def report(share: float, _text: str) -> None:
        if share > 0:
            raise TrainingStopped

    with pytest.raises(TrainingStopped):
        export.write(signs, "idx", folder / "signs.zip", report)

    assert list(folder.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(
    signs: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()

    def fail(*_: object) -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(export, "_png", fail)

    with pytest.raises(DatasetError, match="No space left on device"):
        export.write(signs, "folders", folder / "signs.zip")

    assert list(folder.iterdir()) == []

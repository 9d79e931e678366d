"""From files to a data set in the home: whole, or not at all."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core import files
from core.datasets import catalog, leftovers, store
from core.datasets.arrays import Dataset
from core.datasets.importing import known, make, uploads
from core.datasets.importing.make import About, import_dataset
from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError, DatasetNameError, TrainingStopped

Glyphs = Callable[..., NDArray[np.uint8]]


@pytest.fixture(autouse=True)
def _quick(small_mnist: Dataset) -> None:
    """Compare with a small MNIST."""


@pytest.fixture
def emnist(tmp_path: Path, glyphs: Glyphs, write_emnist: Callable[..., None]) -> Path:
    """Write 47 images to train and to test with as ByMerge lies, one of each class."""
    folder = tmp_path / "emnist"
    write_emnist(folder, "bymerge", glyphs(47), np.arange(47, dtype=np.uint8))
    return folder


@pytest.fixture
def pictures(tmp_path: Path, draw: Callable[..., None]) -> Path:
    """Draw six pictures of two classes, and put a file beside that is none."""
    folder = tmp_path / "signs"
    for number in range(6):
        draw(folder / "ab"[number % 2] / f"{number}.png", number)
    (folder / "a" / "damaged.png").write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    return folder


def left_in(root: Path) -> list[str]:
    """Return what lies in a folder, beside the decoded copy of MNIST."""
    names = (each.name for each in root.glob("*"))
    return sorted(name for name in names if not name.startswith("mnist-"))


def test_what_is_imported_is_upright_and_described(
    emnist: Path, glyphs: Glyphs
) -> None:
    """Everything after it asks the card, never the files that it was made of."""
    card = import_dataset([emnist], "letters")

    dataset = store.verify("letters")
    np.testing.assert_array_equal(dataset.test.images, glyphs(47))
    np.testing.assert_array_equal(dataset.train.labels, np.arange(47))
    assert card == catalog.card("letters")
    assert (card.spec.origin, card.spec.ink_style) == ("imported", "emnist")
    assert card.spec.classes[12] == "C/c"
    assert "not the official" in " ".join(card.remarks)
    assert "emnist-bymerge-train-images" in card.source


def test_what_the_user_says_of_it_counts_more_than_what_was_recognised(
    emnist: Path,
) -> None:
    about = About(title="My letters", licence="CC0")

    card = import_dataset([emnist], "letters", about=about)

    assert (card.spec.title, card.spec.licence) == ("My letters", "CC0")


def test_a_name_that_is_taken_is_refused_before_anything_is_read(
    tmp_path: Path,
) -> None:
    """Reading may take a minute."""
    with pytest.raises(DatasetNameError, match="there is already"):
        import_dataset([tmp_path / "nothing"], "MNIST")


def test_what_could_not_be_used_stands_on_the_card(pictures: Path) -> None:
    card = import_dataset([pictures], "signs")

    (left_out,) = card.left_out
    assert (left_out.count, card.num_left_out) == (1, 1)
    assert "damaged.png" in left_out.examples[0]


def test_a_source_that_is_refused_leaves_nothing(pictures: Path) -> None:
    options = ImportOptions(on_problem="refuse")

    with pytest.raises(DatasetFileError, match=r"damaged\.png"):
        import_dataset([pictures], "signs", options)

    assert left_in(catalog.root()) == []


@pytest.mark.parametrize("after", [1, 3, 5])
def test_an_import_that_is_stopped_leaves_nothing(emnist: Path, after: int) -> None:
    """It may be stopped while it looks, reads or writes."""
    heard: list[str] = []

    def report(_share: float, text: str) -> None:
        heard.append(text)
        if len(heard) == after:
            raise TrainingStopped(text)

    with pytest.raises(TrainingStopped):
        import_dataset([emnist], "letters", report=report)

    assert left_in(catalog.root()) == []
    assert len(heard) == after


def test_progress_only_grows_and_says_what_is_done(emnist: Path) -> None:
    heard: list[tuple[float, str]] = []

    import_dataset([emnist], "letters", report=lambda *said: heard.append(said))

    shares = [share for share, _ in heard]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, pytest.approx(1.0))
    said = list(dict.fromkeys(text for _, text in heard))
    assert said == [
        "looking at the files",
        "reading 47 training images",
        "reading 47 test images",
    ]


@pytest.mark.parametrize("how", ["turned", "as they are"])
def test_images_that_look_transposed_beside_mnist_are_remarked(
    small_mnist: Dataset, tmp_path: Path, how: str
) -> None:
    """The same files given with another habit are the commonest mistake."""
    path = tmp_path / "digits.npz"
    train, test = small_mnist.train, small_mnist.test
    np.savez(
        path,
        x_train=train.images,
        y_train=train.labels,
        x_test=test.images,
        y_test=test.labels,
    )

    card = import_dataset([path], "digits", ImportOptions(transposed=how == "turned"))

    said = any("look transposed" in each for each in card.remarks)
    assert said is (how == "turned")


def test_what_comes_with_inklab_is_asked_before_what_was_imported(
    small_mnist: Dataset, tmp_path: Path
) -> None:
    """Nobody knows whether that one is upright."""
    path = tmp_path / "signs.npz"
    images, labels = small_mnist.test.images, small_mnist.test.labels
    chosen = np.isin(labels, (4, 7))
    names = np.where(labels[chosen] == 7, "7", "C/c")
    np.savez(path, x_train=images[chosen], y_train=names)
    import_dataset([path], "signs")

    means = known.means(("7", "C"))

    assert set(means) == {"7", "C/c"}
    sevens = small_mnist.train.images[small_mnist.train.labels == 7]
    np.testing.assert_allclose(means["7"], sevens.mean(axis=0) / 255, atol=1e-6)


def test_a_source_can_be_looked_at_before_it_is_imported(emnist: Path) -> None:
    """The page shows a preview of it, and asks for the name then."""
    source = recognise([emnist])
    shown = source.samples(20)

    card = make.make_dataset(source, "letters")

    assert len(shown) == 20
    assert card.spec.num_train == 47


def test_an_upload_keeps_its_name_and_is_removed_afterwards(
    home: Path, emnist: Path
) -> None:
    """Its name tells what it may be."""
    with (emnist / "emnist-bymerge-test-labels-idx1-ubyte.gz").open("rb") as content:
        kept = uploads.keep("../../évil\\letters.zip", content)

    assert kept.name == "letters.zip"
    assert kept.parent.parent == home / "uploads"
    uploads.discard([kept, emnist / "emnist-bymerge-test-labels-idx1-ubyte.gz"])
    assert list((home / "uploads").iterdir()) == []
    assert len(list(emnist.iterdir())) == 4


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/", "x" * 5000, "字" * 200 + ".zip", ".hidden.zip"]
)
def test_any_name_of_an_upload_is_kept_in_its_folder(
    home: Path, emnist: Path, name: str
) -> None:
    with (emnist / "emnist-bymerge-test-labels-idx1-ubyte.gz").open("rb") as content:
        kept = uploads.keep(name, content)

    assert kept.is_file()
    assert kept.parent.parent == home / "uploads"


def test_what_a_killed_import_left_is_removed_after_an_hour(
    home: Path, emnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder into which somebody writes is not."""
    import_dataset([emnist], "letters")
    root = catalog.root()
    for name in (".half-abc", ".results/f00/.map-1-abc"):
        (root / name).mkdir(parents=True)
        (root / name / "train_images.npy").touch()

    leftovers.sweep()
    kept = left_in(root)
    monkeypatch.setattr(leftovers, "IDLE_SECONDS", -1.0)
    leftovers.sweep()

    assert kept == [".half-abc", ".results", "letters"]
    assert left_in(root) == [".results", "letters"]
    assert left_in(root / ".results" / "f00") == []
    assert home in root.parents


@pytest.mark.skipif(sys.platform == "win32", reason="it cannot lock a folder")
def test_an_import_removes_what_a_killed_one_left(emnist: Path) -> None:
    """At once: half of EMNIST is hundreds of megabytes. What is held is in use."""
    root = catalog.root()
    for name in (".killed-abc", ".working-abc"):
        (root / name).mkdir(parents=True)
        os.utime(root / name, (time.time() - 5,) * 2)

    with files.holding(root / ".working-abc"):
        import_dataset([emnist], "letters")
        kept = left_in(root)
    leftovers.sweep()

    assert kept == [".working-abc", "letters"]
    assert left_in(root) == ["letters"]


def test_an_upload_that_nobody_imported_is_removed_after_a_week(
    home: Path, emnist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (emnist / "emnist-bymerge-test-labels-idx1-ubyte.gz").open("rb") as content:
        kept = uploads.keep("letters.zip", content)

    uploads.sweep()
    assert kept.exists()
    monkeypatch.setattr(uploads, "KEPT_SECONDS", -1.0)
    uploads.sweep()

    assert list((home / "uploads").iterdir()) == []


def test_images_that_look_transposed_are_no_example_for_others(
    small_mnist: Dataset, tmp_path: Path
) -> None:
    """One mistake would make every later import look wrong."""
    path = tmp_path / "digits.npz"
    train = small_mnist.train
    np.savez(path, x_train=train.images, y_train=train.labels)
    import_dataset([path], "lying", ImportOptions(transposed=True))
    import_dataset([path], "upright")

    names = [spec.name for spec in known.candidates()]

    assert names == ["mnist", "upright"]


def test_a_set_of_copies_says_why_nothing_is_left(
    tmp_path: Path, draw: Callable[..., None]
) -> None:
    """Whoever gives the same folder twice has given enough images."""
    for name in "ab":
        draw(tmp_path / "signs" / name / "1.png", ord(name))

    with pytest.raises(DatasetFileError, match="left out: 2 x is the same image as"):
        import_dataset([tmp_path / "signs"] * 2, "signs")

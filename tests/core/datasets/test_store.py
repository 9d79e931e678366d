"""Opening data sets: decoded once, checked, mapped, shared."""

import hashlib
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import idx, store
from core.datasets.data_file import DataFile
from core.datasets.spec import BundledSpec
from core.errors import DatasetFileError, HomeError, UnknownDatasetError

MakeSpec = Callable[..., BundledSpec]

REPOSITORY = Path(store.__file__).parents[2]

OPEN_WITHOUT_MEMORY = """
import resource
import psutil
from core.datasets import store

store.load("mnist")
limit = psutil.Process().memory_info().vms + 20_000_000
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    store.load("mnist")
except MemoryError:
    print("no memory")
"""

OPEN_WHEN_TOLD = """
import sys
from core.datasets import store

print("ready", flush=True)
sys.stdin.readline()
print(store.load("mnist").fingerprint)
"""


def decoded_folder(home: Path) -> Path:
    """Return the only decoded copy; there must be no leftovers beside it."""
    (folder,) = (home / "datasets").iterdir()
    return folder


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_images_and_labels_are_those_of_the_files(
    make_spec: MakeSpec, split: str
) -> None:
    """Nothing may be swapped, turned or shuffled between disk and memory."""
    spec = make_spec()

    decoded = getattr(store.load_spec(spec), split)

    images = idx.read_images(spec.folder / f"{split}_images.gz", spec.image_shape)
    labels = idx.read_labels(spec.folder / f"{split}_labels.gz")
    np.testing.assert_array_equal(decoded.images, images)
    np.testing.assert_array_equal(decoded.labels, labels)


@pytest.mark.parametrize(
    ("file", "md5"),
    [
        ("train_images", "6bbc9ace898e44ae57da46a324031adb"),
        ("train_labels", "a25bea736e30d166cdddb491f175f624"),
        ("test_images", "2646ac647ad5339dbf082846283269ea"),
        ("test_labels", "27ae3e4e09519cfbb04c329615203637"),
    ],
)
def test_the_bundled_files_are_the_real_mnist(file: str, md5: str) -> None:
    """Every accuracy we publish is on these very images."""
    dataset = store.load("mnist")

    split_name, kind = file.split("_")
    array = getattr(getattr(dataset, split_name), kind)
    header = bytes([0, 0, 8, array.ndim])
    header += b"".join(size.to_bytes(4, "big") for size in array.shape)
    digest = hashlib.md5(header, usedforsecurity=False)
    digest.update(array.data)
    assert digest.hexdigest() == md5


def test_mnist_has_70_000_upright_images() -> None:
    """The first digit of the training split is a well-known 5, drawn upright."""
    dataset = store.load("mnist")

    assert dataset.train.images.shape == (60_000, 28, 28)
    assert dataset.test.images.shape == (10_000, 28, 28)
    assert dataset.train.labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert dataset.train.images[0, 5, 12:16].tolist() == [3, 18, 18, 18]


def test_the_arrays_are_mapped_and_read_only(make_spec: MakeSpec) -> None:
    """All sessions share them: nobody may change them, or hold a copy."""
    dataset = store.load_spec(make_spec())

    splits = (dataset.train, dataset.test)
    arrays = [array for split in splits for array in (split.images, split.labels)]
    assert {(type(array), array.dtype.name) for array in arrays} == {
        (np.memmap, "uint8")
    }
    assert not any(array.flags.writeable for array in arrays)


def test_the_second_time_the_sources_are_not_read(
    make_spec: MakeSpec, home: Path
) -> None:
    """Opening is quick because the decoded copy is used, not made again."""
    spec = make_spec()
    first = store.load_spec(spec)
    inodes = {file.name: file.stat().st_ino for file in decoded_folder(home).iterdir()}
    for source in spec.folder.iterdir():
        source.unlink()

    second = store.load_spec(spec)

    assert second == first
    assert inodes == {
        file.name: file.stat().st_ino for file in decoded_folder(home).iterdir()
    }


def test_the_decoded_files_are_ordinary_npy_files(
    make_spec: MakeSpec, home: Path
) -> None:
    """Anybody can open them with numpy alone."""
    dataset = store.load_spec(make_spec())

    images = np.load(decoded_folder(home) / "train_images.npy")

    np.testing.assert_array_equal(images, dataset.train.images)


@pytest.mark.parametrize(
    "name", ["train_images", "train_labels", "test_images", "test_labels"]
)
def test_the_fingerprint_tells_of_a_single_change(
    make_spec: MakeSpec, name: str
) -> None:
    """Charts are cached by it: a changed label must not show an old chart."""
    before = store.load_spec(make_spec())
    split, kind = name.split("_")
    changed = getattr(getattr(before, split), kind).copy()
    changed.flat[-1] = (changed.flat[-1] + 1) % 3

    after = store.load_spec(make_spec(**{name: changed}))

    assert after.fingerprint != before.fingerprint
    assert len(after.fingerprint) == 64


def test_the_same_content_has_the_same_fingerprint_in_every_home(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run of one machine must be comparable on another."""
    here = store.load_spec(make_spec())
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "elsewhere"))

    there = store.load_spec(make_spec())

    assert there.fingerprint == here.fingerprint


def test_an_unknown_name_is_refused() -> None:
    """The error of the catalog comes through."""
    with pytest.raises(UnknownDatasetError, match="fashion"):
        store.load("fashion")


def truncate(folder: Path) -> None:
    path = folder / "train_images.npy"
    path.write_bytes(path.read_bytes()[:-1])


def lengthen(folder: Path) -> None:
    path = folder / "train_images.npy"
    path.write_bytes(path.read_bytes() + b"\0")


def empty(folder: Path) -> None:
    (folder / "test_labels.npy").write_bytes(b"")


def replace_by_another_shape(folder: Path) -> None:
    np.save(folder / "train_images.npy", np.zeros((28, 12, 28), np.uint8))


def replace_by_signed_bytes(folder: Path) -> None:
    np.save(folder / "train_labels.npy", np.zeros(12, np.int8))


def remove_an_array(folder: Path) -> None:
    (folder / "test_images.npy").unlink()


def remove_meta(folder: Path) -> None:
    (folder / "meta.json").unlink()


def cut_meta(folder: Path) -> None:
    (folder / "meta.json").write_text('{"schema": 1, "finger', "utf-8")


def forget_fingerprint(folder: Path) -> None:
    (folder / "meta.json").write_text('{"schema": 1}', "utf-8")


def put_a_number_in_meta(folder: Path) -> None:
    (folder / "meta.json").write_text('{"fingerprint": 5}', "utf-8")


def put_a_list_in_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("[]", "utf-8")


def put_a_file_in_its_place(folder: Path) -> None:
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("not a folder", "utf-8")


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        lengthen,
        empty,
        replace_by_another_shape,
        replace_by_signed_bytes,
        remove_an_array,
        remove_meta,
        cut_meta,
        forget_fingerprint,
        put_a_number_in_meta,
        put_a_list_in_meta,
        put_a_file_in_its_place,
    ],
)
def test_a_damaged_copy_is_made_again(
    make_spec: MakeSpec, home: Path, damage: Callable[[Path], None]
) -> None:
    """A full disk or a hard stop must not need somebody who knows the folders."""
    spec = make_spec()
    before = store.load_spec(spec)
    expected = {file.name: file.read_bytes() for file in decoded_folder(home).iterdir()}
    damage(decoded_folder(home))

    after = store.load_spec(spec)

    assert after == before
    assert expected == {
        file.name: file.read_bytes() for file in decoded_folder(home).iterdir()
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_labels": np.zeros(11, np.uint8)},
            r"Expected 12 train images and .* in Tiny, got 12 images and 11 labels",
        ),
        (
            {"test_images": np.zeros((7, 28, 28), np.uint8)},
            r"Expected 6 test images.*got 7 images and 6 labels",
        ),
        (
            {
                "test_images": np.zeros((5, 28, 28), np.uint8),
                "test_labels": np.zeros(5, np.uint8),
            },
            r"Expected 6 test images.*got 5 images and 5 labels",
        ),
        (
            {"test_labels": np.array([0, 1, 2, 3, 3, 0], np.uint8)},
            r"Expected test labels of 0 to 2 in Tiny, got 3 at index 3 \(2 such",
        ),
        (
            {"train_images": np.zeros(12, np.uint8)},
            r"train_images\.gz: expected images.*swapped",
        ),
    ],
    ids=["labels", "images", "both", "label out of range", "swapped"],
)
def test_files_that_do_not_fit_each_other_are_refused(
    make_spec: MakeSpec, home: Path, changes: dict[str, object], message: str
) -> None:
    """Labels that belong to other images would train a model of nothing."""
    with pytest.raises(DatasetFileError, match=message):
        store.load_spec(make_spec(**changes))

    assert not (home / "datasets").exists()


def test_a_source_of_another_size_is_refused(make_spec: MakeSpec) -> None:
    """A file that was cut, or a pointer of Git LFS in place of it."""
    spec = make_spec()
    path = spec.folder / spec.train_images.name
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(
        DatasetFileError, match=r"train_images\.gz of .*, got [\d,]+ bytes"
    ):
        store.load_spec(spec)


def test_a_source_with_another_hash_is_refused(make_spec: MakeSpec) -> None:
    """A valid file of the same size is still not the published one."""
    spec = make_spec()
    labels = spec.train_labels
    forged = replace(spec, train_labels=DataFile(labels.name, labels.size, "0" * 64))

    with pytest.raises(
        DatasetFileError, match=f"SHA-256 {'0' * 64}, got SHA-256 {labels.sha256}"
    ):
        store.load_spec(forged)


def test_a_missing_source_is_refused(make_spec: MakeSpec) -> None:
    """The message names the file to bring back."""
    spec = make_spec()
    (spec.folder / spec.test_images.name).unlink()

    with pytest.raises(DatasetFileError, match=r"test_images\.gz, got: No such file"):
        store.load_spec(spec)


def test_a_home_that_cannot_be_made_is_refused(
    make_spec: MakeSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message says which variable to set."""
    (tmp_path / "file").write_text("in the way", "utf-8")
    monkeypatch.setenv("INKLAB_HOME", str(tmp_path / "file" / "home"))

    with pytest.raises(HomeError, match="INKLAB_HOME"):
        store.load_spec(make_spec())


def test_a_file_in_place_of_the_folder_is_refused(
    make_spec: MakeSpec, home: Path
) -> None:
    """Even if the home is fine, the folder in it may not be."""
    home.mkdir()
    (home / "datasets").write_text("in the way", "utf-8")

    with pytest.raises(HomeError, match="Free some space, or set INKLAB_HOME"):
        store.load_spec(make_spec())


@pytest.fixture
def tight_disk() -> Iterator[None]:
    """Let no file grow beyond 5 kB, as if the disk were full."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_a_full_disk_leaves_nothing_behind(
    make_spec: MakeSpec, home: Path, request: pytest.FixtureRequest
) -> None:
    """Half a copy would be taken for a whole one, or fill the disk for ever."""
    spec = make_spec()
    request.getfixturevalue("tight_disk")

    with pytest.raises(
        HomeError, match=r"Expected 0\.0 MB of free space in .*too large"
    ):
        store.load_spec(spec)

    assert list((home / "datasets").iterdir()) == []


@pytest.mark.parametrize("damaged_before", [False, True])
def test_a_copy_that_another_process_made_meanwhile_is_used(
    make_spec: MakeSpec,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    damaged_before: bool,  # noqa: FBT001 - pytest passes parameters by name
) -> None:
    """The one who comes second must not pull the files away from the first."""
    spec = make_spec()
    if damaged_before:
        store.load_spec(spec)
        truncate(decoded_folder(home))
    read_labels = idx.read_labels

    def read_while_another_process_finishes(path: Path) -> np.ndarray:
        monkeypatch.setattr(idx, "read_labels", read_labels)
        store.load_spec(spec)
        (decoded_folder(home) / "made by the other").touch()
        return read_labels(path)

    monkeypatch.setattr(idx, "read_labels", read_while_another_process_finishes)

    dataset = store.load_spec(spec)

    assert (decoded_folder(home) / "made by the other").exists()
    assert dataset == store.load_spec(spec)


def test_two_processes_may_discard_a_damaged_copy_at_once(
    make_spec: MakeSpec, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process has just removed need not be removed again."""
    spec = make_spec()
    before = store.load_spec(spec)
    folder = decoded_folder(home)
    truncate(folder)
    make_folder = tempfile.mkdtemp

    def make_folder_while_another_process_removes(**options: object) -> str:
        monkeypatch.setattr(tempfile, "mkdtemp", make_folder)
        shutil.rmtree(folder)
        return make_folder(**options)

    monkeypatch.setattr(tempfile, "mkdtemp", make_folder_while_another_process_removes)

    after = store.load_spec(spec)

    assert after == before
    assert decoded_folder(home) == folder


def test_a_disk_that_keeps_damaging_the_copy_is_an_error(
    make_spec: MakeSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Making the copy again and again would hang the page."""
    monkeypatch.setattr(json, "dumps", lambda _: "not JSON")

    with pytest.raises(HomeError, match="found it damaged 3 times"):
        store.load_spec(make_spec())


def test_a_lack_of_memory_does_not_throw_the_copy_away(home: Path) -> None:
    """It looks like a file that cannot be read, but the file is whole."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN_WITHOUT_MEMORY],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
        text=True,
    )

    assert done.stdout == "no memory\n", done.stderr
    assert (decoded_folder(home) / "train_images.npy").exists()


def test_two_processes_may_decode_at_once(home: Path) -> None:
    """The web process and the worker both start by opening the data."""
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_WHEN_TOLD],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 2
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()

    answers = [process.communicate(timeout=60) for process in processes]

    expected = (store.load("mnist").fingerprint + "\n", "")
    assert answers == [expected, expected]
    assert decoded_folder(home).name.startswith("mnist-")

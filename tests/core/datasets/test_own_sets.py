"""Data sets in the home: made whole or not at all, named once, versioned, deleted."""

import json
import multiprocessing
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.datasets import catalog, results, store, versions
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetCard, DatasetSpec, LeftOut, checked_name
from core.datasets.versions import Change
from core.errors import (
    DatasetError,
    DatasetFileError,
    DatasetNameError,
    HomeError,
    TrainingStopped,
    UnknownDatasetError,
)
from core.records import Attachment
from tests import small_data

SPEC = DatasetSpec(
    name="signs",
    title="Signs",
    classes=("C/c", "a", "あ"),
    image_shape=(12, 20),
    ink_style="emnist",
    num_train=1,
    num_test=1,
    licence="mine",
)


def make(spec: DatasetSpec = SPEC, *, num_train: int = 9, num_test: int = 3) -> Dataset:
    """Write a data set of random images in pieces of four."""
    generator = np.random.default_rng(0)
    with store.create(spec) as draft:
        draft.source = "signs.zip"
        draft.left_out = (LeftOut(reason="damaged", count=2, examples=("x.png",)),)
        for part, size in (("train", num_train), ("test", num_test)):
            shape = (size, *spec.image_shape)
            images = generator.integers(0, 256, shape, dtype=np.uint8)
            labels = np.arange(size, dtype=np.uint8) % len(spec.classes)
            for start in range(0, size, 4):
                end = start + 4
                draft.content.append(part, images[start:end], labels[start:end])
    return store.load(spec.name)


def test_what_was_written_in_pieces_is_read_as_a_whole() -> None:
    """A reader must not see where the pieces ended."""
    dataset = make()

    expected = np.random.default_rng(0).integers(0, 256, (9, 12, 20), dtype=np.uint8)
    np.testing.assert_array_equal(dataset.train.images, expected)
    assert dataset.test.labels.tolist() == [0, 1, 2]
    assert isinstance(dataset.train.images, np.memmap)


def test_the_card_counts_the_images_and_keeps_the_description() -> None:
    """The numbers on the page come from what was written, not from what was said."""
    dataset = make()

    card = catalog.card("signs")
    assert card.spec == replace(SPEC, num_train=9, num_test=3) == dataset.spec
    assert (card.source, card.num_left_out) == ("signs.zip", 2)
    assert [spec.name for spec in catalog.specs()] == ["mnist", "signs"]


@pytest.mark.parametrize("name", ["signs", "SIGNS", "mnist", "MNIST"])
def test_a_name_is_given_once(name: str) -> None:
    """A run names its data set: two of one name would be one too many."""
    make()

    with pytest.raises(DatasetNameError, match="there is already"):
        make(replace(SPEC, name=name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "../signs",
        "a/b",
        "a\\b",
        ".hidden",
        "a@0",
        "a@1",
        "a@b",
        "x" * 61,
        "a\0",
    ],
)
def test_a_name_is_no_path(name: str) -> None:
    """It is the name of a folder."""
    with pytest.raises(DatasetNameError, match="Expected a name"):
        make(replace(SPEC, name=name))


@pytest.mark.parametrize(
    "name", ["letters", "手書き", "été-2.0", "a_b", "x@12", f"{'x' * 60}@2"]
)
def test_a_name_may_be_of_any_script(name: str) -> None:
    """People call their data in their own language."""
    assert checked_name(f" {name} ") == name


@pytest.mark.parametrize("name", ["..", "../datasets/signs", "/etc", "", "signs/"])
def test_a_path_is_no_data_set(name: str) -> None:
    """Names come from addresses and terminals."""
    make()

    with pytest.raises(UnknownDatasetError, match="There are: mnist, signs"):
        store.load(name)


def test_an_import_that_fails_leaves_nothing(home: Path) -> None:
    """Half a data set would be taken for a whole one."""
    images, labels = np.zeros((1, 12, 20), np.uint8), np.zeros(1, np.uint8)

    def stop_in_the_middle() -> None:
        with store.create(SPEC) as draft:
            draft.content.append("train", images, labels)
            raise TrainingStopped

    with pytest.raises(TrainingStopped):
        stop_in_the_middle()

    assert list((home / "datasets").iterdir()) == []


def test_a_full_disk_leaves_nothing(home: Path) -> None:
    """And says what to do."""
    with small_data.no_room(600), pytest.raises(HomeError, match="Free some space"):
        make(num_train=90)

    assert list((home / "datasets").iterdir()) == []


@pytest.mark.parametrize(
    ("sizes", "message"),
    [((9, 0), "got 9 and 0"), ((0, 3), "got 0 and 3"), ((2, 3), "none of あ")],
    ids=["no test images", "no training images", "a class that does not occur"],
)
def test_a_data_set_without_images_is_refused(
    sizes: tuple[int, int], message: str
) -> None:
    """A class that nothing teaches would be a column of zeros."""
    with pytest.raises(DatasetFileError, match=message):
        make(num_train=sizes[0], num_test=sizes[1])

    assert catalog.cards() == ()


def _make_when_told(barrier: "multiprocessing.Barrier", home: str) -> None:
    os.environ["INKLAB_HOME"] = home
    with store.create(SPEC) as draft:
        images = np.full((3, 12, 20), os.getpid() % 250, np.uint8)
        for part in ("train", "test"):
            draft.content.append(part, images, np.arange(3, dtype=np.uint8))
        barrier.wait(30)


def test_of_two_processes_with_one_name_one_gets_it(home: Path) -> None:
    """The other one is told so, and the images are those of one of them."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    processes = [
        context.Process(target=_make_when_told, args=(barrier, str(home)))
        for _ in range(2)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)

    assert sorted(process.exitcode or 0 for process in processes) == [0, 1]
    assert len(np.unique(store.verify("signs").train.images)) == 1
    assert [each.name for each in (home / "datasets").iterdir()] == ["signs"]


def cut_an_array(folder: Path) -> None:
    path = folder / "train_images.npy"
    path.write_bytes(path.read_bytes()[:-1])


def remove_an_array(folder: Path) -> None:
    (folder / "test_labels.npy").unlink()


@pytest.mark.parametrize("damage", [cut_an_array, remove_an_array])
def test_a_damaged_data_set_says_so(damage: Callable[[Path], None]) -> None:
    """There is no source to make it from again."""
    make()
    damage(catalog.folder_of("signs"))

    with pytest.raises(DatasetFileError, match="import it again"):
        store.load("signs")


def test_a_changed_pixel_is_found() -> None:
    """The fingerprint is of all bytes, so a run can say what it learned from."""
    make()
    path = catalog.folder_of("signs") / "train_images.npy"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)

    with pytest.raises(DatasetFileError, match="its files have changed"):
        store.verify("signs")


def cut_the_card(card: str) -> str:
    return card[:100]


def claim_a_newer_schema(card: str) -> str:
    return card.replace('"schema": 1', '"schema": 2')


def claim_one_class(card: str) -> str:
    fields = json.loads(card)
    fields["spec"]["classes"] = ["a"]
    return json.dumps(fields)


@pytest.mark.parametrize("edit", [cut_the_card, claim_a_newer_schema, claim_one_class])
def test_a_damaged_card_hides_only_its_own_data_set(
    edit: Callable[[str], str],
) -> None:
    """The others go on, and the damaged one can be deleted."""
    make()
    path = catalog.folder_of("signs") / "card.json"
    path.write_text(edit(path.read_text("utf-8")), "utf-8")

    assert [spec.name for spec in catalog.specs()] == ["mnist"]
    with pytest.raises(DatasetFileError, match="Expected the card of a data set"):
        catalog.spec("signs")
    store.delete("signs")
    assert catalog.damaged() == ()


def test_a_card_says_the_same_when_it_is_read_again() -> None:
    """Whatever is written down has to come back."""
    make()
    card = catalog.card("signs")

    again = DatasetCard.from_document(card.document(), path=Path("card.json"))

    assert again == card


def test_a_deleted_data_set_takes_its_results_along(home: Path) -> None:
    """They are many times the size of the card, and nobody would find them."""
    dataset = make()
    made = Attachment(name="summary", title="Summary", key="1")
    results.save(dataset.fingerprint, made, write=lambda folder: (folder / "x").touch())

    store.delete("signs")

    assert catalog.cards() == ()
    assert [each.name for each in (home / "datasets").iterdir()] == [".results"]
    assert list((home / "datasets" / ".results").iterdir()) == []


def test_mnist_cannot_be_deleted() -> None:
    """It comes with Inklab and would only come back."""
    with pytest.raises(DatasetNameError, match="comes with Inklab"):
        store.delete("mnist")


def test_a_result_is_found_by_the_work_that_made_it() -> None:
    """Another version of the code has not made this one, and replaces it."""
    for key in ("1", "2"):
        made = Attachment(name="summary", title="Summary", key=key)
        results.save("f" * 64, made, write=lambda folder: (folder / "x").touch())

    assert results.find("f" * 64, kind="summary", key="1") is None
    found = results.find("f" * 64, kind="summary", key="2")
    assert found is not None
    assert (found / "x").exists()


def test_a_version_lacks_what_was_removed_and_has_the_new_labels() -> None:
    """And its parent stays as it is, with every run that names it."""
    parent = make()
    before = parent.fingerprint

    spec = versions.create(
        parent,
        {"train": Change(remove=[0, 5], relabel={1: 0}), "test": Change(remove=[2])},
        reason="duplicates",
    )

    child = store.load(spec.name)
    kept = [1, 2, 3, 4, 6, 7, 8]
    np.testing.assert_array_equal(child.train.images, parent.train.images[kept])
    assert child.train.labels.tolist() == [0, 2, 0, 1, 0, 1, 2]
    assert child.test.labels.tolist() == [0, 1]
    assert store.verify("signs").fingerprint == before != child.fingerprint


def test_the_card_of_a_version_tells_what_changed() -> None:
    """Years later somebody asks why it is smaller."""
    parent = make()

    versions.create(parent, {"train": Change(remove=[0])}, reason="a duplicate")

    card = catalog.card("signs@2")
    assert (card.parent, card.parent_fingerprint) == ("signs", parent.fingerprint)
    assert card.changes == ("Without 1 of 9 training images: a duplicate.",)
    assert card.spec.title == "Signs, version 2"


def test_versions_are_numbered_on() -> None:
    """A version of a version, and a second one of the first, have numbers of theirs."""
    parent = make()
    change = {"train": Change(remove=[0])}

    second = versions.create(parent, change, reason="one")
    third = versions.create(store.load(second.name), change, reason="two")
    fourth = versions.create(parent, change, reason="three")

    names = [second.name, third.name, fourth.name]
    assert names == ["signs@2", "signs@3", "signs@4"]
    assert fourth.title == "Signs, version 4"


def test_mnist_can_have_versions(small_mnist: Dataset) -> None:
    """They lie in the home, while MNIST itself comes with Inklab."""
    spec = versions.create(
        small_mnist, {"train": Change(remove=[3])}, reason="a duplicate"
    )

    child = store.load(spec.name)
    assert (spec.name, child.spec.num_train) == ("mnist@2", 599)
    assert child.spec.licence == small_mnist.spec.licence


@pytest.mark.parametrize(
    "change",
    [Change(), Change(remove=[9]), Change(remove=[-1]), Change(relabel={0: 3})],
    ids=["nothing", "beyond the end", "before the start", "no such class"],
)
def test_a_change_of_what_is_not_there_is_refused(change: Change) -> None:
    """NumPy would take -1 for the last image."""
    parent = make()

    with pytest.raises(DatasetError, match="Expected"):
        versions.create(parent, {"train": change}, reason="x")
    assert [spec.name for spec in catalog.specs()] == ["mnist", "signs"]

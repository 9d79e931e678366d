"""The data set of the drawings: one like any other, and always of today."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from core.datasets import arrays as arrays_of_sets
from core.datasets import catalog, results, store, versions
from core.datasets.spec import plain
from core.datasets.versions import Change
from core.handwriting import arrays, collection, data_set, storage
from core.records import Attachment
from tests.core.handwriting.drawn import keep


def test_two_classes_with_one_held_out_are_a_data_set() -> None:
    keep("7", "1", "7", "7")

    dataset = store.verify(data_set.NAME)

    assert dataset.spec.classes == ("1", "7")
    assert (dataset.spec.num_train, dataset.spec.num_test) == (3, 1)
    assert dataset.spec.origin == "handwriting"
    train = [each for each in collection.drawings() if each.part == "train"]
    np.testing.assert_array_equal(
        dataset.train.images, collection.glyphs(train, "mnist", (28, 28))
    )
    assert dataset.train.labels.tolist() == [1, 0, 1]


@pytest.mark.parametrize("labels", ["7", "777", "71"], ids=["one", "a class", "two"])
def test_too_few_drawings_are_none(labels: str) -> None:
    keep(*labels)

    assert [spec.name for spec in catalog.specs()] == ["mnist"]


def test_it_is_made_anew_and_goes_with_its_drawings() -> None:
    *_, last = keep("7", "1", "7", "7")
    first = store.load(data_set.NAME).fingerprint

    collection.relabel(last.id, "4")
    second = store.load(data_set.NAME)
    collection.remove([each.id for each in collection.drawings()])

    assert second.fingerprint != first
    assert second.spec.classes == ("1", "4", "7")
    assert [spec.name for spec in catalog.specs()] == ["mnist"]


def test_many_characters_are_made_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_set, "_MAX_AT_ONCE", 1)
    making_thread: list[threading.Thread] = []
    make = arrays.glyphs

    def note(chosen, style, shape):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        making_thread.append(threading.current_thread())
        return make(chosen, style, shape)

    monkeypatch.setattr(arrays, "glyphs", note)
    kept = keep("7", "1", "7", "7", "1")
    for thread in set(making_thread) - {threading.current_thread()}:
        thread.join(20)

    sizes = store.load(data_set.NAME).spec
    assert sizes.num_train + sizes.num_test == len(kept)
    assert any(each is not threading.current_thread() for each in making_thread)


def test_characters_are_not_made_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand of them take 20 s."""
    keep("7", "1", "7")
    asked: list[int] = []
    make = arrays.glyphs

    def count(chosen, style, shape):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        asked.append(len(chosen))
        return make(chosen, style, shape)

    monkeypatch.setattr(arrays, "glyphs", count)
    keep("7")

    assert sum(asked) == 1


def test_a_merged_class_takes_its_members() -> None:
    keep("c", "C/c", "7", "a")

    assert data_set.classes_of(collection.drawings()) == ("7", "C/c", "a")


def test_a_data_set_of_that_name_is_left_alone() -> None:
    """Somebody may have imported one before the first drawing."""
    spec = replace(
        plain(catalog.spec("mnist")), name="My-Handwriting", origin="imported"
    )
    with store.create(spec) as draft:
        for part in arrays_of_sets.PARTS:
            images = np.zeros((10, 28, 28), np.uint8)
            draft.content.append(part, images, np.arange(10, dtype=np.uint8))

    keep("7", "1", "7")

    assert not data_set.is_free()
    assert [each.name for each in catalog.specs()] == ["mnist", "My-Handwriting"]
    assert store.verify("My-Handwriting").spec.num_train == 10


def test_it_has_versions_that_stay() -> None:
    """Whoever wants to go on with today's drawings makes one."""
    keep("7", "1", "7", "7")
    parent = store.load(data_set.NAME)

    spec = versions.create(parent, {"train": Change(remove=(0,))}, reason="ugly")
    keep("4")

    assert store.verify(spec.name).spec.num_train == parent.spec.num_train - 1
    assert store.load(data_set.NAME).spec.classes == ("1", "4", "7")


def test_it_is_known_until_when_it_was_made() -> None:
    keep("7", "1", "7")
    then = store.load(data_set.NAME).fingerprint
    last = collection.drawings()[-1].created

    keep("4")

    assert data_set.made_until(then) == last
    assert data_set.made_until("0" * 64) is None


def test_a_drawing_is_safe_where_the_data_set_cannot_be_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keep("7", "1")

    def fail(_: object) -> None:
        message = "disk full"
        raise OSError(message)

    monkeypatch.setattr(store, "renew", fail)
    keep("7")

    assert len(collection.drawings()) == 3
    assert not storage.damaged()


def test_what_was_computed_from_an_earlier_state_goes_with_it() -> None:
    keep("7", "1", "7")
    then = store.load(data_set.NAME).fingerprint
    made = Attachment(name="summary", title="Summary", key="1")
    results.save(then, made, write=lambda _: None)

    keep("4")

    assert results.find(then, kind="summary", key="1") is None

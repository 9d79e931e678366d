"""What a run keeps of its fine-tuning."""

from pathlib import Path

import numpy as np
import pytest

from core.errors import ArtifactError, SchemaError
from core.handwriting import fine_tuned, learned
from core.handwriting.examples import Examples
from core.handwriting.fine_tuned import BeforeAfter, FineTuned
from core.imaging import packed
from core.records import FINE_TUNE, HANDWRITING, RunScores, TaskRecord
from core.runs.store import RunStore
from tests.small_data import SMALL, stripes

RECORD = FineTuned(
    learned=("a", "b"),
    held_out=("c",),
    drawings=BeforeAfter(both=1),
    test=BeforeAfter(both=97, only_before=1, only_after=2),
    num_rehearsed=100,
    num_repeats=5,
    way=0.5,
)


def fine_tuned_run(
    store: RunStore, tmp_path: Path, *, text: str, parent: str = ""
) -> str:
    """Put a finished fine-tuned run into a store, with a record."""
    task = TaskRecord(kind=FINE_TUNE)
    run_id = store.create(SMALL, name="mine", parent=parent, task=task)
    store.start(run_id)
    files = tmp_path / run_id
    files.mkdir()
    (files / HANDWRITING).write_text(text)
    scores = RunScores(test_accuracy=0.9, test_size=10)
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
    return run_id


def test_before_and_after_are_counted_image_by_image() -> None:
    """Worked by hand: 5 images, right before 3 times and after 3 times."""
    labels = np.array([0, 1, 2, 3, 4], np.uint8)
    before = np.array([0, 1, 2, 0, 0], np.uint8)
    after = np.array([0, 1, 0, 3, 0], np.uint8)

    found = BeforeAfter.of(labels, before, after)

    assert (found.both, found.only_before, found.only_after, found.neither) == (
        *(2, 1),
        *(1, 1),
    )
    assert found.total == 5
    assert found.before is not None
    assert found.before.value == pytest.approx(0.6)
    assert found.difference is not None
    assert found.difference.value == pytest.approx(0.0)


def test_without_images_there_is_no_accuracy() -> None:
    """Nobody may see 0 %."""
    nothing = BeforeAfter()

    assert nothing.before is nothing.after is nothing.difference is None


def test_a_run_has_learned_what_its_ancestors_were_fine_tuned_on(
    run_store: RunStore,
    tmp_path: Path,
) -> None:
    """A run that goes on with a fine-tuned one is not scored on those either."""
    first = fine_tuned_run(run_store, tmp_path, text=RECORD.model_dump_json())
    later = RECORD.model_copy(update={"learned": ("d",)}).model_dump_json()
    second = fine_tuned_run(run_store, tmp_path, text=later, parent=first)

    assert learned.ids_of(run_store, run_store.get(second)) == {"a", "b", "d"}
    assert fine_tuned.read(run_store, run_store.get(first)) == RECORD


def test_a_damaged_record_is_said(run_store: RunStore, tmp_path: Path) -> None:
    """The page shows the rest of the run all the same."""
    run_id = fine_tuned_run(run_store, tmp_path, text="{")

    with pytest.raises(ArtifactError, match="damaged"):
        fine_tuned.read(run_store, run_store.get(run_id))


def test_examples_of_another_data_set_are_refused() -> None:
    """A worker may have another data set of that name."""
    small = packed.pack(np.ones((1, 20, 20), np.uint8))
    examples = Examples(ids=("a",), labels=(0,), pixels=small)

    with pytest.raises(SchemaError, match=r"\(1, 28, 28\).*\(1, 20, 20\)"):
        examples.split(stripes(8).spec)


def test_examples_of_a_class_that_there_is_not_are_refused() -> None:
    """Four classes have no ninth."""
    image = packed.pack(np.ones((1, 28, 28), np.uint8))
    examples = Examples(ids=("a",), labels=(9,), pixels=image)

    with pytest.raises(SchemaError, match="of 4 classes"):
        examples.split(stripes(8).spec)


def test_no_examples_are_an_empty_split() -> None:
    """Nothing may be held out."""
    split = Examples().split(stripes(8).spec)

    assert split.images.shape == (0, 28, 28)
    assert split.labels.shape == (0,)

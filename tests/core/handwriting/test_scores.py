"""Scores on one's own hand: counted fairly, and never on what was learned."""

import itertools
from collections import Counter
from dataclasses import replace

import pytest

from core.config import TrainingConfig
from core.datasets import store as datasets
from core.handwriting import collection, data_set, learned, scores
from core.handwriting.prompts import of_round, to_write
from core.proportion import Proportion
from core.records import Run
from core.runs.store import RunStore
from tests.core.handwriting.drawn import keep

CLASSES = ("1", "7", "C/c")


def said(*answers: int) -> dict[str, int]:
    """Let a run say classes of all drawings, by their indices."""
    found = collection.drawings()
    return {each.id: at for each, at in zip(found, answers, strict=True)}


def test_right_ones_are_counted_by_hand() -> None:
    """C is right for c where a run has one class for both."""
    drawings = keep("1", "7", "c", "C")

    share = scores.score(said(0, 0, 2, 1), drawings, CLASSES)

    assert share == Proportion(2, 4)


def test_either_case_is_right_for_a_merged_label() -> None:
    """A drawing labelled C/c, and a run that tells them apart."""
    drawings = keep("C/c", "C/c", "C/c")

    share = scores.score(said(1, 2, 0), drawings, ("7", "C", "c"))

    assert share == Proportion(2, 3)


def test_drawings_of_other_classes_do_not_count() -> None:
    drawings = keep("1", "x", "c")

    found = scores.known_to(CLASSES, drawings)

    assert [each.label for each in found] == ["1", "c"]
    assert scores.score({}, (), CLASSES) is None


def run_on(store: RunStore, dataset: str, fingerprint: str = "") -> Run:
    """Put a run into the store, and say what it learned from."""
    run = store.get(store.create(TrainingConfig(), name="run"))
    config = replace(run.training, dataset=dataset)
    return replace(run, config=config, fingerprint=fingerprint)


def test_a_run_of_another_data_set_is_new_to_all(run_store: RunStore) -> None:
    drawings = keep("1", "7", "7")

    assert scores.new_to(run_store, run_on(run_store, "mnist"), drawings) == drawings


@pytest.mark.parametrize("name", ["my-handwriting", "my-handwriting@2"])
def test_a_run_of_the_drawings_is_scored_on_those_held_out_and_later_ones(
    name: str, run_store: RunStore
) -> None:
    keep("1", "7", "7", "7")
    run = run_on(run_store, name, datasets.load(data_set.NAME).fingerprint)
    later = keep("1")

    found = scores.new_to(run_store, run, collection.drawings())

    held_out = [each.id for each in collection.drawings() if each.part == "test"]
    assert {each.id for each in found} == {*held_out, later[0].id}


def test_of_a_data_set_that_nobody_remembers_all_may_be_learned(
    run_store: RunStore,
) -> None:
    keep("1", "7", "7", "7")
    run = run_on(run_store, "my-handwriting", "0" * 64)

    found = learned.ids_of(run_store, run)

    assert len(found) == 3


@pytest.mark.parametrize(
    ("num_classes", "num_each"), [(2, {10}), (10, {2}), (47, {1}), (256, {1})]
)
def test_prompts_are_balanced(num_classes: int, num_each: set[int]) -> None:
    classes = tuple(f"class {at}" for at in range(num_classes))

    chosen = of_round(classes, (), seed=0)

    assert len(chosen) == 20
    assert set(Counter(chosen).values()) == num_each


def test_prompts_begin_with_what_there_is_least_of() -> None:
    """So all classes have as many after some rounds."""
    drawings = keep(*"0123456789" * 2, *"01234" * 2)

    chosen = of_round(tuple("0123456789"), drawings, seed=1)

    counts = Counter([*chosen, *(each.label for each in drawings)])
    assert set(counts.values()) == {5}


@pytest.mark.parametrize("seed", range(5))
def test_no_prompt_comes_twice_in_a_row(seed: int) -> None:
    chosen = of_round(tuple("0123456789"), (), seed=seed)

    assert all(one != other for one, other in itertools.pairwise(chosen))


def test_another_round_has_another_order() -> None:
    classes = tuple("0123456789")

    assert of_round(classes, (), seed=0) == of_round(classes, (), seed=0)
    assert of_round(classes, (), seed=0) != of_round(classes, (), seed=20)


@pytest.mark.parametrize(
    ("name", "text"), [("7", "7"), ("C/c", "c or C"), ("either/or", "either/or")]
)
def test_merged_classes_are_written_in_either_case(name: str, text: str) -> None:
    assert to_write(name) == text

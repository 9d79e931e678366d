"""Labels ranked by confident learning, against numbers worked by hand and a loop."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.suspicious_labels import rank_labels

# Labels 0, 0, 0, 1, 1. Mean self-confidence: t(0) = (0.9 + 0.8 + 0.1) / 3 = 0.6,
# t(1) = (0.7 + 0.3) / 2 = 0.5.
LABELS = np.array([0, 0, 0, 1, 1], np.uint8)
OF_ZERO = np.array([0.9, 0.8, 0.1, 0.3, 0.7])
PROBABILITIES = np.stack([OF_ZERO, 1 - OF_ZERO], axis=1).astype(np.float32)


def by_loop(
    labels: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> dict[int, int]:
    """Return what is confidently another class, as the paper puts it."""
    classes = range(probabilities.shape[1])
    thresholds = {}
    for each in classes:
        own = [float(p[each]) for p, y in zip(probabilities, labels, strict=True)
               if y == each]  # fmt: skip
        thresholds[each] = sum(own) / len(own) if own else np.inf
    found = {}
    for index, (row, label) in enumerate(zip(probabilities, labels, strict=True)):
        sure = [each for each in classes if row[each] >= thresholds[each]]
        best = max(
            sure, key=lambda each: (row[each], each == label), default=int(label)
        )
        if best != label:
            found[index] = best
    return found


def test_what_is_confidently_another_class_is_found() -> None:
    """Image 2 is a 1 at 0.9 >= 0.5; image 4 is a 0 at 0.7 >= 0.6."""
    found = rank_labels(LABELS, PROBABILITIES)

    assert found.indices[found.is_confident].tolist() == [2, 4]
    assert found.suggested[found.is_confident].tolist() == [1, 0]
    assert found.num_confident == 2


def test_the_least_probable_label_comes_first() -> None:
    """All images are ranked, not only those that are confidently wrong."""
    found = rank_labels(LABELS, PROBABILITIES)

    assert found.indices.tolist() == [2, 4, 3, 1, 0]
    np.testing.assert_allclose(found.scores, [0.1, 0.3, 0.7, 0.8, 0.9], atol=1e-6)
    assert found.given.tolist() == [0, 1, 1, 0, 0]


def test_another_class_that_is_not_probable_enough_is_only_suggested() -> None:
    """Of two that are often sure, 0.55 for the other is no confidence."""
    of_zero = np.array([0.99, 0.45, 0.01, 0.01])
    probabilities = np.stack([of_zero, 1 - of_zero], axis=1).astype(np.float32)

    found = rank_labels(np.array([0, 0, 1, 1], np.uint8), probabilities)

    assert (found.indices[0], found.suggested[0], found.num_confident) == (1, 1, 0)


@pytest.mark.parametrize("num_classes", [2, 5, 62])
def test_a_loop_over_the_definition_finds_the_same(num_classes: int) -> None:
    """On random answers, with ties and with a class that no image has."""
    generator = np.random.default_rng(num_classes)
    probabilities = generator.dirichlet(np.ones(num_classes) / 2, 400).round(2)
    labels = generator.integers(0, num_classes - 1, 400).astype(np.uint8)

    found = rank_labels(labels, probabilities.astype(np.float64))

    sure = found.is_confident
    suggested = dict(zip(found.indices[sure], found.suggested[sure], strict=True))
    assert suggested == by_loop(labels, probabilities)
    assert num_classes - 1 not in suggested.values()
    assert (found.suggested != found.given).all()


def test_one_image_of_each_class_is_no_error() -> None:
    found = rank_labels(
        np.array([0, 1], np.uint8), np.array([[0.2, 0.8], [0.6, 0.4]], np.float32)
    )

    assert found.indices[found.is_confident].tolist() == [0, 1]
    assert found.listed.tolist() == [0, 1]


def test_what_is_not_a_number_is_refused() -> None:
    """A diverged network would accuse every label."""
    with pytest.raises(ValueError, match="not a number"):
        rank_labels(LABELS, np.full_like(PROBABILITIES, np.nan))


@pytest.mark.parametrize(("num", "listed"), [(10, 10), (1000, 50), (60_000, 900)])
def test_so_many_labels_are_worth_a_look(num: int, listed: int) -> None:
    """1.5 %, at least 50, if none is confidently wrong."""
    labels = (np.arange(num) % 2).astype(np.uint8)

    found = rank_labels(labels, np.eye(2, dtype=np.float32)[labels])

    assert (len(found.listed), found.num_confident) == (listed, 0)


def test_a_label_that_is_nearly_as_probable_can_be_confidently_wrong() -> None:
    """It is listed, and the many that are less probable but right are not."""
    labels = np.zeros(1000, np.uint8)
    labels[1:] = 1 + np.arange(999) % 2
    probabilities = np.full((1000, 3), 0.3, np.float32)
    probabilities[0] = [0.45, 0.55, 0.0]

    found = rank_labels(labels, probabilities)

    assert found.num_confident == 1
    assert found.listed.tolist() == [*range(50), 999]


def test_places_are_those_in_the_ranking() -> None:
    found = rank_labels(LABELS, PROBABILITIES)

    assert found.places_of({0, 4, 17}).tolist() == [1, 4]

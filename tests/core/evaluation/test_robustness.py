"""How much of its accuracy a model keeps."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.errors import TrainingStopped
from core.evaluation import robustness
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS
from core.evaluation.robustness import Robustness
from core.types import Probabilities

NUM_STRENGTHS = sum(len(each.strengths) for each in SWEEPS)


def halves(images: NDArray[np.float32]) -> Probabilities:
    """Say 1 if there is more ink on the right, else 0."""
    right = images[:, :, 14:].sum(axis=(1, 2)) > images[:, :, :14].sum(axis=(1, 2))
    return np.stack([~right, right], axis=1).astype(np.float32)


def bars(count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make images with a bar on the left or the right."""
    labels = np.arange(count, dtype=np.uint8) % 2
    images = np.zeros((count, 28, 28), np.uint8)
    images[np.arange(count), 4:24, 6 + 15 * labels] = 255
    return images, labels


def test_threads_change_nothing() -> None:
    """All that is random depends on the seed, the change and the image alone."""
    images, labels = bars(40)
    is_right = np.ones(40, bool)

    one, two, other = (
        robustness.measure(
            images, labels, is_right, predictors=[halves] * threads, seed=seed
        )
        for threads, seed in ((1, 0), (3, 0), (1, 1))
    )

    np.testing.assert_array_equal(one, two)
    assert not np.array_equal(one, other)
    assert one.shape == (len(CORRUPTIONS) + NUM_STRENGTHS, 40)
    brightness = [each.key for each in CORRUPTIONS].index("brightness")
    assert one[brightness].all()


def test_strength_0_is_what_was_known_before() -> None:
    """The stored answers, not those of another program."""
    images, labels = bars(6)
    is_right = np.array([True, False, True, True, False, True])

    found = robustness.measure(images, labels, is_right, predictors=[halves], seed=0)

    made = robustness.summarise(found, is_right, num_test=9)
    for curve in made.curves:
        nought = curve.strengths.index(0)
        assert curve.accuracies[nought] == made.clean
    assert made.clean.successes == 4
    assert made.num_test == 9


def test_the_score_is_the_mean_over_the_corruptions() -> None:
    """Its interval is that of the mean of the images, which share their corruptions."""
    found = np.zeros((len(CORRUPTIONS) + NUM_STRENGTHS, 4), bool)
    found[:6, 0] = True
    found[:3, 1] = True

    made = robustness.summarise(found, np.ones(4, bool), num_test=4)

    assert made.score == pytest.approx(9 / 60)
    deviation = np.std([6 / 15, 3 / 15, 0, 0], ddof=1)
    assert made.half_width == pytest.approx(1.959964 * deviation / 2)
    assert made.low == 0
    assert made.worst_first[0][1].successes == 0
    assert made.worst_first[-1][1].successes == 2


def test_what_was_measured_is_read_as_it_was_written() -> None:
    found = np.random.default_rng(0).random((len(CORRUPTIONS) + NUM_STRENGTHS, 7)) < 0.5
    made = robustness.summarise(found, found[0], num_test=7)

    assert Robustness.from_document(made.document()) == made


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"n": 0, "right": 1}', "[" * 9999])
def test_a_damaged_document_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="Expected what a robustness sweep"):
        Robustness.from_document(text)


def test_it_ends_when_somebody_stops_it() -> None:
    """What has not begun is not done."""
    images, labels = bars(2)
    asked: list[int] = []

    def count(given: NDArray[np.float32]) -> Probabilities:
        asked.append(len(given))
        return halves(given)

    def report(share: float) -> None:
        raise TrainingStopped(str(share))

    with pytest.raises(TrainingStopped):
        robustness.measure(
            images,
            labels,
            np.ones(2, bool),
            predictors=[count],
            seed=0,
            report=report,
        )

    assert len(asked) < len(CORRUPTIONS)


def test_examples_are_changed_images() -> None:
    """Of a corruption, or of a sweep at a strength; two have one name."""
    images, _ = bars(3)

    small = robustness.example(images, "scale", seed=0)
    large = robustness.example(images, "scale", seed=0, strength=40)
    same = robustness.example(images, "scale", seed=0, strength=0)

    assert small.dtype == np.uint8
    assert small.sum() < images.sum() < large.sum()
    np.testing.assert_array_equal(same, images)

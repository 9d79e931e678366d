"""Predicting with an exported model."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.errors import ArtifactError
from core.inference import MAX_BATCH, Predictor
from tests.rounding import assert_same_but_rounded
from tests.small_data import dimensions

NUM_CLASSES = 6


@pytest.fixture(scope="module")
def model_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export a network whose answer is known: the mean of each of six stripes."""
    from core.config import MlpConfig  # noqa: PLC0415
    from core.models import architectures, export  # noqa: PLC0415

    model = architectures.build(MlpConfig(hidden=()), dimensions(NUM_CLASSES))
    kernel = np.zeros((28, 28, NUM_CLASSES), np.float32)
    for number in range(NUM_CLASSES):
        kernel[number * 4 : number * 4 + 4, :, number] = 5 / 112
    model.get_layer("probabilities").set_weights(
        [kernel.reshape(784, NUM_CLASSES), np.zeros(NUM_CLASSES, np.float32)]
    )
    path = tmp_path_factory.mktemp("model") / "model.tflite"
    export.save_litert(model, path)
    return path


def striped(*strengths: float) -> np.ndarray:
    """Make an image whose stripes have these strengths, from the top."""
    image = np.zeros((28, 28), np.float32)
    for number, strength in enumerate(strengths):
        image[number * 4 : number * 4 + 4] = strength
    return image


def test_the_probabilities_are_those_worked_out_by_hand(model_file: Path) -> None:
    """Logits are 5 times the stripes' strengths; the softmax follows."""
    strengths = np.array([0.0, 0.2, 1.0, 0.4, 0.0, 0.6])

    (answer,) = Predictor(model_file).predict(striped(*strengths)[np.newaxis])

    expected = np.exp(5 * strengths) / np.exp(5 * strengths).sum()
    assert answer.dtype == np.float32
    assert_same_but_rounded(answer, expected)


def test_classes_are_ranked_by_probability(model_file: Path) -> None:
    """The first of the ranking is the answer that the page shows."""
    answer = Predictor(model_file).answer(striped(0.1, 0.9, 0.3, 0.5, 0.2, 0.7))

    assert answer.ranking.tolist() == [1, 5, 3, 2, 4, 0]
    assert answer.best == 1
    assert answer.confidence == answer.probabilities.max()


def test_equal_probabilities_are_ranked_by_class(model_file: Path) -> None:
    """The same image gives the same list each time."""
    answer = Predictor(model_file).answer(striped(0.5, 0.0, 0.5, 0.0, 0.5, 1.0))

    assert answer.ranking.tolist() == [5, 0, 2, 4, 1, 3]


@pytest.mark.parametrize("temperature", [0.05, 1.0, 20.0])
def test_a_temperature_changes_probabilities_and_no_rank(
    temperature: float, model_file: Path
) -> None:
    """Cold, most probabilities are 0; the ranking is still that of the model."""
    image = striped(0.1, 0.9, 0.3, 0.5, 0.2, 0.7)

    answer = Predictor(model_file).answer(image, temperature=temperature)

    logits = 5 * np.array([0.1, 0.9, 0.3, 0.5, 0.2, 0.7]) / temperature
    assert answer.ranking.tolist() == [1, 5, 3, 2, 4, 0]
    assert_same_but_rounded(answer.probabilities, np.exp(logits) / np.exp(logits).sum())


@pytest.mark.parametrize("num_images", [1, MAX_BATCH, MAX_BATCH + 1])
def test_any_number_of_images_is_answered_in_order(
    model_file: Path, num_images: int
) -> None:
    """The seam between two batches must neither lose nor swap images."""
    images = np.stack([striped(*np.eye(6)[n % 6]) for n in range(num_images)])

    answers = Predictor(model_file).predict(images)

    assert answers.argmax(axis=1).tolist() == [n % 6 for n in range(num_images)]


@pytest.mark.parametrize(
    "shape", [(28, 28), (1, 28, 27), (1, 784), (1, 28, 28, 1)], ids=str
)
def test_images_of_another_shape_are_refused(
    model_file: Path, shape: tuple[int, ...]
) -> None:
    """LiteRT would read whatever bytes lie there."""
    with pytest.raises(ValueError, match=r"shape \(n, 28, 28\), got"):
        Predictor(model_file).predict(np.zeros(shape, np.float32))


@pytest.mark.parametrize(
    "content",
    [None, b"", b"no model at all", b"\x1c\x00\x00\x00TFL3" + bytes(200)],
    ids=["missing", "empty", "text", "cut"],
)
def test_a_missing_or_damaged_model_is_a_plain_error(
    tmp_path: Path, content: bytes | None
) -> None:
    """A disk that was full while a run ended must not end the page."""
    path = tmp_path / "model.tflite"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ArtifactError, match=r"model\.tflite, but it is missing or"):
        Predictor(path)


def test_a_cut_model_is_a_plain_error(model_file: Path, tmp_path: Path) -> None:
    """Half a download looks like a model at its start."""
    path = tmp_path / "model.tflite"
    path.write_bytes(model_file.read_bytes()[:600])

    with pytest.raises(ArtifactError, match="missing or damaged"):
        Predictor(path)


def test_several_threads_may_ask_at_once(model_file: Path) -> None:
    """One predictor serves all viewers of a page."""
    predictor = Predictor(model_file)
    images = [striped(*np.eye(6)[n % 6])[np.newaxis] for n in range(300)]
    batches = [np.repeat(image, 1 + n % 3, axis=0) for n, image in enumerate(images)]

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(predictor.predict, batches))

    assert [len(answer) for answer in answers] == [len(batch) for batch in batches]
    best = [set(answer.argmax(axis=1).tolist()) for answer in answers]
    assert best == [{n % 6} for n in range(300)]

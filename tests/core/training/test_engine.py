"""The compiled epoch: it computes what Keras does, only sooner."""

import functools
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from core.config import CnnConfig, ConvBlock, MlpConfig, Network, TrainingConfig
from core.datasets.splits import balanced_weights
from core.models import architectures
from core.training.engine import (
    EVALUATION_BATCH,
    Engine,
    compiler_for,
    evaluation_batch,
)
from core.training.optimizers import optimizer_of
from tests.rounding import (
    assert_same_but_rounded,
    assert_same_weights,
    rounded_otherwise,
)
from tests.small_data import dimensions

NETWORK = MlpConfig(hidden=(16, 8), activation="tanh")
NORMED = MlpConfig(hidden=(16, 8), activation="tanh", batch_norm=True)
CNN = CnnConfig(blocks=(ConvBlock(filters=3),), dense=(5,), activation="tanh")
WITH_DROPOUT = MlpConfig(hidden=(16,), dropout=0.5, batch_norm=True)
BATCH_SIZE = 20
NUM_BATCHES = 3
GENERATOR = np.random.default_rng(0)
IMAGES = GENERATOR.integers(0, 256, (60, 28, 28), dtype=np.uint8)
LABELS = GENERATOR.integers(0, 4, 60, dtype=np.uint8)
INK = IMAGES / np.float32(255)
RATES = np.array([0.003, 0.001, 0.002], np.float32)


def make_engine(
    network: Network,
    *,
    chunk_batches: int = NUM_BATCHES,
    kind: type[Engine] = Engine,
    keras_optimizer: keras.optimizers.Optimizer | None = None,
    **recipe: object,
) -> Engine:
    """Compile a network of four classes with the weights of seed 0."""
    config = TrainingConfig(network=network, batch_size=BATCH_SIZE, **recipe)
    engine = kind(
        architectures.build(network, dimensions(4)),
        keras_optimizer or optimizer_of(config),
        config,
        chunk_batches=chunk_batches,
        compiler=compiler_for(network),
    )
    engine.reset(seed=0)
    engine.weigh_classes(LABELS)
    return engine


class Reference(NamedTuple):
    """What Keras' own step learns, and what it does when its input is rounded."""

    weights: list[np.ndarray]
    losses: list[float]
    rounded: list[list[np.ndarray]]


@functools.cache
def learned_by_keras(network: Network, **recipe: object) -> Reference:
    """Learn the same batches from the same weights with Keras' own step."""
    weights, losses = keras_steps(INK, network, **recipe)
    rounded = [
        keras_steps(rounded_otherwise(INK, seed=seed), network, **recipe)[0]
        for seed in range(3)
    ]
    return Reference(weights, losses, rounded)


def keras_steps(
    ink: np.ndarray, network: Network, **recipe: object
) -> tuple[list[np.ndarray], list[float]]:
    """Return the weights after all batches, and the loss of each before its step."""
    config = TrainingConfig(network=network, **recipe)
    model = architectures.build(network, dimensions(4))
    architectures.initialise(model, seed=0)
    loss = keras.losses.CategoricalCrossentropy(label_smoothing=config.label_smoothing)
    # Three batches are over before a graph of them would be compiled.
    model.compile(optimizer_of(config), loss, run_eagerly=True)
    weights = dict(enumerate(balanced_weights(LABELS, num_classes=4)))
    is_balanced = config.class_weights == "balanced"
    losses = []
    for batch, rate in enumerate(RATES):
        part = slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)
        model.optimizer.learning_rate = rate
        model.reset_metrics()
        truth = keras.utils.to_categorical(LABELS[part], 4)
        learned = model.train_on_batch(
            ink[part], truth, class_weight=weights if is_balanced else None
        )
        losses.append(float(learned))
    return model.get_weights(), losses


def num_compiled(engine: Engine) -> int:
    """Count the graphs that were traced for the loop."""
    return engine._run_chunk.experimental_get_tracing_count()  # noqa: SLF001


@pytest.fixture(scope="module")
def plain() -> Engine:
    """Compile a network without surprises."""
    return make_engine(NETWORK)


@pytest.fixture(scope="module")
def dropping() -> Engine:
    """Compile a network with all that a seed decides."""
    return make_engine(WITH_DROPOUT)


def learned_by(engine: Engine, rates: np.ndarray = RATES) -> list[np.ndarray]:
    """Learn all batches from the weights of seed 0, and return the new weights."""
    engine.reset(seed=0)
    engine.learn(IMAGES, LABELS, rates)
    weights: list[np.ndarray] = engine.model.get_weights()
    return weights


@pytest.mark.parametrize(
    "network", [NETWORK, NORMED, CNN], ids=["plain", "batch norm", "convolutions"]
)
def test_a_chunk_is_what_keras_learns_batch_by_batch(network: Network) -> None:
    """Our loop is an optimisation: it must not be another algorithm."""
    reference = learned_by_keras(network)
    engine = make_engine(network)

    metrics = engine.learn(IMAGES, LABELS, RATES)

    assert_same_but_rounded(metrics.loss, np.mean(reference.losses), size=1)
    found = engine.model.get_weights()
    assert_same_weights(found, reference.weights, *reference.rounded)


def without_bias_correction() -> np.ndarray:
    """Return the rates with which Adam steps as if its moments needed none."""
    steps = np.arange(1, NUM_BATCHES + 1)
    return np.float32(RATES * (1 - 0.9**steps) / np.sqrt(1 - 0.999**steps))


@pytest.mark.parametrize("network", [NORMED, CNN], ids=["batch norm", "convolutions"])
@pytest.mark.parametrize(
    ("options", "rates"),
    [
        pytest.param({"epsilon": 1e-8}, RATES, id="epsilon"),
        pytest.param({}, without_bias_correction(), id="bias correction"),
        pytest.param({"beta_1": 0.999, "beta_2": 0.9}, RATES, id="momenta"),
    ],
)
def test_a_faulty_step_is_not_taken_for_rounding(
    network: Network, options: dict[str, float], rates: np.ndarray
) -> None:
    """Another library's epsilon, no bias correction, or momenta that are swapped."""
    reference = learned_by_keras(network)
    adam = keras.optimizers.Adam(**options)
    faulty = make_engine(network, keras_optimizer=adam)

    found = learned_by(faulty, rates)

    with pytest.raises(AssertionError, match="rounding explains"):
        assert_same_weights(found, reference.weights, *reference.rounded)


def test_the_padding_of_a_short_chunk_changes_nothing(plain: Engine) -> None:
    """Nor does what the chunk before left in the buffer, which is used again."""
    reference = learned_by_keras(NETWORK)
    padded = make_engine(NETWORK, chunk_batches=NUM_BATCHES + 1)
    padded.learn(np.resize(IMAGES, (80, 28, 28)), np.resize(LABELS, 80), RATES[[0] * 4])
    for engine in (plain, padded):
        engine.reset(seed=0)

    exact_metrics, metrics = (e.learn(IMAGES, LABELS, RATES) for e in (plain, padded))

    assert_same_but_rounded(metrics.loss, exact_metrics.loss, size=1)
    assert metrics.accuracy == exact_metrics.accuracy
    found = padded.model.get_weights()
    assert_same_weights(found, reference.weights, *reference.rounded)


def test_accuracy_is_counted_before_each_update(plain: Engine) -> None:
    """With a rate of almost nothing, it is the accuracy of the first weights."""
    plain.reset(seed=0)
    before, _ = plain.evaluate(IMAGES, LABELS)

    metrics = plain.learn(IMAGES, LABELS, np.full(3, 1e-12, np.float32))

    assert metrics.accuracy == pytest.approx(before.accuracy)
    assert_same_but_rounded(metrics.loss, before.loss, size=1)
    assert metrics.num_images == 60


@pytest.mark.parametrize("num_images", [1, 60, EVALUATION_BATCH + 7])
def test_evaluation_is_what_numpy_computes(plain: Engine, num_images: int) -> None:
    """Mean cross-entropy and share of hits, across the seam of two batches."""
    images = np.resize(IMAGES, (num_images, 28, 28))
    labels = np.resize(LABELS, num_images)

    metrics, predicted = plain.evaluate(images, labels)

    answers = np.asarray(plain.model(images / np.float32(255)), np.float64)
    loss = -np.log(answers[np.arange(num_images), labels]).mean()
    assert_same_but_rounded(metrics.loss, loss, size=1)
    assert metrics.accuracy == pytest.approx((answers.argmax(axis=1) == labels).mean())
    assert metrics.num_images == num_images
    np.testing.assert_array_equal(predicted, answers.argmax(axis=1))


def test_a_wide_network_reads_fewer_images_at_once() -> None:
    """256 outputs of 28 x 28 are 0.8 MB an image: of 2,000 that would be 1.6 GB."""
    wide = CnnConfig(blocks=(ConvBlock(filters=256),), dense=())
    model, slim = (architectures.build(each, dimensions(4)) for each in (wide, CNN))

    assert evaluation_batch(model) == 159
    assert evaluation_batch(slim) == EVALUATION_BATCH
    assert evaluation_batch(architectures.mean_of([slim, model])) == 159


def test_evaluation_neither_learns_nor_drops_out(dropping: Engine) -> None:
    """Batch norm keeps its statistics, and the same question has one answer."""
    dropping.reset(seed=0)
    before = [np.array(variable) for variable in dropping.model.variables]

    first, second = (dropping.evaluate(IMAGES, LABELS) for _ in range(2))

    assert first[0] == second[0]
    np.testing.assert_array_equal(first[1], second[1])
    for earlier, variable in zip(before, dropping.model.variables, strict=True):
        np.testing.assert_array_equal(earlier, np.asarray(variable), variable.path)


def test_a_reset_starts_over_to_the_last_bit(dropping: Engine) -> None:
    """Weights, momenta, step count, statistics and dropout: all of it."""

    def learned() -> list[np.ndarray]:
        dropping.reset(seed=5)
        for _ in range(2):
            dropping.learn(IMAGES, LABELS, RATES)
        return dropping.model.get_weights()

    for one, other in zip(learned(), learned(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_drops_out_others(dropping: Engine) -> None:
    """From the same weights, only the dropout can make the difference."""
    weights = []
    for seed in (1, 2):
        dropping.reset(seed=seed)
        start = architectures.build(WITH_DROPOUT, dimensions(4))
        architectures.initialise(start, seed=0)
        kernels = iter(start.trainable_weights)
        for variable in dropping.model.trainable_variables:
            variable.assign(next(kernels))
        dropping.learn(IMAGES, LABELS, RATES)
        weights.append(dropping.model.get_weights()[0])

    assert not np.array_equal(*weights)


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param({"optimizer": "adamw", "weight_decay": 0.3}, id="adamw"),
        pytest.param({"optimizer": "sgd", "weight_decay": 0.1}, id="sgd"),
        pytest.param({"optimizer": "lion"}, id="lion"),
        pytest.param({"optimizer": "muon"}, id="muon"),
        pytest.param({"gradient_clip": 0.01}, id="clipped"),
        pytest.param({"label_smoothing": 0.3}, id="smoothed"),
        pytest.param({"class_weights": "balanced"}, id="class weights"),
        pytest.param(
            {"class_weights": "balanced", "label_smoothing": 0.1},
            id="class weights, smoothed",
        ),
    ],
)
def test_each_way_to_optimise_is_that_of_keras(
    plain: Engine, recipe: dict[str, object]
) -> None:
    """And each differs from Adam, so that no setting is without effect."""
    reference = learned_by_keras(NETWORK, **recipe)
    engine = make_engine(NETWORK, **recipe)

    learned, with_adam = learned_by(engine), learned_by(plain)

    assert_same_weights(learned, reference.weights, *reference.rounded)
    with pytest.raises(AssertionError, match="rounding explains"):
        assert_same_weights(with_adam, reference.weights, *reference.rounded)


class Unweighted(Engine):
    """The step as it was before there were class weights."""

    def _step(
        self, images: tf.Tensor, labels: tf.Tensor, rate: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        variables = self.model.trainable_variables
        with tf.GradientTape() as tape:
            losses, guesses, logs = self._losses(images, labels, training=True)
            evenness = -tf.reduce_mean(logs)
            loss = tf.reduce_mean(losses)
            share = self._label_smoothing
            goal = (1 - share) * loss + share * evenness if share else loss
        gradients = tape.gradient(goal, variables)
        self.optimizer.learning_rate = rate
        self.optimizer.apply(gradients, variables)
        self._update_averages()
        hits = guesses == tf.cast(labels, tf.int32)
        return loss, tf.reduce_sum(tf.cast(hits, tf.int32))


@pytest.mark.parametrize(
    ("network", "smoothing"),
    [(NORMED, 0.1), (CNN, 0.0)],
    ids=["dense, smoothed", "convolutions"],
)
def test_without_class_weights_nothing_changes_by_a_bit(
    network: Network, smoothing: float
) -> None:
    """Runs of before must come out as they did."""
    engine = make_engine(network, label_smoothing=smoothing)
    before = make_engine(network, kind=Unweighted, label_smoothing=smoothing)

    for ours, expected in zip(learned_by(engine), learned_by(before), strict=True):
        np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize(
    "recipe", [{"label_smoothing": 0.4}, {"class_weights": "balanced"}], ids=str
)
def test_the_loss_that_is_told_is_neither_smoothed_nor_weighted(
    plain: Engine, recipe: dict[str, object]
) -> None:
    """Or two runs that differ in it could not be compared."""
    smooth = make_engine(NETWORK, **recipe)
    plain.reset(seed=0)
    nothing = np.full(3, 1e-12, np.float32)

    told = [each.learn(IMAGES, LABELS, nothing).loss for each in (smooth, plain)]

    assert_same_but_rounded(*told, size=1)


def test_averaged_weights_are_the_running_mean() -> None:
    """Of the average stay 1/10, 2/11 and then the 0.2 that was asked for."""
    engine = make_engine(NETWORK, chunk_batches=1, weight_average=0.2)
    steps = [np.array(engine.model.trainable_variables[0])]
    for batch, rate in enumerate(RATES):
        part = slice(batch * BATCH_SIZE, (batch + 1) * BATCH_SIZE)
        engine.learn(IMAGES[part], LABELS[part], np.array([rate]))
        steps.append(np.array(engine.model.trainable_variables[0]))
    expected = steps[0]
    for stays, step in zip((1 / 10, 2 / 11, 0.2), steps[1:], strict=True):
        expected = stays * expected + (1 - stays) * step

    with engine.averaged():
        average = np.array(engine.model.trainable_variables[0])

    assert_same_but_rounded(average, expected, terms=2 * NUM_BATCHES)
    np.testing.assert_array_equal(engine.model.trainable_variables[0], steps[3])


def test_strong_average_of_few_steps_is_not_the_first_weights() -> None:
    """Of 0.9999 a year's steps would stay, of which the first are random."""
    engine = make_engine(NORMED, weight_average=0.9999)
    first = np.array(engine.model.trainable_variables[0])
    for _ in range(10):
        engine.learn(IMAGES, LABELS, RATES)
    last = np.array(engine.model.trainable_variables[0])

    with engine.averaged():
        average = np.array(engine.model.trainable_variables[0])

    assert np.abs(average - last).sum() < np.abs(average - first).sum()


def test_without_an_average_the_weights_are_the_latest(plain: Engine) -> None:
    latest = np.array(plain.model.trainable_variables[0])

    with plain.averaged():
        np.testing.assert_array_equal(plain.model.trainable_variables[0], latest)


def test_chunks_of_any_length_share_one_graph(plain: Engine) -> None:
    """The last chunk of an epoch is shorter; compiling takes a second."""
    plain.learn(IMAGES, LABELS, RATES)
    compiled = num_compiled(plain)

    plain.learn(IMAGES[:40], LABELS[:40], RATES[:2])
    plain.learn(IMAGES[:20], LABELS[:20], RATES[:1])

    assert compiled == num_compiled(plain) == 1


@pytest.mark.parametrize(
    ("network", "compiler"), [(NETWORK, "XLA"), (CNN, "oneDNN")], ids=["mlp", "cnn"]
)
def test_the_compiler_follows_from_the_layers(network: Network, compiler: str) -> None:
    """XLA is up to 40 times slower for convolutions on a processor."""
    assert compiler_for(network) == compiler


def test_convolutions_start_over_to_the_last_bit() -> None:
    """Several threads add up in an order that must not matter."""
    engine = make_engine(CNN)

    def learned() -> list[np.ndarray]:
        engine.reset(seed=5)
        engine.learn(IMAGES, LABELS, RATES)
        return engine.model.get_weights()

    for one, other in zip(learned(), learned(), strict=True):
        np.testing.assert_array_equal(one, other)

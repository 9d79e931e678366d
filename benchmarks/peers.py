"""The same recipes in other libraries, each as its users usually write it.

Each function takes a recipe and trains once on all of MNIST's training images. It
returns the seconds of the training (with compilation, without imports and loading)
and the test accuracy.
"""

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.config import Augmentation, CnnConfig, MlpConfig, TrainingConfig
from core.datasets import catalog
from core.datasets import store as datasets
from core.evaluation import metrics

LEARNING_RATE = 1e-3
DIMENSIONS = catalog.spec("mnist").dimensions
NUM_TRAIN = 60_000
AUGMENTATION = Augmentation(rotation=10.0, shift=2.0, zoom=0.1)


@dataclass(frozen=True)
class Recipe:
    """What all libraries train, with Adam at 0.001 and cross-entropy.

    Attributes:
        batch_size: Images per step.
        epochs: Epochs over the 60,000 training images.
        is_lenet: True for 16C5-P2-32C5-P2-128-10 with augmentation, False for
            784-128-64-10 without.
    """

    batch_size: int
    epochs: int
    is_lenet: bool = False

    @property
    def network(self) -> MlpConfig | CnnConfig:
        """The network to train."""
        return CnnConfig(padding="valid") if self.is_lenet else MlpConfig()

    @property
    def operations(self) -> float:
        """Floating-point operations of the whole training, two per multiply-add.

        Forward pass, gradients of the weights, and gradients of the inputs of all
        layers but the first.
        """
        layers = [layer.num_macs for layer in self.network.layers(DIMENSIONS)]
        first = next(number for number in layers if number)
        return 2 * (3 * sum(layers) - first) * NUM_TRAIN * self.epochs


Result = tuple[float, float]
Floats = NDArray[np.float32]


def inklab(recipe: Recipe) -> Result:
    """Train with the compiled epoch."""
    from core.training.train import train  # noqa: PLC0415

    config = TrainingConfig(
        network=recipe.network,
        epochs=recipe.epochs,
        batch_size=recipe.batch_size,
        learning_rate=LEARNING_RATE,
        validation_fraction=0.0,
        augmentation=AUGMENTATION if recipe.is_lenet else Augmentation(),
    )
    trained = train(datasets.load("mnist"), config)
    predictions = trained.predictions
    accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
    return trained.seconds, accuracy.value


def keras_fit(recipe: Recipe) -> Result:
    """Train with `fit` as usually written; augmentation by preprocessing layers."""
    return _keras(recipe)


def keras_tuned(recipe: Recipe) -> Result:
    """Train with `fit` and the options that its documentation recommends for speed."""
    return _keras(recipe, steps_per_execution=100, jit_compile=not recipe.is_lenet)


def pytorch(recipe: Recipe) -> Result:
    """Train with fused Adam; images and augmentation as whole tensors."""
    import torch  # noqa: PLC0415
    from torch import nn  # noqa: PLC0415

    torch.manual_seed(0)
    head = (nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10))
    convolutions = (
        *(nn.Conv2d(1, 16, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 5), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Flatten(), nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    dense = (nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), *head)
    model = nn.Sequential(*(convolutions if recipe.is_lenet else dense))
    optimizer = torch.optim.Adam(model.parameters(), LEARNING_RATE, fused=True)
    (images, labels), (test_images, test_labels) = (
        (torch.from_numpy(pixels[:, None]), torch.from_numpy(classes.astype(np.int64)))
        for pixels, classes in _arrays()
    )
    loss_of = nn.CrossEntropyLoss()
    started = time.perf_counter()
    for _ in range(recipe.epochs):
        for part in torch.randperm(len(images)).split(recipe.batch_size):
            batch = images[part]
            if recipe.is_lenet:
                batch = _augmented(batch)
            optimizer.zero_grad()
            loss_of(model(batch), labels[part]).backward()
            optimizer.step()
    seconds = time.perf_counter() - started
    with torch.no_grad():
        hits = model(test_images).argmax(1) == test_labels
    return seconds, float(hits.float().mean())


def scikit_learn(recipe: Recipe) -> Result:
    """Train `MLPClassifier`."""
    from sklearn.neural_network import MLPClassifier  # noqa: PLC0415

    (images, labels), (test_images, test_labels) = _arrays()
    model = MLPClassifier(
        (128, 64),
        batch_size=recipe.batch_size,
        max_iter=recipe.epochs,
        alpha=0.0,
        random_state=0,
        tol=0.0,
        n_iter_no_change=recipe.epochs,
    )
    started = time.perf_counter()
    model.fit(images.reshape(len(images), -1), labels)
    seconds = time.perf_counter() - started
    return seconds, model.score(test_images.reshape(len(test_images), -1), test_labels)


def jax_scan(recipe: Recipe) -> Result:
    """Train with a compiled `lax.scan` over the batches of an epoch."""
    import jax  # noqa: PLC0415
    import jax.numpy as jnp  # noqa: PLC0415

    (images, labels), (test_images, test_labels) = _arrays()
    flat = images.reshape(len(images), -1)
    keys = jax.random.split(jax.random.key(0), 3)
    glorot = jax.nn.initializers.glorot_uniform()
    weights = [
        (glorot(key, shape), jnp.zeros(shape[1]))
        for key, shape in zip(keys, ((784, 128), (128, 64), (64, 10)), strict=True)
    ]

    def logits(weights: list, batch: jax.Array) -> jax.Array:
        for kernel, bias in weights[:-1]:
            batch = jax.nn.relu(batch @ kernel + bias)
        return batch @ weights[-1][0] + weights[-1][1]

    def loss(weights: list, batch: jax.Array, truth: jax.Array) -> jax.Array:
        logs = jax.nn.log_softmax(logits(weights, batch))
        return -jnp.take_along_axis(logs, truth[:, None], axis=1).mean()

    def step(state: tuple, batch: tuple) -> tuple:
        weights, first, second, number = state
        number += 1
        slopes = jax.grad(loss)(weights, *batch)
        first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, slopes)
        second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, slopes)
        rate = LEARNING_RATE * jnp.sqrt(1 - 0.999**number) / (1 - 0.9**number)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + 1e-7), weights, first, second
        )
        return (weights, first, second, number), None

    epoch = jax.jit(lambda state, batches: jax.lax.scan(step, state, batches)[0])
    zeros = jax.tree.map(jnp.zeros_like, weights)
    state = (weights, zeros, zeros, jnp.zeros(()))
    generator = np.random.default_rng(0)
    started = time.perf_counter()
    for _ in range(recipe.epochs):
        num_batches = len(flat) // recipe.batch_size
        order = generator.permutation(len(flat))[: num_batches * recipe.batch_size]
        shape = (num_batches, recipe.batch_size)
        batches = (flat[order].reshape(*shape, -1), labels[order].reshape(shape))
        state = epoch(state, batches)
    jax.block_until_ready(state)
    seconds = time.perf_counter() - started
    answers = logits(state[0], test_images.reshape(len(test_images), -1))
    return seconds, float((answers.argmax(1) == test_labels).mean())


def _arrays() -> tuple[tuple[Floats, np.ndarray], tuple[Floats, np.ndarray]]:
    dataset = datasets.load("mnist")
    train, test = (
        (np.asarray(split.images, np.float32) / 255, np.array(split.labels))
        for split in (dataset.train, dataset.test)
    )
    return train, test


def _keras(recipe: Recipe, **options: object) -> Result:
    import keras  # noqa: PLC0415

    import core.training  # noqa: F401, PLC0415 - the same settings of TensorFlow

    keras.utils.set_random_seed(0)
    layers = keras.layers
    relu = {"activation": "relu"}
    if recipe.is_lenet:
        hidden = [
            layers.Reshape((28, 28, 1)),
            *_keras_augmentation(),
            *(layers.Conv2D(16, 5, **relu), layers.MaxPooling2D()),
            *(layers.Conv2D(32, 5, **relu), layers.MaxPooling2D()),
            *(layers.Flatten(), layers.Dense(128, **relu)),
        ]
    else:
        dense = (layers.Dense(128, **relu), layers.Dense(64, **relu))
        hidden = [layers.Flatten(), *dense]
    answer = layers.Dense(10, activation="softmax")
    model = keras.Sequential([keras.Input((28, 28)), *hidden, answer])
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"], **options)
    (images, labels), (test_images, test_labels) = _arrays()
    truth = keras.utils.to_categorical(labels)
    sizes = {"batch_size": recipe.batch_size, "epochs": recipe.epochs}
    started = time.perf_counter()
    model.fit(images, truth, **sizes, verbose=0)
    seconds = time.perf_counter() - started
    answers = model.predict(test_images, batch_size=1000, verbose=0)
    return seconds, float((answers.argmax(1) == test_labels).mean())


def _keras_augmentation() -> list:
    import keras  # noqa: PLC0415

    shift = AUGMENTATION.shift / 28
    options = {"fill_mode": "constant"}
    return [
        keras.layers.RandomRotation(AUGMENTATION.rotation / 360, **options),
        keras.layers.RandomTranslation(shift, shift, **options),
        keras.layers.RandomZoom(AUGMENTATION.zoom, **options),
    ]


def _augmented(batch):  # noqa: ANN001, ANN202 - PyTorch is not imported here
    """Rotate, shift and zoom a batch of PyTorch images in one resampling."""
    import torch  # noqa: PLC0415
    from torch.nn import functional  # noqa: PLC0415

    draws = 2 * torch.rand(4, len(batch)) - 1
    angle = torch.deg2rad(draws[0] * AUGMENTATION.rotation)
    scale = 1 + draws[1] * AUGMENTATION.zoom
    shift = draws[2:] * AUGMENTATION.shift / 14
    cos, sin = angle.cos() / scale, angle.sin() / scale
    rows = (torch.stack([cos, -sin, shift[0]], 1), torch.stack([sin, cos, shift[1]], 1))
    grid = functional.affine_grid(
        torch.stack(rows, 1), batch.shape, align_corners=False
    )
    return functional.grid_sample(batch, grid, align_corners=False)

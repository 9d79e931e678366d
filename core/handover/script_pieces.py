"""The lines of a run's script that depend on its recipe, as text."""

from collections.abc import Iterator
from typing import Final

from core.config import TrainingConfig
from core.config.optimizers import MOMENTUM

_OPTIMIZERS: Final = {
    "adam": ("Adam",),
    "adamw": ("AdamW", "weight_decay"),
    "sgd": ("SGD", "weight_decay"),
    "lion": ("Lion", "weight_decay"),
    "muon": ("Muon", "weight_decay", "adam_weight_decay"),
}
"""The names in Keras: of the optimizer, and of its weight decays."""

_DEFAULT_IS_NONE: Final = ("sgd", "lion")
"""Those that decay no weight unless they are told to."""


def changes_of(config: TrainingConfig, image_shape: tuple[int, int]) -> Iterator[str]:
    """List the layers that change images at random in training.

    Before them, images get the channel that these and convolutions take.

    Args:
        config: How images are changed, and for which network.
        image_shape: Height and width of the images, in pixels.
    """
    changes, (height, width) = config.augmentation, image_shape
    if not changes.is_none or config.network.is_convolutional:
        yield f"layers.Reshape(({height}, {width}, 1)),"
    paper = 'fill_mode="constant"'
    if changes.shift:
        each_way = f"{changes.shift} / {height}, {changes.shift} / {width}"
        yield f"layers.RandomTranslation({each_way}, {paper}),"
    if changes.zoom:
        yield f"layers.RandomZoom({changes.zoom}, {changes.zoom}, {paper}),"
    if changes.rotation:
        yield f"layers.RandomRotation({changes.rotation} / 360, {paper}),"
    if changes.shear:
        yield "Change(slanted),"
    if changes.elastic:
        yield "Change(bent),"
    if changes.thickness:
        yield "Change(thickened),"
    if changes.erasing:
        yield "layers.RandomErasing("
        yield "    (1.0, 1.0),"
        yield f"    scale=(0.0, {changes.erasing}**2),"
        yield "    fill_value=0.0,"
        yield "    value_range=(0.0, 1.0),"
        yield "),"
    if changes.noise:
        yield f"layers.GaussianNoise({changes.noise}),"
        yield "layers.ReLU(max_value=1.0),"


def learned_of(config: TrainingConfig) -> str:
    """Write which of the training images are learned from."""
    return "[learned]" if config.validation_fraction else ""


def preparations_of(config: TrainingConfig) -> Iterator[str]:
    """List what is done before the network is made."""
    if config.validation_fraction:
        yield "learned, held_out = hold_out(labels)"
    if config.class_weights == "balanced":
        yield f"weights = balanced(labels{learned_of(config)})"
    if config.label_smoothing:
        yield "labels = keras.utils.to_categorical(labels, NUM_CLASSES)"
        yield "test_labels = keras.utils.to_categorical(test_labels, NUM_CLASSES)"


def optimizer_of(config: TrainingConfig) -> str:
    """Write the call that makes the optimizer."""
    name, *decays = _OPTIMIZERS[config.optimizer]
    count = "np.sum(learned)" if config.validation_fraction else "len(labels)"
    rate = f"learning_rate({count})"
    lines = ["LEARNING_RATE" if config.schedule == "constant" else rate]
    if config.weight_decay or config.optimizer not in _DEFAULT_IS_NONE:
        lines += [f"{each}={config.weight_decay}" for each in decays]
    if config.optimizer == "sgd":
        lines += [f"momentum={MOMENTUM}", "nesterov=True"]
    if config.gradient_clip:
        lines.append(f"global_clipnorm={config.gradient_clip}")
    if config.weight_average:
        lines += ["use_ema=True", f"ema_momentum={config.weight_average}"]
    if len(lines) == 1:
        return f"keras.optimizers.{name}({lines[0]})"
    inner = "".join(f"\n            {line}," for line in lines)
    return f"keras.optimizers.{name}({inner}\n        )"


def fit_options_of(config: TrainingConfig) -> Iterator[str]:
    """List what `fit` is told beside images, labels, batches and epochs."""
    if config.validation_fraction:
        yield "validation_data=(images[held_out], labels[held_out]),"
    if config.class_weights == "balanced":
        yield "class_weight=weights,"
    if not config.patience:
        return
    yield "callbacks=["
    if config.weight_average:
        yield "    keras.callbacks.SwapEMAWeights(swap_on_epoch=True),"
    yield "    keras.callbacks.EarlyStopping("
    yield f'        "{config.monitor}",'
    yield f"        patience={config.patience},"
    yield "        restore_best_weights=True,"
    yield "    ),"
    yield "],"

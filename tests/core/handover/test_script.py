"""The script of a run trains what the run trained, with nothing but Keras."""

import os
import re
import runpy
import shutil
import string
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

import keras
import numpy as np
import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Network,
    OptimizerName,
    Schedule,
    TrainingConfig,
    presets,
)
from core.config.schedules import learning_rates
from core.datasets import catalog, export, store
from core.datasets.spec import DatasetSpec
from core.datasets.splits import balanced_weights, stratified_split
from core.handover.script import script_of
from core.models import architectures
from core.records import Run, RunScores, RunStatus
from core.training.optimizers import optimizer_of
from tests.rounding import assert_same_but_rounded
from tests.small_data import RESIDUAL, dimensions

if TYPE_CHECKING:
    from core.types import SplitName

ALL_CHANGES = Augmentation(
    rotation=5, shift=1, zoom=0.1, shear=5, elastic=0.5, thickness=0.3, noise=0.05
)
EVERYTHING = TrainingConfig(
    network=CnnConfig(
        blocks=(ConvBlock(filters=8, convolutions=2),), batch_norm=True, dropout=0.2
    ),
    augmentation=replace(ALL_CHANGES, erasing=0.3),
    optimizer="muon",
    schedule="step",
    weight_decay=0.01,
    label_smoothing=0.1,
    class_weights="balanced",
    gradient_clip=1.0,
    weight_average=0.9,
    patience=3,
)
CONFIGS = [
    *[pytest.param(preset.config, id=preset.name) for preset in presets.PRESETS],
    pytest.param(EVERYTHING, id="everything"),
    pytest.param(replace(EVERYTHING, network=RESIDUAL), id="residual"),
    pytest.param(
        TrainingConfig(
            network=MlpConfig(hidden=()), optimizer="sgd", validation_fraction=0.0
        ),
        id="nothing",
    ),
]


def script(config: TrainingConfig, spec: DatasetSpec | None = None) -> str:
    """Write the script of a run that read 97.71 % right."""
    return script_of(finished(config), spec or catalog.spec("mnist"))


def finished(config: TrainingConfig) -> Run:
    """Make a run that read 97.71 % right."""
    return Run(
        id="0123456789abcdef" * 2,
        name="any",
        config=config,
        status=RunStatus.FINISHED,
        reason="",
        created=datetime.now(UTC),
        scores=RunScores(test_accuracy=0.9771, test_size=10_000),
    )


def loaded(config: TrainingConfig, folder: Path) -> dict[str, Any]:
    """Load the functions of a script without running it."""
    path = folder / "reproduce.py"
    path.write_text(script(config))
    return runpy.run_path(str(path), run_name="not_main")


@pytest.mark.parametrize("dataset", ["mnist", "signs", "letters"])
@pytest.mark.parametrize("config", CONFIGS)
def test_the_script_is_formatted_and_tidy(config: TrainingConfig, dataset: str) -> None:
    """It is read by people who learn from it."""
    letters = replace(OWN, classes=tuple(string.ascii_letters), image_shape=(28, 28))
    signs = replace(OWN, image_shape=(28, 20))
    spec = {"mnist": None, "signs": signs, "letters": letters}[dataset]
    text = script(config, spec)

    for command in (["format", "--check"], ["check", "--select", "E,F,I,UP,B,SIM,W"]):
        ruff = [shutil.which("ruff", path=str(Path(sys.executable).parent)), *command]
        done = subprocess.run(
            [*map(str, ruff), "--isolated", "--line-length", "88", "-"],
            input=text,
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "network",
    [
        pytest.param(MlpConfig(hidden=(9, 8), dropout=0.1, batch_norm=True), id="mlp"),
        pytest.param(MlpConfig(hidden=()), id="no hidden layer"),
        pytest.param(EVERYTHING.network, id="batch norm"),
        pytest.param(CnnConfig(padding="valid", dropout=0.2), id="valid padding"),
        pytest.param(RESIDUAL, id="residual"),
        pytest.param(
            replace(RESIDUAL, batch_norm=False, squeeze_excitation=False),
            id="residual, bare",
        ),
    ],
)
def test_the_network_is_that_of_the_run(network: Network, tmp_path: Path) -> None:
    """With the same weights it gives the same answers."""
    original = architectures.build(network, dimensions(10))
    architectures.initialise(original, seed=3)
    images = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)

    parts = loaded(replace(EVERYTHING, network=network), tmp_path)
    rebuilt = parts["build"]()
    values = [np.asarray(weight) for weight in weights_of(original)]
    for weight, value in zip(weights_of(rebuilt), values, strict=True):
        weight.assign(value)

    # Keras' layers that change images do so unless told that nothing is learned.
    found = np.asarray(rebuilt(images, training=False))
    assert_same_but_rounded(found, original(images))
    assert dropouts_of(rebuilt) == dropouts_of(original)


def weights_of(model: keras.Model) -> list[keras.Variable]:
    """List the weights of layers that learn, in order."""
    learning = (
        keras.layers.Dense | keras.layers.Conv2D | keras.layers.BatchNormalization
    )
    return [
        weight
        for layer in model.layers
        if isinstance(layer, learning)
        for weight in layer.weights
    ]


def dropouts_of(model: keras.Model) -> list[tuple[float, tuple[int | None, ...]]]:
    """List how much is left out of what."""
    return [
        (layer.rate, layer.output.shape)
        for layer in model.layers
        if isinstance(layer, keras.layers.Dropout)
    ]


@pytest.mark.parametrize("schedule", [s for s in get_args(Schedule) if s != "constant"])
def test_the_learning_rate_is_that_of_the_run(
    schedule: Schedule, tmp_path: Path
) -> None:
    """A schedule that is off by a share of its steps ends elsewhere."""
    config = TrainingConfig(schedule=schedule, epochs=4, batch_size=1)
    rate = loaded(config, tmp_path)["learning_rate"](100)

    found = [float(rate(step)) for step in range(400)]

    expected = learning_rates(config, num_steps=400)
    np.testing.assert_allclose(found, expected, atol=5e-6)


def test_the_hold_out_is_that_of_the_run(tmp_path: Path) -> None:
    """Up to the rounding of each class."""
    labels = np.repeat(np.arange(10, dtype=np.uint8), 50)
    config = TrainingConfig(validation_fraction=0.2, seed=5)

    learned, held_out = loaded(config, tmp_path)["hold_out"](labels)

    expected = stratified_split(labels, fraction=0.2, seed=5)
    np.testing.assert_array_equal(np.flatnonzero(learned), expected[0])
    np.testing.assert_array_equal(np.flatnonzero(held_out), expected[1])


def test_the_class_weights_are_those_of_the_run(tmp_path: Path) -> None:
    labels = np.repeat(np.array([0, 1, 3], np.uint8), [8, 3, 1])
    config = TrainingConfig(class_weights="balanced")

    found = loaded(config, tmp_path)["balanced"](labels)

    expected = balanced_weights(labels, num_classes=4)
    assert found == pytest.approx({each: expected[each] for each in (0, 1, 3)})


@pytest.mark.parametrize("name", get_args(OptimizerName))
def test_the_optimizer_is_that_of_the_run(name: OptimizerName) -> None:
    """Also what its defaults would be otherwise."""
    decay = 0.0 if name == "adam" else 0.02
    config = TrainingConfig(optimizer=name, weight_decay=decay, gradient_clip=2.0)
    text = script(config)

    found = re.search(r"keras\.optimizers\.\w+\(.*?\n        \)", text, re.DOTALL)
    assert found
    scope = {"keras": keras, "LEARNING_RATE": config.learning_rate}
    made = eval(found[0], scope)  # noqa: S307 - we wrote it ourselves

    own = ("learning_rate", "name")
    options = [each.get_config() for each in (made, optimizer_of(config))]
    assert [{k: v for k, v in o.items() if k not in own} for o in options[:1]] == [
        {k: v for k, v in o.items() if k not in own} for o in options[1:]
    ]


TRAINED = {
    "mlp": TrainingConfig(network=MlpConfig(hidden=(64,)), batch_size=20, epochs=1),
    "cnn that sees changed images": replace(
        EVERYTHING,
        network=CnnConfig(blocks=(ConvBlock(filters=8),), dense=()),
        augmentation=Augmentation(rotation=5, shift=1, shear=5, thickness=0.3),
        batch_size=20,
        optimizer="adamw",
        learning_rate=0.005,
        epochs=1,
    ),
}
OWN = DatasetSpec(
    name="signs@2",
    title="Signs, version 2",
    classes=("C/c", 'say "x"', "\u3042 $seed"),
    image_shape=(12, 20),
    num_train=150,
    num_test=60,
)
OWN_CONFIG = replace(
    EVERYTHING,
    dataset=OWN.name,
    network=CnnConfig(blocks=(ConvBlock(filters=4),), dense=()),
    augmentation=Augmentation(shift=1, shear=2, elastic=0.3),
    batch_size=10,
    optimizer="adam",
    weight_decay=0.0,
    learning_rate=0.01,
    epochs=3,
)
# A process of its own has only what the script imports; importing Keras takes so
# long that all scripts share one, of which each begins with a line of its own.
RUN_EACH = """
import runpy, sys
for path, data in zip(sys.argv[1::2], sys.argv[2::2]):
    print("SCRIPT")
    sys.argv = [path, "--data", data]
    runpy.run_path(path, run_name="__main__")
"""


@pytest.fixture(scope="module")
def said(
    small_mnist_files: DatasetSpec, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Run the scripts where there is no Inklab, and return what each one printed."""
    folder = tmp_path_factory.mktemp("scripts")
    data = dict.fromkeys(TRAINED, small_mnist_files.folder) | export_own(folder)
    for name in data:
        config, spec = TRAINED.get(name, OWN_CONFIG), small_mnist_files
        (folder / f"{name}.py").write_text(
            script(config, spec if name in TRAINED else OWN), "utf-8"
        )
    pairs = [each for name, path in data.items() for each in (f"{name}.py", path)]
    done = subprocess.run(
        [sys.executable, "-c", RUN_EACH, *pairs],
        capture_output=True,
        check=False,
        cwd=folder,
        env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"},
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(data, done.stdout.split("SCRIPT\n")[1:], strict=True))


def export_own(folder: Path) -> dict[str, Path]:
    """Make a data set of stripes, and export it in each form that scripts read."""
    paths = {form: folder / form for form in ("own.npz", "own.zip", "unpacked")}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(folder / "home"))
        with store.create(OWN) as draft:
            for part, size in (("train", OWN.num_train), ("test", OWN.num_test)):
                labels = np.arange(size, dtype=np.uint8) % len(OWN.classes)
                images = np.zeros((size, *OWN.image_shape), np.uint8)
                images[np.arange(size), 3 * labels + 2] = 255
                draft.content.append(cast("SplitName", part), images, labels)
        export.write(store.load(OWN.name), "npz", paths["own.npz"])
        export.write(store.load(OWN.name), "idx", paths["own.zip"])
    shutil.unpack_archive(paths["own.zip"], paths["unpacked"])
    return paths


@pytest.mark.parametrize("name", TRAINED)
def test_the_script_trains_a_network_that_reads_digits(
    said: dict[str, str], name: str
) -> None:
    """A stranger runs it and gets what it promises, without Inklab."""
    found = re.search(r"Test accuracy: ([\d.]+) % of 200 images", said[name])

    assert found
    assert float(found[1]) > 50


@pytest.mark.parametrize("form", ["own.npz", "own.zip", "unpacked"])
def test_any_data_set_is_read_from_what_inklab_exports(
    said: dict[str, str], form: str
) -> None:
    """Also one with other classes and another shape than MNIST's."""
    found = re.search(r"Test accuracy: ([\d.]+) % of 60 images", said[form])

    assert found
    assert float(found[1]) > 90
    for name in OWN.classes:
        assert f"{name}: " in said[form]


def test_another_data_set_is_refused(tmp_path: Path) -> None:
    """It would train, and nobody would know what its result is about."""
    path = tmp_path / "reproduce.py"
    path.write_text(script(OWN_CONFIG, replace(OWN, image_shape=(20, 12))), "utf-8")
    load = runpy.run_path(str(path), run_name="not_main")["load"]

    with pytest.raises(SystemExit, match="not the data set"):
        load(export_own(tmp_path)["own.npz"])


@pytest.mark.parametrize(
    "classes",
    [
        pytest.param((*OWN.classes, "two\nlines"), id="few"),
        pytest.param((*string.ascii_letters, 'a"', "b\\'"), id="many"),
    ],
)
def test_the_script_has_the_names_of_the_classes(
    classes: tuple[str, ...], tmp_path: Path
) -> None:
    """They may have been typed by anybody, and stay names in a program."""
    spec = replace(OWN, classes=classes)
    path = tmp_path / "reproduce.py"
    path.write_text(script(OWN_CONFIG, spec), "utf-8")

    parts = runpy.run_path(str(path), run_name="not_main")

    assert parts["CLASSES"] == classes
    assert parts["NUM_CLASSES"] == len(classes)
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 88


@pytest.mark.parametrize("name", ["slanted", "bent", "thickened"])
def test_what_keras_has_no_layer_for_changes_each_image_by_itself(
    name: str, tmp_path: Path
) -> None:
    """A little, about the middle, and with ink that stays ink."""
    bars = np.zeros((40, 28, 28, 1), np.float32)
    bars[:, 6:22, 12:16] = 1.0
    keras.utils.set_random_seed(0)

    changed = np.asarray(loaded(EVERYTHING, tmp_path)[name](bars))

    assert changed.shape == bars.shape
    assert 0.0 <= changed.min() < changed.max() <= 1.0
    assert len(np.unique(changed.reshape(40, -1), axis=0)) == 40
    mean = changed.mean(axis=0)[:, :, 0]
    assert mean.sum() == pytest.approx(bars[0].sum(), rel=0.1)
    assert mean.sum(axis=0) @ np.arange(28) / mean.sum() == pytest.approx(13.5, abs=0.3)


def test_other_data_sets_need_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keras would load MNIST in their place."""
    spec = replace(catalog.spec("mnist"), name="mine", title='My """\n\\digits')
    path = tmp_path / "reproduce.py"
    path.write_text(script(TrainingConfig(dataset="mine"), spec))

    main = runpy.run_path(str(path), run_name="not_main")["main"]
    monkeypatch.setattr(sys, "argv", ["reproduce.py"])
    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "keras.datasets" not in path.read_text()
    assert "the data set My digits (mine)." in path.read_text()


def test_the_head_says_what_the_run_reached_and_what_differs() -> None:
    """Who gets another number must know why."""
    text = " ".join(script(EVERYTHING).split())
    plain = script(TrainingConfig())

    assert "had a test accuracy of 97.71 % (10,000 images)" in text
    assert "Keras averages the weights (use_ema)" in text
    assert "include label smoothing" in text
    assert "use_ema" not in plain
    assert "smoothing" not in plain


@pytest.mark.parametrize(
    ("best_epoch", "kept"), [(4, "weights of its best epoch"), (None, "latest weights")]
)
def test_the_head_says_which_weights_a_stopped_run_kept(
    best_epoch: int | None, kept: str
) -> None:
    """Within its first epoch there is no best one yet."""
    scores = RunScores(test_accuracy=0.9, test_size=10, best_epoch=best_epoch)
    run = replace(finished(TrainingConfig()), status=RunStatus.STOPPED, scores=scores)

    text = " ".join(script_of(run, catalog.spec("mnist")).split())

    assert f"kept {'the ' if best_epoch else 'its '}{kept}" in text


def test_split_that_comes_to_no_image_is_not_validated_with() -> None:
    """Keras refuses to, and the run did not either."""
    written = script(TrainingConfig(validation_fraction=1e-6))

    assert written == script(TrainingConfig(validation_fraction=0.0))

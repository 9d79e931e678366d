"""The one function that trains."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    TrainingConfig,
)
from core.datasets.store import Dataset, Split
from core.errors import ConfigError, DivergedError
from core.records import History, Progress
from core.training import loop
from core.training.engine import Engine
from core.training.train import Trained, fit, predict, train
from tests.rounding import assert_same_but_rounded
from tests.small_data import SMALL, stop_after, stripes


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """Make 400 images that anybody can tell apart."""
    return stripes(400)


@pytest.fixture(scope="module")
def reports() -> list[Progress]:
    """Collect what the training of `trained` reported."""
    return []


@pytest.fixture(scope="module")
def trained(dataset: Dataset, reports: list[Progress]) -> Trained:
    """Train once for all tests that look at one result."""
    return train(dataset, replace(SMALL, epochs=3), reports.append)


def weights_of(result: Trained) -> list[np.ndarray]:
    """Return all weights of a result."""
    weights: list[np.ndarray] = result.model.get_weights()
    return weights


def test_what_can_be_learned_is_learned(dataset: Dataset) -> None:
    """A sign error anywhere between file and optimizer would show here."""
    result = train(dataset, replace(SMALL, epochs=8))

    guesses = result.predictions.probabilities.argmax(axis=1)
    assert (guesses == dataset.test.labels).mean() > 0.9
    assert result.history.accuracy[-1] > 0.9
    assert result.history.val_accuracy[-1] > 0.9


def test_validation_predictions_are_those_that_the_curves_count(
    trained: Trained, dataset: Dataset
) -> None:
    """A page plays them beside the curves; the last epoch's weights are kept here."""
    said = trained.validation

    assert said is not None
    np.testing.assert_array_equal(said.labels, dataset.train.labels[said.indices])
    hits = (said.by_epoch == said.labels).mean(axis=1)
    np.testing.assert_allclose(hits, trained.history.val_accuracy)
    np.testing.assert_array_equal(said.probabilities.argmax(axis=1), said.by_epoch[-1])


def test_training_that_goes_on_knows_the_epochs_before(
    trained: Trained, dataset: Dataset
) -> None:
    """Also when another process has them only from the file of the state."""
    longer = train(dataset, replace(SMALL, epochs=4), start=trained.checkpoint)

    assert longer.validation is not None
    assert trained.validation is not None
    assert len(longer.validation.by_epoch) == 4
    np.testing.assert_array_equal(
        longer.validation.by_epoch[:3], trained.validation.by_epoch
    )


def test_without_validation_images_nothing_is_said_about_them(dataset: Dataset) -> None:
    result = train(dataset, replace(SMALL, epochs=1, validation_fraction=0.0))

    assert result.validation is None


def test_mnist_is_learned_from_six_hundred_images(small_mnist: Dataset) -> None:
    """Real digits, held-out digits: well above the 10 % of guessing."""
    result = train(small_mnist, replace(SMALL, epochs=10))

    guesses = result.predictions.probabilities.argmax(axis=1)
    assert (guesses == small_mnist.test.labels).mean() > 0.75


@pytest.mark.parametrize(
    "recipe",
    [
        pytest.param(SMALL, id="plain"),
        pytest.param(
            replace(
                SMALL, network=MlpConfig(hidden=(16,), dropout=0.3, batch_norm=True)
            ),
            id="dropout",
        ),
        pytest.param(
            replace(
                SMALL,
                network=CnnConfig(
                    blocks=(ConvBlock(filters=4),),
                    dense=(8,),
                    dropout=0.3,
                    batch_norm=True,
                ),
                optimizer="adamw",
                weight_decay=0.05,
                label_smoothing=0.05,
                gradient_clip=1.0,
                weight_average=0.9,
                augmentation=Augmentation(
                    rotation=8.0, shift=1.5, elastic=0.5, noise=0.1, erasing=0.2
                ),
            ),
            id="convolutions, with averaged weights and changed images",
        ),
    ],
)
def test_the_same_configuration_gives_the_same_weights(
    dataset: Dataset, recipe: TrainingConfig
) -> None:
    """To the last bit, and whatever was trained between."""
    config = replace(recipe, schedule="one-cycle")
    first = train(dataset, config)
    train(dataset, replace(config, seed=1))

    again = train(dataset, config)

    for one, other in zip(weights_of(first), weights_of(again), strict=True):
        np.testing.assert_array_equal(one, other)
    assert again.history == first.history


def test_another_seed_gives_other_weights(dataset: Dataset, trained: Trained) -> None:
    """The spread over seeds is the spread of something."""
    other = train(dataset, replace(SMALL, epochs=3, seed=1))

    assert not np.array_equal(weights_of(trained)[0], weights_of(other)[0])


def test_a_second_training_leaves_the_first_result_alone(dataset: Dataset) -> None:
    """What was compiled is used again; what was learned must not be."""
    first = train(dataset, SMALL)
    before = [weight.copy() for weight in weights_of(first)]

    train(dataset, replace(SMALL, seed=9))

    for earlier, now in zip(before, weights_of(first), strict=True):
        np.testing.assert_array_equal(earlier, now)


def test_the_history_has_one_value_for_each_epoch(trained: Trained) -> None:
    """The curves are drawn from it."""
    history = trained.history

    lengths = {len(values) for values in vars(history).values()}
    assert lengths == {3}
    assert history.num_epochs == 3
    assert history.loss[-1] < history.loss[0]


def test_the_history_is_the_mean_of_what_was_reported(
    trained: Trained, reports: list[Progress]
) -> None:
    """The first epoch: 360 images in 12 batches, four chunks of three."""
    first = [report for report in reports if report.epochs_done <= 1.0]

    assert len(first) == 4
    assert [(each.chunk, each.num_chunks) for each in first] == [
        (number, 4) for number in (1, 2, 3, 4)
    ]
    mean = np.mean([report.loss for report in first])
    assert trained.history.loss[0] == pytest.approx(mean)


def test_the_last_validation_is_that_of_the_trained_model(
    dataset: Dataset, trained: Trained
) -> None:
    """Held-out images are asked after the epoch, of the very model one gets."""
    from core.datasets.splits import stratified_split  # noqa: PLC0415

    _, held_out = stratified_split(dataset.train.labels, fraction=0.1, seed=0)
    held = Split(dataset.train.images[held_out], dataset.train.labels[held_out])

    answers = predict(trained.model, held).probabilities

    hits = (answers.argmax(axis=1) == held.labels).mean()
    loss = -np.log(answers[np.arange(40), held.labels]).mean()
    assert trained.history.val_accuracy[-1] == pytest.approx(hits)
    assert_same_but_rounded(trained.history.val_loss[-1], loss, size=1)


def test_held_out_images_are_not_learned_from() -> None:
    """With labels at random, only what was learned by heart is known."""
    data = stripes(400)
    noise = np.random.default_rng(1).integers(0, 256, (400, 28, 28), dtype=np.uint8)
    labels = np.random.default_rng(2).integers(0, 4, 400, dtype=np.uint8)
    data = replace(data, train=Split(noise, labels))

    result = train(data, replace(SMALL, epochs=30, validation_fraction=0.25))

    assert result.history.accuracy[-1] > 0.9
    assert result.history.val_accuracy[-1] < 0.5


def test_without_held_out_images_there_is_no_validation(dataset: Dataset) -> None:
    """Empty, not zero: a curve at zero would be believed."""
    history = train(dataset, replace(SMALL, validation_fraction=0.0)).history

    assert history.val_loss == ()
    assert history.val_accuracy == ()
    assert len(history.loss) == 2


def test_some_of_the_images_are_used_as_if_there_were_no_others() -> None:
    """What is left out is neither learned from nor validated with."""
    whole, among = stripes(400), np.arange(0, 400, 3)
    some = replace(
        whole, train=Split(whole.train.images[among], whole.train.labels[among])
    )

    one, other = fit(whole, SMALL, among=among), fit(some, SMALL)

    assert set(one.held_out) <= set(among)
    assert (among[other.held_out] == one.held_out).all()
    for left, right in zip(one.weights, other.weights, strict=True):
        np.testing.assert_array_equal(left, right)


def test_emphasised_images_are_learned_from_as_if_they_were_there_several_times() -> (
    None
):
    """Three of 40 images four times is a data set of 49."""
    once = stripes(40)
    positions = np.array([*range(40), *[3, 7, 39] * 3])
    split = Split(once.train.images[positions], once.train.labels[positions])
    config = replace(SMALL, epochs=1, validation_fraction=0.0)

    emphasised = fit(once, replace(config, emphasis=(3, 7, 39), emphasis_factor=4))

    repeated = fit(replace(once, train=split), config)
    for one, other in zip(emphasised.weights, repeated.weights, strict=True):
        np.testing.assert_array_equal(one, other)


def test_images_beyond_the_data_set_are_refused() -> None:
    with pytest.raises(ConfigError, match="positions 0 to 39, got 40"):
        fit(stripes(40), replace(SMALL, emphasis=(40,)))


def test_predictions_are_of_the_test_images_in_order(
    dataset: Dataset, trained: Trained
) -> None:
    """A mistake that is shown with another image's picture is no mistake."""
    predictions = trained.predictions

    inputs = dataset.test.images / np.float32(255)
    assert_same_but_rounded(predictions.probabilities, trained.model(inputs))
    np.testing.assert_array_equal(predictions.labels, dataset.test.labels)
    assert predictions.features.shape == (40, 32)
    assert predictions.probabilities.dtype == np.float32


@pytest.mark.parametrize("num_learned", [150, 299])
def test_progress_is_reported_four_times_an_epoch(num_learned: int) -> None:
    """Five batches an epoch, or nearly ten, are where rounding could miss it."""
    reports: list[Progress] = []
    config = replace(SMALL, validation_fraction=0.0, network=MlpConfig(hidden=()))

    train(stripes(num_learned), config, reports.append)

    ends = [index for index, report in enumerate(reports, 1) if report.ends_epoch]
    assert len(ends) == 2
    assert ends[0] >= 4
    assert ends[1] - ends[0] >= 4


@pytest.mark.parametrize("num_learned", [300, 317])
def test_the_share_rises_to_exactly_one(num_learned: int) -> None:
    """A bar that ends at 99.7 % looks as if something was lost."""
    reports: list[Progress] = []
    config = replace(SMALL, epochs=3, validation_fraction=0.0)

    train(stripes(num_learned), config, reports.append)

    shares = [report.share for report in reports]
    assert shares == sorted(set(shares))
    assert shares[0] > 0
    assert shares[-1] == 1.0
    assert reports[-1].epochs_done == 3.0


def test_the_last_report_is_the_end(trained: Trained, reports: list[Progress]) -> None:
    """It has the whole history, and nothing is left to do."""
    assert reports[-1].ends_epoch
    assert reports[-1].history == trained.history
    assert reports[-1].seconds_left == pytest.approx(0.0)
    assert reports[0].seconds_left is None
    assert reports[0].images_per_second == 0.0


def test_a_stopped_training_leaves_nothing_to_the_next(
    dataset: Dataset, trained: Trained
) -> None:
    """The worker goes on with the same compiled network."""
    train(dataset, replace(SMALL, epochs=3), stop_after(1))

    again = train(dataset, replace(SMALL, epochs=3))

    for one, other in zip(weights_of(trained), weights_of(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_loss_that_is_no_number_names_the_epoch_and_the_remedy() -> None:
    """A label beyond the classes makes it one, as a rate that is too high does."""
    data = stripes(400)
    labels = np.array(data.train.labels)
    labels[0] = 9
    data = replace(data, train=Split(data.train.images, labels))
    config = replace(SMALL, validation_fraction=0.0, learning_rate=0.5)

    with pytest.raises(
        DivergedError, match=r"became nan in epoch 1: lower .*\(it was 0\.5\)"
    ):
        train(data, config)


@pytest.mark.parametrize(("validation_fraction", "epochs"), [(0.1, 7), (0.0, 8)])
def test_weights_that_the_last_step_made_no_numbers_are_told(
    validation_fraction: float, epochs: int
) -> None:
    """The loss of that step is from before it, and may still be a number."""
    config = TrainingConfig(
        network=MlpConfig(hidden=(64,) * 4, activation="elu"),
        optimizer="sgd",
        learning_rate=1.0,
        epochs=epochs,
        batch_size=round(400 * (1 - validation_fraction)),
        validation_fraction=validation_fraction,
    )

    with pytest.raises(DivergedError, match=r"became nan in epoch \d: lower"):
        train(stripes(400), config)


def test_after_a_diverged_training_the_next_one_is_sound(
    dataset: Dataset, trained: Trained
) -> None:
    """Weights and momenta that are no numbers must not be left behind."""
    labels = np.full(400, 9, np.uint8)
    broken = replace(dataset, train=Split(dataset.train.images, labels))
    with pytest.raises(DivergedError):
        train(broken, replace(SMALL, epochs=3))

    again = train(dataset, replace(SMALL, epochs=3))

    for one, other in zip(weights_of(trained), weights_of(again), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_batch_larger_than_the_data_holds_all_of_it(dataset: Dataset) -> None:
    """Presets ask for 128 images a step; a zip of one's own may have 24."""
    config = TrainingConfig(
        network=MlpConfig(hidden=()), epochs=2, learning_rate=0.01, batch_size=8192
    )

    made, expected = (
        train(dataset, replace(config, batch_size=size)) for size in (8192, 360)
    )

    assert made.history == expected.history
    for one, other in zip(weights_of(made), weights_of(expected), strict=True):
        np.testing.assert_array_equal(one, other)


def test_patience_with_no_image_to_watch_is_refused(dataset: Dataset) -> None:
    """A share of 400 images can be less than one of them."""
    config = replace(SMALL, validation_fraction=0.001, patience=3)

    with pytest.raises(ConfigError, match="at least one validation image"):
        train(dataset, config)


def test_a_batch_of_all_the_data_is_accepted(dataset: Dataset) -> None:
    """Plain gradient descent is a training too."""
    config = TrainingConfig(
        network=MlpConfig(hidden=()), batch_size=360, epochs=2, learning_rate=0.01
    )

    assert train(dataset, config).history.num_epochs == 2


def test_augmented_images_are_the_same_for_the_same_seed(dataset: Dataset) -> None:
    """And others than without, or the setting would do nothing."""
    config = replace(SMALL, epochs=1, augmentation=Augmentation(shift=2.0))

    first, again = (weights_of(train(dataset, config)) for _ in range(2))
    plain = weights_of(train(dataset, replace(SMALL, epochs=1)))

    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(one, other)
    assert not np.array_equal(first[0], plain[0])


def test_patience_ends_early_and_keeps_the_best_weights(dataset: Dataset) -> None:
    """The last epoch instead of the best is a known complaint."""
    config = replace(SMALL, epochs=40, learning_rate=0.05, patience=2)

    result = train(dataset, config)
    history = result.history
    again = train(dataset, replace(config, epochs=history.best_epoch, patience=0))

    assert history.best_epoch == history.num_epochs - 2 < 38
    for ours, best in zip(weights_of(result), weights_of(again), strict=True):
        np.testing.assert_array_equal(ours, best)


def test_patience_that_is_not_used_up_keeps_the_best_weights_too(
    dataset: Dataset,
) -> None:
    config = replace(SMALL, epochs=6, learning_rate=0.05, patience=6)

    result = train(dataset, config)
    best = train(dataset, replace(config, epochs=result.history.best_epoch, patience=0))

    assert result.history.num_epochs == 6
    for ours, expected in zip(weights_of(result), weights_of(best), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_the_average_of_the_weights_is_the_result(dataset: Dataset) -> None:
    """The last validation is that of the average, which is what is kept."""
    config = replace(SMALL, epochs=2, weight_average=0.9)

    averaged = train(dataset, config)
    latest = train(dataset, replace(config, weight_average=0.0))

    assert not np.array_equal(weights_of(averaged)[0], weights_of(latest)[0])
    # Two programs: learning multiplies their rounding; an average that took part in
    # it would change a tenth.
    assert averaged.history.loss == pytest.approx(latest.history.loss, rel=1e-3)
    assert averaged.history.val_loss != latest.history.val_loss


def test_held_out_images_are_validated_in_parts_of_any_size(
    dataset: Dataset, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may be more than fit into memory; the sum must not depend on the parts."""
    monkeypatch.setattr(loop, "VALIDATION_PART", 7)

    again = train(dataset, replace(SMALL, epochs=3))

    assert_same_but_rounded(again.history.val_loss, trained.history.val_loss, size=1)
    assert again.history.val_accuracy == pytest.approx(trained.history.val_accuracy)


def test_what_compiled_the_loop_is_told(trained: Trained) -> None:
    assert trained.compiler == "XLA"


def test_best_epoch_goes_by_the_score_that_was_chosen() -> None:
    """Lowest loss in epoch 2, highest accuracy first in epoch 3; NaN is neither."""
    nothing = float("nan")
    history = History(
        loss=(1.0,) * 4,
        accuracy=(0.5,) * 4,
        val_loss=(0.5, 0.3, 0.4, nothing),
        val_accuracy=(0.8, 0.9, 0.95, 0.95),
    )

    assert history.best_epoch_by("val_loss") == history.best_epoch == 2
    assert history.best_epoch_by("val_accuracy") == 3


def test_patience_keeps_the_average_of_the_best_epoch(dataset: Dataset) -> None:
    config = replace(
        SMALL, epochs=5, learning_rate=0.05, weight_average=0.9, patience=5
    )
    config = replace(config, monitor="val_accuracy")

    result = train(dataset, config)
    best = result.history.best_epoch_by("val_accuracy")
    again = train(dataset, replace(config, epochs=best, patience=0))

    for ours, expected in zip(weights_of(result), weights_of(again), strict=True):
        np.testing.assert_array_equal(ours, expected)


def test_a_training_that_ends_early_says_that_nothing_is_left(
    dataset: Dataset,
) -> None:
    reports: list[Progress] = []
    config = replace(SMALL, epochs=40, learning_rate=0.05, patience=1)

    train(dataset, config, reports.append)

    assert reports[-1].epochs_done < 40
    assert reports[-1].seconds_left == 0
    assert reports[-2].seconds_left > 0


def test_classes_are_weighed_by_the_images_that_are_learned_from(
    small_mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted with the held-out ones, a rare class would weigh too little."""
    counted = []
    monkeypatch.setattr(
        Engine, "weigh_classes", lambda _, labels: counted.append(len(labels))
    )

    train(small_mnist, replace(SMALL, validation_fraction=0.25))

    assert counted == [450]


def test_balanced_classes_are_learned_otherwise(small_mnist: Dataset) -> None:
    """Nine in ten images are of two classes; the third is rare."""
    labels = small_mnist.train.labels
    few = np.flatnonzero((labels < 2) | ((labels == 2) & (np.arange(600) < 60)))
    split = replace(
        small_mnist.train, images=small_mnist.train.images[few], labels=labels[few]
    )
    dataset = replace(small_mnist, train=split)

    off, balanced = (
        train(dataset, replace(SMALL, epochs=2, class_weights=weights)).predictions
        for weights in ("off", "balanced")
    )

    rare = small_mnist.test.labels == 2
    means = [each.probabilities[rare, 2].mean() for each in (off, balanced)]
    assert means[1] > means[0]

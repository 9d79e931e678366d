"""Describe a run in a page of Markdown that travels with its model.

The sections are those of a model card (Mitchell and others 2019, arXiv
1810.03993): what it is for, data, recipe, results with their uncertainty, limits.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.config import EnsembleConfig, Recipe, TrainingConfig, network_of
from core.config.controls import title_of
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec
from core.datasets.splits import num_validation
from core.evaluation import metrics
from core.handover.class_rows import describe_classes
from core.handover.markdown import literal
from core.predictions import Predictions
from core.proportion import Proportion, percent
from core.records import History, Run


def model_card(
    config: TrainingConfig,
    dataset: Dataset,
    *,
    predictions: Predictions,
    history: History,
    train_seconds: float,
    compiler: str,
) -> str:
    """Write the card of a training.

    Args:
        config: What was trained, and how.
        dataset: The data set.
        predictions: What the model says about the test images.
        history: Scores by epoch.
        train_seconds: Time of the training loop.
        compiler: What compiled that loop.
    """
    spec = _in_markdown(dataset.spec)
    origin = (
        f"{_epochs(config, history)}, trained in {train_seconds:.1f} s (loop compiled "
        f"with {compiler})"
    )
    return _card(
        config,
        spec,
        predictions,
        origin=origin,
        sections=(
            _data(spec, dataset.fingerprint, _held_out(config, spec)),
            _recipe(config),
        ),
        scores=_last_scores(history),
    )


def ensemble_card(
    config: EnsembleConfig,
    dataset: Dataset,
    *,
    predictions: Predictions,
    members: Sequence[Run],
) -> str:
    """Write the card of an ensemble.

    Args:
        config: Its data set and networks.
        dataset: The data set.
        predictions: What the ensemble says about the test images.
        members: The runs of which it is the mean.
    """
    spec = _in_markdown(dataset.spec)
    return _card(
        config,
        spec,
        predictions,
        origin=f"the mean of {len(members)} networks",
        sections=(
            _data(
                spec,
                dataset.fingerprint,
                "The validation splits are on its members' cards.",
            ),
            _members(members, spec),
        ),
    )


def _in_markdown(spec: DatasetSpec) -> DatasetSpec:
    """Return a description whose words Markdown shows as they are."""
    return replace(
        spec,
        name=" ".join(spec.name.replace("`", " ").split()),
        title=literal(spec.title),
        classes=tuple(map(literal, spec.classes)),
        licence=literal(spec.licence),
        citation=literal(spec.citation),
    )


def _card(
    config: Recipe,
    spec: DatasetSpec,
    predictions: Predictions,
    *,
    origin: str,
    sections: Sequence[str],
    scores: str = "",
) -> str:
    accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
    network = network_of(config)
    num_parameters = network.num_parameters(spec.dimensions)
    everything = (
        f"# {network.describe(spec.dimensions)} on {spec.title}",
        f"{_result(accuracy)} {num_parameters:,} parameters, {origin}.",
        _use(spec),
        *sections,
        _results(spec, predictions, scores),
        _limits(config, spec),
    )
    return "\n\n".join(everything) + "\n"


def _result(accuracy: Proportion) -> str:
    return (
        f"Test accuracy: {percent(accuracy.value)} of {accuracy.total:,} images (95 % "
        f"Wilson interval {percent(accuracy.low)} to {percent(accuracy.high)})."
    )


def _use(spec: DatasetSpec) -> str:
    return f"""## Use

It classifies one handwritten character, cropped from its surroundings.

- Input: images of shape {spec.image_shape}, 0.0 for paper and 1.0 for full ink, \
normalised like {spec.title}.
- Output: one probability per class, in this order: {", ".join(spec.classes)}."""


def _held_out(config: TrainingConfig, spec: DatasetSpec) -> str:
    share = config.validation_fraction
    if not num_validation(spec.num_train, share):
        why = f": a share of {share:g} comes to no image" if share else ""
        return f"There was no validation split{why}."
    return (
        f"The validation split is {100 * share:g} % of the training images, "
        "the same share of each class."
    )


def _data(spec: DatasetSpec, fingerprint: str, held_out: str) -> str:
    return f"""## Data

{spec.title} (`{spec.name}`, fingerprint `{fingerprint[:12]}`): \
{spec.num_train:,} training and {spec.num_test:,} test images of \
{len(spec.classes)} classes. {held_out} The test images took no part in any \
choice; they were used once, after the training.

Licence: {spec.licence or "unknown"}. {spec.citation}""".rstrip()


def _recipe(config: TrainingConfig) -> str:
    rows = "\n".join(
        f"| {title_of(key)} | {literal(str(value))} |"
        for key, value in config.flat().items()
    )
    return f"## Recipe\n\n| setting | value |\n|---|---|\n{rows}"


def _results(spec: DatasetSpec, predictions: Predictions, scores: str) -> str:
    labels, probabilities = predictions.labels, predictions.probabilities
    predicted = metrics.predicted_classes(probabilities)
    matrix = metrics.confusion_matrix(labels, predicted, len(spec.classes))
    return f"""## Results

On the {len(labels):,} test images the mean cross-entropy is \
{metrics.log_loss(labels, probabilities):.4f} nats.{scores}

{describe_classes(spec, matrix)}"""


def _last_scores(history: History) -> str:
    if not history.accuracy:
        return ""
    held_out = (
        f", validation accuracy {percent(history.val_accuracy[-1])}"
        if history.val_accuracy
        else ""
    )
    return (
        f" In the last epoch, training accuracy was {percent(history.accuracy[-1])}"
        f"{held_out}."
    )


def _limits(config: Recipe, spec: DatasetSpec) -> str:
    changed = (
        ""
        if isinstance(config, EnsembleConfig) or not config.augmentation.is_none
        else " It was trained without augmentation."
    )
    return f"""## Limits

- It knows only these {len(spec.classes)} classes and predicts one of them for any \
input, even for another character, a scribble or an empty page.
- It was trained on {spec.title} only. Other writers, pens, countries and cameras \
differ. The interval above does not cover them: it is the uncertainty of \
{spec.num_test:,} images of the same kind.{changed}
- A drawing or photo must first be normalised like {spec.title}; otherwise the \
predictions are unreliable.
- Its probabilities have not been calibrated.
- Do not use it for decisions about people: no cheques, forms, exams or addresses \
without a human check."""


def _members(members: Sequence[Run], spec: DatasetSpec) -> str:
    rows = "\n".join(_member_row(member, spec) for member in members)
    return f"""## Members

The ensemble predicts with the mean of the probabilities of its members. Their own \
cards have their recipes.

| run | id | network | test accuracy |
|---|---|---|---|
{rows}"""


def _member_row(member: Run, spec: DatasetSpec) -> str:
    reached = member.scores.test_accuracy
    name = literal(member.name)
    network = network_of(member.config).describe(spec.dimensions)
    accuracy = "unknown" if reached is None else percent(reached)
    return f"| {name} | {member.id} | {network} | {accuracy} |"


def _epochs(config: TrainingConfig, history: History) -> str:
    num_epochs = history.num_epochs
    ended_early = num_epochs < config.epochs
    text = f"{num_epochs} {'epoch' if num_epochs == 1 else 'epochs'}"
    if ended_early:
        text += f" of {config.epochs}"
    if history.val_loss and (config.patience or ended_early):
        best = history.best_epoch_by(config.monitor)
        text += f" (weights of epoch {best})"
    return text

"""Describe a run in a page of Markdown that travels with its model.

The sections are those of a model card (Mitchell and others 2019, arXiv
1810.03993): what it is for, data, recipe, results with their uncertainty, limits.
"""

from collections.abc import Sequence
from dataclasses import replace

from core.config import EnsembleConfig, Recipe, TrainingConfig, network_of
from core.config.controls import title_of
from core.datasets.catalog import DatasetSpec
from core.datasets.splits import num_validation
from core.evaluation import metrics
from core.handover.markdown import literal
from core.proportion import Proportion
from core.records import History, Predictions, Run


def model_card(
    config: TrainingConfig,
    spec: DatasetSpec,
    *,
    predictions: Predictions,
    history: History,
    train_seconds: float,
    compiler: str,
) -> str:
    """Write the card of a training.

    Args:
        config: What was trained, and how.
        spec: The data set.
        predictions: What the model says about the test images.
        history: Scores by epoch.
        train_seconds: Time of the training loop.
        compiler: What compiled that loop.
    """
    spec = _in_markdown(spec)
    origin = (
        f"{_epochs(config, history)}, trained in {train_seconds:.1f} s (loop compiled "
        f"with {compiler})"
    )
    return _card(
        config,
        spec,
        predictions,
        origin=origin,
        sections=(_data(spec, _held_out(config, spec)), _recipe(config)),
        scores=_last_scores(history),
    )


def ensemble_card(
    config: EnsembleConfig,
    spec: DatasetSpec,
    *,
    predictions: Predictions,
    members: Sequence[Run],
) -> str:
    """Write the card of an ensemble.

    Args:
        config: Its data set and networks.
        spec: The data set.
        predictions: What the ensemble says about the test images.
        members: The runs of which it is the mean.
    """
    spec = _in_markdown(spec)
    return _card(
        config,
        spec,
        predictions,
        origin=f"the mean of {len(members)} networks",
        sections=(
            _data(spec, "Its members' cards say what was held out for validation."),
            _members(members, spec),
        ),
    )


def _in_markdown(spec: DatasetSpec) -> DatasetSpec:
    """Return a description whose words Markdown shows as they are."""
    return replace(
        spec,
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
        f"{accuracy.value:.2%} of {accuracy.total:,} test images are read right "
        f"(95 % Wilson interval {accuracy.low:.2%} to {accuracy.high:.2%})."
    )


def _use(spec: DatasetSpec) -> str:
    return f"""## Use

It reads one handwritten character, cut out of its surroundings.

- Input: images of shape {spec.image_shape}, 0.0 for paper and 1.0 for full ink, \
normalised as {spec.title} did.
- Output: one probability per class, in this order: {", ".join(spec.classes)}."""


def _held_out(config: TrainingConfig, spec: DatasetSpec) -> str:
    share = config.validation_fraction
    if not num_validation(spec.num_train, share):
        why = f": a share of {share:g} comes to none" if share else ""
        return f"No training images were held out for validation{why}."
    return (
        f"{share:.0%} of the training images were held out for validation, the same "
        "share of each class."
    )


def _data(spec: DatasetSpec, held_out: str) -> str:
    return f"""## Data

{spec.title}: {spec.num_train:,} training and {spec.num_test:,} test images of \
{len(spec.classes)} classes. {held_out} The test images chose nothing; they were \
looked at once, after the training.

Licence: {spec.licence}. {spec.citation}"""


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
    rows = "\n".join(
        f"| {name} | {_share(Proportion(int(hits), int(total)))} | {total:,} |"
        for name, hits, total in zip(
            spec.classes, matrix.diagonal(), matrix.sum(axis=1), strict=True
        )
        if total
    )
    return f"""## Results

On the {len(labels):,} test images the mean cross-entropy is \
{metrics.log_loss(labels, probabilities):.4f} nats.{scores}

Of the test images of each class (n), the share read right, with its 95 % Wilson \
interval:

| class | read right | n |
|---|---|---|
{rows}"""


def _share(share: Proportion) -> str:
    return f"{share.value:.2%} ({share.low:.2%} to {share.high:.2%})"


def _last_scores(history: History) -> str:
    if not history.accuracy:
        return ""
    held_out = (
        f" and of the held-out images {history.val_accuracy[-1]:.2%}"
        if history.val_accuracy
        else ""
    )
    return (
        f" In the last epoch {history.accuracy[-1]:.2%} of the training images were "
        f"read right while learning{held_out}."
    )


def _limits(config: Recipe, spec: DatasetSpec) -> str:
    changed = (
        ""
        if isinstance(config, EnsembleConfig) or not config.augmentation.is_none
        else " It has learned from no image that was turned, moved or bent."
    )
    return f"""## Limits

- It knows only these {len(spec.classes)} classes and answers with one of them \
whatever it is shown: a letter, a scribble or an empty page too.
- It was trained on {spec.title} only. Other hands, pens, countries and cameras \
differ, and the interval above says nothing about them: it is the uncertainty of \
{spec.num_test:,} images of the same kind.{changed}
- A drawing or photo must be normalised as {spec.title} did before it is read; \
otherwise the model misreads it.
- Its probabilities have not been calibrated.
- It is not for decisions about people: no cheques, forms, exams or addresses \
without somebody who checks."""


def _members(members: Sequence[Run], spec: DatasetSpec) -> str:
    rows = "\n".join(_member_row(member, spec) for member in members)
    return f"""## Members

Each reads the image, and the answer is the mean of their probabilities. Their own \
cards have their recipes.

| run | id | network | test accuracy |
|---|---|---|---|
{rows}"""


def _member_row(member: Run, spec: DatasetSpec) -> str:
    reached = member.scores.test_accuracy
    name = literal(member.name)
    network = network_of(member.config).describe(spec.dimensions)
    accuracy = "unknown" if reached is None else f"{reached:.2%}"
    return f"| {name} | {member.id} | {network} | {accuracy} |"


def _epochs(config: TrainingConfig, history: History) -> str:
    num_epochs = history.num_epochs
    ended_early = num_epochs < config.epochs
    text = f"{num_epochs} {'epoch' if num_epochs == 1 else 'epochs'}"
    if ended_early:
        text += f" of {config.epochs}"
    if history.val_loss and (config.patience or ended_early):
        best = history.best_epoch_by(config.monitor)
        text += f", of which number {best} was kept"
    return text

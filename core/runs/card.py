"""Describe a run in a page of Markdown that travels with its model."""

from collections.abc import Sequence

from core.config import TrainingConfig
from core.datasets.catalog import DatasetSpec
from core.evaluation.metrics import Proportion
from core.runs.records import History, Run


def model_card(
    config: TrainingConfig,
    spec: DatasetSpec,
    *,
    accuracy: Proportion,
    history: History,
    train_seconds: float,
    compiler: str,
) -> str:
    """Write the card of a finished training: data, recipe, result, limits."""
    origin = (
        f"{_epochs(config, history)}, trained in {train_seconds:.1f} s (loop compiled "
        f"with {compiler})"
    )
    recipe = "\n".join(f"| {key} | {value} |" for key, value in config.flat().items())
    return _card(
        config,
        spec,
        accuracy,
        origin=origin,
        making=f"## Recipe\n\n| setting | value |\n|---|---|\n{recipe}",
    )


def ensemble_card(
    config: TrainingConfig,
    spec: DatasetSpec,
    *,
    accuracy: Proportion,
    members: Sequence[Run],
) -> str:
    """Write the card of an ensemble: data, members, result, limits.

    Args:
        config: Its data set and networks.
        spec: The data set.
        accuracy: Share of the test images that the ensemble reads right.
        members: The runs of which it is the mean.
    """
    rows = "\n".join(_member_row(member, spec) for member in members)
    return _card(
        config,
        spec,
        accuracy,
        origin=f"the mean of {len(members)} networks",
        making=(
            "## Members\n\nEach reads the image, and the answer is the mean of their "
            "probabilities. Their own cards have their recipes.\n\n"
            f"| run | id | network | test accuracy |\n|---|---|---|---|\n{rows}"
        ),
    )


def _card(
    config: TrainingConfig,
    spec: DatasetSpec,
    accuracy: Proportion,
    *,
    origin: str,
    making: str,
) -> str:
    num_classes = len(spec.classes)
    return f"""# {config.network.describe(num_classes=num_classes)} on {spec.title}

{accuracy.value:.2%} of {accuracy.total:,} test images are read right \
(95 % Wilson interval {accuracy.low:.2%} to {accuracy.high:.2%}). \
{config.network.num_parameters(num_classes=num_classes):,} parameters, {origin}.

## Data

{spec.title}: {spec.num_train:,} training and {spec.num_test:,} test images of \
{num_classes} classes. Licence: {spec.licence}. {spec.citation}

{making}

## Input and output

Images of shape (28, 28), 0.0 for paper and 1.0 for full ink, normalised as \
{spec.title} did. One probability per class: {", ".join(spec.classes)}.

## Limits

The model knows only these classes and answers with one of them whatever it is \
shown. Its probabilities have not been calibrated.
"""


def _member_row(member: Run, spec: DatasetSpec) -> str:
    reached = member.scores.test_accuracy
    name = member.name.replace("|", "\\|").replace("\n", " ")
    network = member.config.network.describe(num_classes=len(spec.classes))
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

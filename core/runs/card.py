"""Describe a run in a page of Markdown that travels with its model."""

from core.config import TrainingConfig
from core.datasets.catalog import DatasetSpec
from core.evaluation.metrics import Proportion
from core.runs.records import History


def model_card(
    config: TrainingConfig,
    spec: DatasetSpec,
    *,
    accuracy: Proportion,
    history: History,
    train_seconds: float,
    compiler: str,
) -> str:
    """Write the card of a finished run: data, recipe, result, limits."""
    num_classes = len(spec.classes)
    recipe = "\n".join(f"| {key} | {value} |" for key, value in config.flat().items())
    return f"""# {config.network.describe(num_classes=num_classes)} on {spec.title}

{accuracy.value:.2%} of {accuracy.total:,} test images are read right \
(95 % Wilson interval {accuracy.low:.2%} to {accuracy.high:.2%}). \
{config.network.num_parameters(num_classes=num_classes):,} parameters, \
{_epochs(config, history)}, trained in {train_seconds:.1f} s (loop compiled \
with {compiler}).

## Data

{spec.title}: {spec.num_train:,} training and {spec.num_test:,} test images of \
{num_classes} classes. Licence: {spec.licence}. {spec.citation}

## Recipe

| setting | value |
|---|---|
{recipe}

## Input and output

Images of shape (28, 28), 0.0 for paper and 1.0 for full ink, normalised as \
{spec.title} did. One probability per class: {", ".join(spec.classes)}.

## Limits

The model knows only these classes and answers with one of them whatever it is \
shown. Its probabilities have not been calibrated.
"""


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

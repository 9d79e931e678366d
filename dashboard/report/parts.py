"""What the report of a run tells, part by part."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from core.config.controls import title_of
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.evaluation import metrics, mistakes
from core.evaluation.confusions import most_confused
from core.evaluation.scores import Score, all_scores
from core.insight import network_cost
from core.predictions import PREDICTIONS, Predictions
from core.proportion import percent
from core.records import ENSEMBLE, Run
from core.runs import answers, run_dataset
from core.runs.store import RunStore
from core.types import Counts
from dashboard import words
from dashboard.charts.confusion import Reading, confusion_figure
from dashboard.charts.curves import Quantity, Series, learning_curves
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.theme import LIGHT
from dashboard.charts.words import count_of
from dashboard.report import analyses
from dashboard.report.document import Part, Picture, Table, document

MAX_MISTAKES: Final = 120
MAX_PAIRS: Final = 10
GRID: Final = Grid(columns=20, tile=44)


def report(store: RunStore, run: Run) -> str:
    """Return the report of a run as one HTML file.

    Args:
        store: Where the run is kept.
        run: A run with a model.

    Raises:
        RunStoreError: If a file of the run is missing or damaged.
        DatasetError: If nobody knows its data set any more.
    """
    spec = run_dataset.spec_of(store, run)
    dataset = run_dataset.dataset_of(run) if run_dataset.is_here(run) else None
    said = _predictions(store, run, len(spec.classes))
    predicted = metrics.predicted_classes(said.probabilities)
    matrix = metrics.confusion_matrix(said.labels, predicted, len(spec.classes))
    network = network_cost.describe_network(run.config, spec)
    parameters = network_cost.num_parameters(run.config, spec)
    made = run.created.astimezone().strftime("%d %B %Y, %H:%M")
    return document(
        run.name,
        f"{network} with {parameters:,} parameters on {spec.title}; {made}",
        [
            _scores(run, said, matrix),
            *_curves(store, run),
            _confusions(matrix, spec),
            _classes(matrix, spec),
            _mistakes(said, spec, dataset),
            *analyses.how_calibrated(store, run, said),
            *analyses.how_it_learned(store, run, spec.classes),
            *analyses.how_robust(store, run),
            _recipe(run),
        ],
    )


def _predictions(store: RunStore, run: Run, num_classes: int) -> Predictions:
    said = answers.predictions(store.artifact(run.id, PREDICTIONS), run)
    if said.probabilities.shape[1] != num_classes:
        message = (
            f"Expected predictions of {run.name} for {num_classes} classes, got "
            f"{said.probabilities.shape[1]}. Train it again."
        )
        raise ArtifactError(message)
    return said


def _scores(run: Run, said: Predictions, matrix: Counts) -> Part:
    share = metrics.accuracy(said.labels, said.probabilities)
    wrong = share.total - share.successes
    rows = tuple(
        (each.title, *_value_and_interval(each), each.meaning)
        for each in all_scores(said.labels, said.probabilities, matrix)
    )
    titles = ("Score", "Value", "95 % interval", "What it is")
    return Part(
        heading="Result",
        text=f"{words.accuracy(share)}, {words.count(wrong, 'mistake')}."
        f"{f' {run.note}' if run.note else ''}",
        content=[Table(titles=titles, rows=rows)],
        remark=f"On {share.total:,} test images. The intervals show how far a score on "
        "other images of this kind may differ.",
    )


def _value_and_interval(score: Score) -> tuple[str, str]:
    low, high = score.interval.low, score.interval.high
    if score.unit == "share":
        return percent(score.value), f"{percent(low)} to {percent(high)}"
    return f"{score.value:.4f}", f"{low:.4f} to {high:.4f}"


def _curves(store: RunStore, run: Run) -> Iterator[Part]:
    history = store.history(run.id)
    if run.kind == ENSEMBLE or not history.num_epochs:
        return
    epochs = tuple(float(epoch) for epoch in range(1, history.num_epochs + 1))
    pictures = []
    quantities: tuple[tuple[Quantity, tuple[float, ...], tuple[float, ...]], ...] = (
        ("Accuracy", history.accuracy, history.val_accuracy),
        ("Loss", history.loss, history.val_loss),
    )
    for quantity, training, validation in quantities:
        series = [Series("Training", epochs, training, "training")]
        if validation:
            series.append(Series("Validation", epochs, validation, "validation"))
        figure = learning_curves(
            quantity,
            series,
            epochs=history.num_epochs,
            best=None,
            view=run.id,
            palette=LIGHT,
        )
        alt = f"{quantity} by epoch, training and validation"
        pictures.append(Picture(figure=figure, alt=alt))
    yield Part(heading="Learning curves", content=pictures)


def _confusions(matrix: Counts, spec: DatasetSpec) -> Part:
    figure = confusion_figure(
        matrix, classes=spec.classes, reading=Reading(), selected=None, palette=LIGHT
    )
    pairs = most_confused(matrix, limit=MAX_PAIRS)
    rows = tuple(
        (
            spec.classes[pair.true],
            spec.classes[pair.predicted],
            count_of(pair.count, pair.total),
        )
        for pair in pairs
    )
    table = Table(titles=("True class", "Predicted class", "Test images"), rows=rows)
    alt = "Confusion matrix: true class down, predicted class across"
    return Part(
        heading="Confusion matrix",
        content=[Picture(figure=figure, alt=alt), *([table] if rows else [])],
        remark="Ink shows the share of the row. Point at a cell for its numbers.",
    )


def _classes(matrix: Counts, spec: DatasetSpec) -> Part:
    rows = tuple(
        (
            name,
            percent(score.precision),
            percent(score.recall),
            percent(score.f1),
            f"{score.support:,}",
        )
        for name, score in zip(
            spec.classes, metrics.per_class_scores(matrix), strict=True
        )
    )
    titles = ("Class", "Precision", "Recall", "F1", "Test images")
    return Part(heading="Per-class metrics", content=[Table(titles=titles, rows=rows)])


def _mistakes(said: Predictions, spec: DatasetSpec, dataset: Dataset | None) -> Part:
    found = mistakes.find_mistakes(said.labels, said.probabilities)
    if not len(found):
        return Part(heading="Mistakes", text="None on the test images.")
    if dataset is None or len(dataset.test.labels) != len(said.labels):
        gone = "The images of the data set were not there when this was made."
        return Part(heading="Mistakes", text=gone)
    num = min(len(found), MAX_MISTAKES)
    captions = [
        f"{spec.classes[found.true[at]]} predicted as "
        f"{spec.classes[found.predicted[at]]}, "
        f"{words.confidence(float(found.confidence[at]))}, test image "
        f"{found.indices[at]:,}"
        for at in range(num)
    ]
    figure = mosaic_figure(
        np.asarray(dataset.test.images[found.indices[:num]]),
        captions=captions,
        grid=GRID,
        selected=None,
        palette=LIGHT,
    )
    return Part(
        heading="Mistakes",
        text=f"{num:,} of {len(found):,} misclassified test images, the most confident "
        "first.",
        content=[Picture(figure=figure, alt=f"{num:,} misclassified test images")],
        remark="Point at an image for its classes.",
    )


def _recipe(run: Run) -> Part:
    rows = tuple(
        (title_of(name), str(value) or "\u2013")
        for name, value in run.config.flat().items()
    )
    return Part(
        heading="Recipe", content=[Table(titles=("Setting", "Value"), rows=rows)]
    )
